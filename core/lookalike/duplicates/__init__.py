"""Duplicates: groups of copies of one photo, which of them to keep, and removing the others safely."""

from lookalike.catalog.duplicate_decisions import Decision
from lookalike.duplicates.clean_up import CleanUpOptions, CleanUpReport
from lookalike.duplicates.groups import DuplicateClass, DuplicateGroup, DuplicatePhoto, Held
from lookalike.duplicates.keep_rules import DEFAULT_RULES, KeepRule
from lookalike.duplicates.plan import CleanUpPlan, PlannedFile, PlannedGroup, groups_as_json, read_plan
from lookalike.duplicates.recovery import UndoReport

__all__ = [
    "DEFAULT_RULES",
    "CleanUpOptions",
    "CleanUpPlan",
    "CleanUpReport",
    "Decision",
    "DuplicateClass",
    "DuplicateGroup",
    "DuplicatePhoto",
    "Held",
    "KeepRule",
    "PlannedFile",
    "PlannedGroup",
    "UndoReport",
    "groups_as_json",
    "read_plan",
]
