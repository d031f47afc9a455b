"""The command ``doctor``."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike.cli.options import json_option
from lookalike.cli.output import say, say_json
from lookalike.cli.remedies import in_terminal
from lookalike.doctor import Finding, State, examine
from lookalike.errors import LookalikeError
from lookalike.wording import counted

EXIT_FAILED = 1
TOPIC_WIDTH = 12
MARKS = {State.GOOD: " ", State.NOTE: "-", State.PROBLEM: "!"}


@click.command()
@json_option
@click.pass_obj
def doctor(library_folder: Path | None, as_json: bool) -> int:
    """Explain what this installation has and lacks, and what the judges compute with.

    Fails where something will not work.
    """
    findings = []
    for finding in examine(library_folder):
        findings.append(finding)
        if not as_json:
            _say(finding)
    problems = sum(one.state is State.PROBLEM for one in findings)
    if as_json:
        say_json({"sound": not problems, "findings": findings})
    else:
        say(f"{counted(problems, 'problem')} found." if problems else "Everything that is needed works.")
    return EXIT_FAILED if problems else 0


def _say(finding: Finding) -> None:
    say(f"{MARKS[finding.state]} {finding.topic:{TOPIC_WIDTH}}{finding.text}")
    if finding.remedy:
        remedy = in_terminal(LookalikeError(finding.text, finding.remedy)).remedy
        say(f"  {'':{TOPIC_WIDTH}}→ {remedy}")
