"""Duplicate service: groups of duplicates, decisions on them, and cleaning them up."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Sequence
from itertools import combinations
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.duplicate_decisions import DecidedPair, Decision
from lookalike.duplicates.checks import Checker
from lookalike.duplicates.clean_up import CleanUp, CleanUpOptions, CleanUpReport
from lookalike.duplicates.clean_up_lock import CleanUpRunningError, alone
from lookalike.duplicates.group_finder import KINDS, GroupFinder
from lookalike.duplicates.groups import DuplicateClass, DuplicateGroup
from lookalike.duplicates.keep_rules import DEFAULT_RULES, KeepRule, rules_of
from lookalike.duplicates.plan import CleanUpPlan
from lookalike.duplicates.protected_folders import ProtectedFolders
from lookalike.duplicates.recovery import UndoReport, end_interrupted, is_interrupted, last_to_undo, undo
from lookalike.errors import LookalikeError
from lookalike.pairs.graph import PairGraph
from lookalike.progress import Progress
from lookalike.user_paths import demand_folder, resolved


class DuplicateService:
    """The duplicates of one library. Any thread may use it.

    Args:
        folder: where the journals of clean-ups are kept.
        catalog: the library's catalog.
        graph: its verified pairs.
    """

    def __init__(self, folder: Path, catalog: Catalog, graph: PairGraph) -> None:
        self._folder = folder
        self._catalog = catalog
        self._graph = graph

    def groups(
        self, classes: Collection[DuplicateClass] | None = None, rules: Sequence[KeepRule] | None = None
    ) -> list[DuplicateGroup]:
        """The groups of duplicates, the strongest class first, then by the bytes that they would free.

        Args:
            classes: only these; None for all.
            rules: which photo is kept, the first rule first; None for the library's own.
        """
        chosen = list(DuplicateClass) if classes is None else classes
        pairs = list(self._graph.pairs(list(KINDS.values())))
        finder = GroupFinder(self._catalog, pairs, rules or self.rules, self._protected())
        return finder.groups(chosen)

    # What the user chose

    @property
    def rules(self) -> tuple[KeepRule, ...]:
        """Which of several duplicates is kept, the first rule first."""
        try:
            return rules_of(self._catalog.settings.keep_rules)
        except LookalikeError:
            # Written by another version.
            return DEFAULT_RULES

    def set_rules(self, rules: Sequence[str]) -> None:
        """Choose the order of the rules; those that are not named follow in their usual order.

        Raises:
            LookalikeError: there is no such rule.
        """
        self._catalog.settings.keep_rules = rules_of(rules)

    def protected_folders(self) -> list[Path]:
        """The folders in which no duplicate is removed, with all that lies below them."""
        return [Path(folder) for folder in self._catalog.settings.protected_folders]

    def protect(self, path: Path) -> None:
        """Remove no duplicate in a folder from now on.

        Raises:
            LookalikeError: it is no folder.
        """
        path = resolved(path)
        demand_folder(path)
        folders = {*self._catalog.settings.protected_folders, str(path)}
        self._catalog.settings.protected_folders = tuple(sorted(folders))

    def unprotect(self, path: Path) -> None:
        """Let duplicates in a folder be removed again.

        Raises:
            LookalikeError: it is not protected.
        """
        path = resolved(path)
        folders = self._catalog.settings.protected_folders
        if str(path) not in folders:
            raise LookalikeError(
                "{folder} is not a protected folder.", "Choose one of the folders that are.", folder=path
            )
        self._catalog.settings.protected_folders = tuple(name for name in folders if name != str(path))

    def protect_only(self, paths: Iterable[Path]) -> None:
        """Remove no duplicate in these folders from now on, and in no others as well.

        Raises:
            LookalikeError: one that was not protected is no folder.
        """
        wanted, known = set(paths), set(self.protected_folders())
        # Where one of them is no folder, none has lost its protection.
        for path in wanted - known:
            self.protect(path)
        for path in known - wanted:
            self.unprotect(path)

    def decide(self, hashes: Sequence[str], decision: Decision) -> None:
        """Remember for ever what the user says of some contents, whatever becomes of their files.

        Args:
            hashes: the contents; one alone for its copies, as many as there are now.
            decision: it holds for each two of them.
        """
        if len(set(hashes)) == 1:
            number = self._catalog.contents.id_of(hashes[0])
            copies = [] if number is None else self._catalog.files.places([number]).get(number, [])
            self._catalog.duplicate_decisions.put([(hashes[0], hashes[0])], decision, len(copies))
            return
        self._catalog.duplicate_decisions.put(combinations(dict.fromkeys(hashes), 2), decision)

    def forget_decision(self, hashes: Sequence[str]) -> None:
        """Take back what was decided on some contents; one alone for its copies."""
        pairs = [(hashes[0], hashes[0])] if len(set(hashes)) == 1 else combinations(set(hashes), 2)
        self._catalog.duplicate_decisions.forget(pairs)

    def decisions(self) -> list[DecidedPair]:
        """All decisions."""
        return list(self._catalog.duplicate_decisions.all().values())

    def hashes_at(self, paths: Sequence[Path]) -> list[str]:
        """The contents that lie at some paths, each once.

        Raises:
            LookalikeError: no photo of the library lies at one of them.
        """
        found = self._catalog.files.contents_at(paths)
        for path in paths:
            if path not in found:
                raise LookalikeError(
                    "{path} is not among the photos of the library.", "Choose one that is.", path=path
                )
        contents = self._catalog.contents.get(list(found.values()))
        return list(dict.fromkeys(contents[found[path]].hash for path in paths))

    # Cleaning up

    def clean_up(
        self, plan: CleanUpPlan, options: CleanUpOptions | None = None
    ) -> Generator[Progress, None, CleanUpReport]:
        """Remove what a plan says; see `CleanUp`.

        Raises:
            LookalikeError: another clean-up runs, or the journal or the catalog cannot be written.
        """
        options = options or CleanUpOptions()
        checker = Checker(self._catalog, self._graph, self._protected())
        work = CleanUp(self._catalog, checker, self._folder, options)
        if options.dry_run:
            return (yield from work.run(plan))
        with alone(self._folder):
            return (yield from work.run(plan))

    def undo(self) -> Generator[Progress, None, UndoReport]:
        """Undo the last clean-up that was not undone; what cannot be put back is told.

        Raises:
            LookalikeError: there is none, another clean-up runs, or the journal or the catalog cannot be written.
        """
        with alone(self._folder):
            record = last_to_undo(self._folder)
            if record is None:
                raise LookalikeError("There is no clean-up to undo.")
            return (yield from undo(self._catalog, self._folder, record))

    def can_undo(self) -> bool:
        """Whether there is a clean-up to undo."""
        return last_to_undo(self._folder) is not None

    def end_interrupted(self) -> list[str]:
        """End clean-ups that were killed in the middle; a line for the user for each. None where one is running."""
        if not is_interrupted(self._folder):
            return []
        try:
            with alone(self._folder):
                return end_interrupted(self._catalog, self._folder)
        except CleanUpRunningError:
            return []

    def _protected(self) -> ProtectedFolders:
        return ProtectedFolders(self.protected_folders())
