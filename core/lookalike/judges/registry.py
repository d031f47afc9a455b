"""The judge registry of one library: which judges there are, which is in use, and each opened once."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from lookalike.catalog.settings import Settings
from lookalike.errors import LookalikeError
from lookalike.judges.caption_judge import CaptionJudge
from lookalike.judges.kind import JudgeKind, JudgeResources
from lookalike.judges.kinds import JUDGE_KINDS, plugged_in_kinds
from lookalike.judges.protocol import Judge, JudgeOptions
from lookalike.judges.token_judge import TokenJudge

NO_JUDGE = "none"
"""The name that stands for no judge: the index's answer is left as it is."""


def names_a_judge(name: str) -> bool:
    """Whether a name stands for a judge, not for none."""
    return name != NO_JUDGE


class JudgeRegistry:
    """The judges of a library, by name. Thread-safe.

    Args:
        settings: keep the user's choice.
        resources: what judges may use.
        kinds: the kinds of judges, in the order in which users see them; None for those that come with Lookalike and
            those that other packages add. The latter are first, so that none of them is used unless it is chosen.
    """

    def __init__(
        self,
        settings: Settings,
        resources: JudgeResources,
        kinds: Sequence[type[JudgeKind]] | None = None,
    ) -> None:
        self._settings = settings
        self._plugin_errors: list[LookalikeError] = []
        if kinds is None:
            plugged_in, self._plugin_errors = plugged_in_kinds()
            kinds = (*plugged_in, *JUDGE_KINDS)
        self._kinds = [kind(resources) for kind in kinds]
        self._open: dict[str, Judge] = {}
        self._opening = threading.Lock()

    def names(self) -> list[str]:
        """All names that can be chosen, `NO_JUDGE` first."""
        return [NO_JUDGE, *(name for kind in self._kinds for name in kind.names())]

    def built_in(self) -> list[str]:
        """The judges that come with the installation."""
        return [name for kind in self._kinds if not kind.needs_model for name in kind.names()]

    def missing(self) -> list[LookalikeError]:
        """Why some kinds of judges cannot work here, with the remedy."""
        lacking = [error for error in (kind.missing() for kind in self._kinds) if error is not None]
        return [*lacking, *self._plugin_errors]

    def in_use(self) -> str:
        """The judge that searches use: the user's choice, or else the default."""
        chosen = self._settings.judge
        if chosen in self.names():
            return chosen
        for kind in reversed(self._kinds):
            names = kind.names()
            if names and kind.missing() is None:
                return names[0]
        return NO_JUDGE

    def choose(self, name: str) -> None:
        """Have searches use a judge.

        Raises:
            LookalikeError: there is none of this name.
        """
        if names_a_judge(name):
            self._kind_of(name)
        self._settings.judge = name

    def resolve(self, name: str) -> str:
        """The judge that a kind's name stands for: the chosen one of that kind, or else its first.

        Any other name is returned as it is.

        Raises:
            LookalikeError: the library has no judge of this kind.
        """
        for kind in self._kinds:
            if kind.name == name:
                names, chosen = kind.names(), self._settings.judge
                if not names:
                    raise kind.none_there()
                return chosen if chosen in names else names[0]
        return name

    def get(self, name: str | None = None, options: JudgeOptions | None = None) -> Judge | None:
        """A judge by name, opened on first use.

        Args:
            name: its name; None for the judge in use.
            options: how it is asked; None for the defaults.

        Returns:
            The judge; None where the name is `NO_JUDGE`.

        Raises:
            LookalikeError: there is none of this name, or it cannot work here.
        """
        name = name or self.in_use()
        if not names_a_judge(name):
            return None
        with self._opening:
            if name not in self._open:
                self._open[name] = self._kind_of(name).open(name)
            judge = self._open[name]
        return judge if options is None else judge.with_options(options)

    def stores_tokens(self, name: str | None = None) -> bool:
        """Whether a judge (the one in use for None) stores visual tokens; opens nothing.

        Raises:
            LookalikeError: there is none of this name.
        """
        name = name or self.in_use()
        return names_a_judge(name) and self._kind_of(name).stores_tokens

    def token_judge(self, name: str | None = None) -> TokenJudge:
        """A judge that stores visual tokens, by name; the one in use for None.

        Raises:
            LookalikeError: there is no such judge, it stores no tokens, or it cannot work here.
        """
        judge = self.get(name) if self.stores_tokens(name) else None
        if not isinstance(judge, TokenJudge):
            raise LookalikeError(
                "Only multimodal models have visual tokens, and none is in use.",
                "Import a multimodal model, or choose one that is imported.",
            )
        return judge

    def caption_judge(self, name: str | None = None) -> CaptionJudge:
        """A judge whose model writes captions, by name; the one in use for None.

        Raises:
            LookalikeError: there is no such judge, it writes none, or it cannot work here.
        """
        judge = self.get(name)
        if not isinstance(judge, CaptionJudge):
            raise LookalikeError(
                "Only multimodal models write captions, and none is in use.",
                "Import a multimodal model, or choose one that is imported.",
            )
        return judge

    def modes(self, name: str | None = None) -> list[str]:
        """The questions a judge (the one in use for None) can be asked; empty where it knows only one."""
        name = name or self.in_use()
        return self._kind_of(name).modes() if names_a_judge(name) else []

    def top(self, name: str | None = None) -> int:
        """How many candidates are worth a judge's time (that of the one in use for None); 0 for none."""
        name = name or self.in_use()
        return self._kind_of(name).top if names_a_judge(name) else 0

    def behind(self, name: str | None = None) -> str:
        """The judge that goes before another one (that in use for None) in a search; `NO_JUDGE` where none does."""
        name = name or self.in_use()
        first = self._kind_of(name).behind if names_a_judge(name) else ""
        return first if first in self.names() else NO_JUDGE

    def in_turn(
        self, name: str | None = None, options: JudgeOptions | None = None, *, alone: bool = False
    ) -> tuple[Judge | None, Judge | None]:
        """The judges that check the candidates of a search: the first one, and a slow one behind it.

        Args:
            name: the judge's name; None for the one in use.
            options: how it is asked; None for the defaults.
            alone: whether it is first even if it is slow.

        Raises:
            LookalikeError: there is none of this name, or it cannot work here.
        """
        judge = self.get(name, options)
        before = NO_JUDGE if judge is None or alone else self.behind(name)
        return (self.get(before), judge) if names_a_judge(before) else (judge, None)

    def close_judge(self, name: str) -> None:
        """Release what a judge holds; its next use opens it anew."""
        with self._opening:
            judge = self._open.pop(name, None)
        if judge is not None:
            judge.close()

    def close(self) -> None:
        """Release what all judges hold; their next use opens them anew."""
        for name in list(self._open):
            self.close_judge(name)

    def _kind_of(self, name: str) -> JudgeKind:
        for kind in self._kinds:
            if name in kind.names():
                return kind
        raise LookalikeError(
            "There is no judge called {name}.",
            "There are: {some}.",
            name=name,
            some=", ".join(self.names()),
        )
