"""The Jinja environment that chat templates are run in, as transformers sets it up.

Imported only where a template is rendered. transformers' own (`apply_chat_template` in
``utils/chat_template_utils.py``) is not used, as importing it takes longer than loading a small model.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment


class GenerationTag(Extension):
    """The tag ``{% generation %}``, by which templates mark what the assistant says; here its body stands as it is."""

    tags = {"generation"}  # noqa: RUF012 - jinja2 declares it as an attribute of the instance

    def parse(self, parser: Parser) -> nodes.Scope:
        """The body; what it assigns is not seen outside, as in transformers."""
        lineno = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.Scope(body, lineno=lineno)


def template_environment() -> ImmutableSandboxedEnvironment:
    """A sandbox with the functions, filters and tags that chat templates may use.

    ``strftime_now`` gives the date of today, as in training: templates write it into the system turn.
    """
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[GenerationTag, "jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda pattern: datetime.now().strftime(pattern)
    return environment


def _refuse(message: str) -> NoReturn:
    raise TemplateError(message)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """As JSON; Jinja's own filter would escape ``<`` and ``&``, which no model was trained on."""
    return json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )
