"""Entry point of the command line: exit codes, errors in one line, and the last net.

It imports nothing but what it needs to take Ctrl-C, not even `typing`; the commands, which take half a second, are
imported when they are run.
"""

from __future__ import annotations

import sys

from lookalike import interrupts, matrix_threads

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Sequence

    import click

    from lookalike.cli.streams import OutputError
    from lookalike.errors import LookalikeError

EXIT_FAILED = 1
EXIT_USAGE = 2

AGAIN_SECONDS = 0.05


def __getattr__(name: str) -> click.Group:
    """The group of all commands, for whoever wants to look through them: ``from lookalike.cli.main import cli``."""
    if name == "cli":
        from lookalike.cli.commands import cli

        return cli
    raise AttributeError(name)


def main() -> None:
    """Run the command line.

    Exits 0 when done, also where the reader of the output has left; 1 on a failure reported in one line, 2 on wrong
    usage, 130 on Ctrl-C, 143 where the system ended it.
    """
    interrupts.leave_at_once()
    matrix_threads.use_one_thread()
    from lookalike.cli import streams

    streams.open_all()
    try:
        _log_what_nothing_catches()
        code = run(sys.argv[1:], interrupts.raise_in_main_thread)
    except KeyboardInterrupt:
        # Again, while the first was being told of.
        code = interrupts.EXIT_INTERRUPTED
    interrupts.leave_at_once()
    streams.release_all()
    sys.exit(code)


def run(arguments: Sequence[str], ready: Callable[[], None] = lambda: None) -> int:
    """Run one command line and return its exit code.

    Args:
        arguments: what follows the program's name.
        ready: called once everything is imported.
    """
    from lookalike.cli.streams import OutputError

    try:
        return _run_with_net(list(arguments), ready)
    except OutputError as error:
        return _fail_output(error)


def _run_with_net(arguments: list[str], ready: Callable[[], None]) -> int:
    from lookalike.cli.streams import OutputError

    as_json = "--json" in arguments
    try:
        from lookalike import log

        log.configure()
        from lookalike.cli.commands import cli

        ready()
        code = _run(cli, arguments, as_json)
        sys.stdout.flush()
    except KeyboardInterrupt as error:
        return _stop(error)
    except OutputError:
        raise
    except Exception as error:  # noqa: BLE001
        # The last net: whoever runs the command gets one line, and the log the traceback.
        return _fail_unexpectedly(error, as_json)
    return code


def _run(cli: click.Group, arguments: list[str], as_json: bool) -> int:
    import click

    from lookalike import log
    from lookalike.cli.output import show_usage
    from lookalike.cli.remedies import in_terminal
    from lookalike.errors import LookalikeError

    try:
        # Not `cli.main`, which has exit codes and lines of its own for Ctrl-C and for readers that leave.
        with cli.make_context("lookalike", arguments) as context:
            outcome = cli.invoke(context)
        return outcome if isinstance(outcome, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort as error:
        return _stop(error)
    except click.ClickException as error:
        show_usage(error)
        return EXIT_USAGE
    except LookalikeError as error:
        log.log_failure(_logger(), "The command", error)
        return _fail(in_terminal(error), as_json)


def _stop(error: BaseException) -> int:
    from lookalike.cli.output import warn

    warn(interrupts.STOPPED)
    terminated = isinstance(error, interrupts.TerminatedError)
    return interrupts.EXIT_TERMINATED if terminated else interrupts.EXIT_INTERRUPTED


def _fail(error: LookalikeError, as_json: bool) -> int:
    from lookalike.cli.output import say_json, warn

    if as_json:
        say_json({"error": error.message, "remedy": error.remedy})
    else:
        warn(str(error))
    return EXIT_FAILED


def _fail_output(error: OutputError) -> int:
    from lookalike import log
    from lookalike.cli.output import warn

    if error.reader_left:
        return 0
    log.log_failure(_logger(), "The output", error)
    warn(f"The output cannot be written: {error.reason}. Write it elsewhere, or free some space.")
    return EXIT_FAILED


def _fail_unexpectedly(error: Exception, as_json: bool) -> int:
    from lookalike import log

    log.log_failure(_logger(), "The command", error)
    return _fail(log.unexpected(error), as_json)


def _log_what_nothing_catches() -> None:
    """Have what ends a thread, or comes up where it cannot be raised, logged and told in one line."""
    import _thread
    import signal
    import threading

    from lookalike import log
    from lookalike.cli.output import warn

    def end_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            name = arguments.thread.name if arguments.thread is not None else "?"
            log.log_failure(_logger(), f"Thread {name}", arguments.exc_value)
            warn(str(log.unexpected(arguments.exc_value)))

    def interrupt(number: signal.Signals) -> None:
        main = threading.main_thread().ident
        if hasattr(signal, "pthread_kill") and main is not None:
            # A signal proper, as it also ends a wait.
            signal.pthread_kill(main, number)
        else:
            _thread.interrupt_main(number)

    def pass_over(arguments: sys.UnraisableHookArgs) -> None:
        if isinstance(arguments.exc_value, KeyboardInterrupt):
            # Ctrl-C came while Python was cleaning up, which would swallow it. Once more, when that is done.
            terminated = isinstance(arguments.exc_value, interrupts.TerminatedError)
            number = signal.SIGTERM if terminated else signal.SIGINT
            again = threading.Timer(AGAIN_SECONDS, interrupt, (number,))
            again.daemon = True
            again.start()
        elif arguments.exc_value is not None:
            log.log_failure(_logger(), f"Cleaning up ({arguments.err_msg})", arguments.exc_value)

    threading.excepthook = end_thread
    sys.unraisablehook = pass_over


def _logger() -> logging.Logger:
    import logging

    return logging.getLogger(__name__)
