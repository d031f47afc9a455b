"""A command that also has commands below it."""

from __future__ import annotations

from typing import Any

import click


class CommandWithSubcommands(click.Group):
    """A command with arguments of its own that has commands below it too.

    Where the first word is the name of one of those, it is that command; otherwise it is an argument of this one.
    """

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of this command, or of the one below it that the first word names."""
        if args and args[0] in self.commands:
            name = f"{info_name} {args[0]}" if info_name else args[0]
            return self.commands[args[0]].make_context(name, args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, allow_interspersed_args=True, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the words for this command's own, as a plain command does."""
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run this command itself, as a plain command does."""
        return click.Command.invoke(self, ctx)
