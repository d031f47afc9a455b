"""The command line: ``lookalike …``."""

from lookalike.cli.main import main

__all__ = ["main"]
