"""`nst-lbfgs`: one command per module, loaded without TensorFlow."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from nst_lbfgs import __version__
from nst_lbfgs.errors import ConfigError, StyleTransferError, one_line
from nst_lbfgs.machine.address_space import NUMPY, check_address_space

from .commands import (
    animate,
    batch,
    bench,
    enhance,
    inspect,
    plot,
    port,
    presets,
    recolor,
    reconstruct,
    report,
    run,
    sweep,
    transfer,
    weights,
)
from .options import take_late_paths
from .runs.streams import discard_output, discard_untold, flush_output, open_closed_streams, put, tell

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

# In the order of the help.
ADD_PARSERS = (
    transfer.add_parser,
    presets.add_parser,
    sweep.add_parser,
    batch.add_parser,
    report.add_parser,
    reconstruct.add_parser,
    inspect.add_parser,
    run.add_parser,
    port.add_parser,
    enhance.add_parser,
    recolor.add_parser,
    animate.add_parser,
    plot.add_parser,
    weights.add_parser,
    bench.add_parser,
)


class CommandParser(argparse.ArgumentParser):
    """Prints help and errors; unlike argparse's own, it does not hide that the help could not be written."""

    def error(self, message: str) -> NoReturn:
        super().error(one_line(message))

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        print_to = put if file is sys.stdout else tell
        print_to(message.rstrip('\n'))


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser: argparse.ArgumentParser = CommandParser(
        prog='nst-lbfgs',
        description='Paint a picture in the style of another: neural style transfer '
        "with Keras's VGG19 and scipy's L-BFGS.",
    )
    parser.add_argument('--version', action='version', version=f'nst-lbfgs {__version__}')
    commands = parser.add_subparsers(metavar='COMMAND', required=True)
    for add_parser in ADD_PARSERS:
        add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None, *, began: float | None = None) -> int:
    """Run one command and return its exit code; `argv` is what follows the program's name.

    `began` is when the command began, by `time.monotonic`; now, unless it is given.
    0, 1 (foreseen failure), 2 (bad usage), or 128 and the number of the signal that ended it.
    """
    began = time.monotonic() if began is None else began
    open_closed_streams()
    try:
        return _exit_code(sys.argv[1:] if argv is None else list(argv), began)
    finally:
        discard_untold()


def _exit_code(command_line: list[str], began: float) -> int:
    try:
        return _run(command_line, began)
    except ConfigError as error:
        return _fail(error, 2)
    except StyleTransferError as error:
        return _fail(error, 1)
    except BrokenPipeError:  # the reader, `head` for example, has seen enough
        discard_output()
        return 141  # 128 and SIGPIPE, as if the signal had ended it; Windows has none
    except KeyboardInterrupt:  # only where `start` has not begun it
        tell('nst-lbfgs: interrupted')
        return 128 + signal.SIGINT
    except MemoryError:
        tell('nst-lbfgs: error: The memory has run out.')
        return 1


def _run(command_line: list[str], began: float) -> int:
    try:
        args = _parsed(command_line)
        args.began = began
        check_address_space(NUMPY, 'NumPy and scipy')
        code: int = args.run(args)
        return code
    finally:
        flush_output()


def _parsed(command_line: list[str]) -> argparse.Namespace:
    """Return the arguments, with the command line itself for records. Exits for --help and bad usage."""
    parser = build_parser()
    args, rest = parser.parse_known_args(command_line)
    rest = take_late_paths(args, rest)
    if rest:
        parser.error(f'unrecognized arguments: {" ".join(rest)}')
    args.command_line = command_line
    return args


def _fail(error: StyleTransferError, code: int) -> int:
    tell(f'nst-lbfgs: error: {one_line(str(error))}')
    return code
