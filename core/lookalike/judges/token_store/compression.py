"""Compression of tokens: the choices a user has."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.errors import LookalikeError

CODES = {"fp16": 0, "pq8": 8, "pq16": 16}
"""Dimensions that one 8-bit code stands for; 0 means float16."""
REDUCTIONS = ("", "pool", "drop")


@dataclass(frozen=True)
class Compression:
    """How tokens are stored.

    Attributes:
        codes: ``"fp16"``, ``"pq8"`` or ``"pq16"``.
        reduction: what each 2 × 2 block of tokens becomes: ``""`` leaves it, ``"pool"`` keeps the mean, ``"drop"``
            the first token.
    """

    codes: str = "pq8"
    reduction: str = ""

    @staticmethod
    def parse(text: str) -> Compression:
        """Read what `str` gives: ``pq8``, ``pool+pq8``, ``drop+fp16`` and so on.

        Raises:
            LookalikeError: it is none of these.
        """
        reduction, _, codes = text.rpartition("+")
        if codes not in CODES or reduction not in REDUCTIONS:
            raise LookalikeError(
                "There is no compression called {text}.",
                "Choose one of {codes}, with pool+ or drop+ before it if you want even less.",
                text=repr(text),
                codes=", ".join(CODES),
            )
        return Compression(codes, reduction)

    def __str__(self) -> str:
        return f"{self.reduction}+{self.codes}" if self.reduction else self.codes

    @property
    def dims(self) -> int:
        """Dimensions that one 8-bit code stands for; 0 for float16."""
        return CODES[self.codes]

    @property
    def finer(self) -> tuple[int, ...]:
        """The dimensions per code of all forms that lose less than this one."""
        return tuple(dims for dims in CODES.values() if dims < self.dims)
