"""What this installation has, what it lacks, and what would help: for the user, and for whoever helps them."""

from __future__ import annotations

from lookalike.doctor.examination import examine
from lookalike.doctor.finding import Finding, State

__all__ = ["Finding", "State", "examine"]
