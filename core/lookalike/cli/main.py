"""Entry point of the command line: its commands, exit codes, and errors in one line."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from lookalike import __version__, log
from lookalike.cli.add import add
from lookalike.cli.app import app
from lookalike.cli.check import check
from lookalike.cli.evaluate import evaluate_command
from lookalike.cli.folders import folders
from lookalike.cli.models import models
from lookalike.cli.output import say_json, take_any_name, warn
from lookalike.cli.photos import photos
from lookalike.cli.remedies import in_terminal
from lookalike.cli.remove import remove
from lookalike.cli.scan import scan
from lookalike.cli.search import search
from lookalike.cli.settings import settings_command
from lookalike.cli.start import start
from lookalike.cli.status import status
from lookalike.cli.tokens import tokens
from lookalike.cli.watch import watch
from lookalike.errors import LookalikeError

logger = logging.getLogger(__name__)

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


@click.group()
@click.version_option(__version__, prog_name="lookalike")
@click.option(
    "--library",
    "library_folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of the library, instead of your own default one.",
)
@click.option("--verbose", is_flag=True, help="Log details, and repeat the log on the error stream.")
@click.pass_context
def cli(context: click.Context, library_folder: Path | None, verbose: bool) -> None:
    """Find the other photos of the same thing in your own collection."""
    context.obj = library_folder
    if verbose:
        log.configure(verbose=True)
    logger.debug("Lookalike %s: %s", __version__, context.invoked_subcommand)


for command in (
    start,
    add,
    remove,
    folders,
    scan,
    watch,
    search,
    settings_command,
    photos,
    status,
    check,
    evaluate_command,
    models,
    tokens,
    app,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; exits 0 when done, 1 on a failure reported in one line, 2 on wrong usage, 130 on Ctrl-C."""
    take_any_name()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    log.configure()
    try:
        outcome = cli.main(arguments, prog_name="lookalike", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        warn("Stopped. What was finished is kept.")
        return EXIT_INTERRUPTED
    except LookalikeError as error:
        log.log_failure(logger, "The command", error)
        return _fail(in_terminal(error), as_json="--json" in arguments)
    except BrokenPipeError:
        # The reader of the output has left (`lookalike … | head`): nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001
        # The last net: whoever runs the command gets one line, and the log the traceback.
        log.log_failure(logger, "The command", error)
        unexpected = LookalikeError(
            "Something went wrong that Lookalike did not expect ({kind}).",
            "The log tells more: {log}",
            kind=type(error).__name__,
            log=log.log_file(),
        )
        return _fail(unexpected, as_json="--json" in arguments)


def _fail(error: LookalikeError, as_json: bool) -> int:
    if as_json:
        say_json({"error": error.message, "remedy": error.remedy})
    else:
        warn(str(error))
    return EXIT_FAILED
