"""The command ``evaluate verdicts``: a calibration from what the user said of results."""

from __future__ import annotations

from pathlib import Path

import click

from lookalike.cli.evaluation_options import judge_option
from lookalike.cli.options import json_option
from lookalike.cli.output import say, say_json
from lookalike.library import Library


@click.command("verdicts")
@judge_option
@click.option(
    "--fit",
    is_flag=True,
    help="Store it. Searches with this judge and descriptor use it from then on, in all libraries.",
)
@json_option
@click.pass_obj
def verdicts_command(library_folder: Path | None, judge: str, fit: bool, as_json: bool) -> None:
    """Calibrate with what you called the same, and not the same, in searches.

    It takes 50 results of each that the judge has checked, of at least four searches.
    """
    from lookalike.evaluation.user_fit import fit_to_verdicts

    with Library(library_folder) as library:
        fitted = fit_to_verdicts(library, library.judges.resolve(judge))
        made = fitted.calibration
        if fit:
            library.calibrations.put(made)
    if as_json:
        say_json(
            {
                "pairs": made.pairs,
                "same": made.positives,
                "searches": made.groups,
                "error": made.error,
                "weight": made.weight,
                "cut_off": made.cut_off,
                "informative": fitted.informative,
                "stored": fit,
            }
        )
        return
    say(
        f"{made.positives} results called the same and {made.pairs - made.positives} not, of {made.groups} searches"
    )
    say(f"weight {made.weight}, line at {made.cut_off:.3f}, expected calibration error {made.error:.4f}")
    if not fitted.informative:
        say("the judge's answers hardly tell them apart")
    if fit:
        say("stored: searches with this judge and descriptor use this calibration from now on")
