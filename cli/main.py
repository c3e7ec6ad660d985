"""`nst-lbfgs`: one command per module, loaded without TensorFlow."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from nst_lbfgs import __version__
from nst_lbfgs.errors import ConfigError, StyleTransferError
from nst_lbfgs.quiet import open_missing_streams

from .commands import (
    bench,
    enhance,
    inspect,
    presets,
    reconstruct,
    run,
    sweep,
    transfer,
    weights,
)
from .options import take_late_paths

# In the order of the help.
ADD_PARSERS = (
    transfer.add_parser,
    presets.add_parser,
    sweep.add_parser,
    reconstruct.add_parser,
    inspect.add_parser,
    run.add_parser,
    enhance.add_parser,
    weights.add_parser,
    bench.add_parser,
)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog='nst-lbfgs',
        description='Paint a picture in the style of another: neural style transfer '
        "with Keras's VGG19 and scipy's L-BFGS.",
    )
    parser.add_argument('--version', action='version', version=f'nst-lbfgs {__version__}')
    commands = parser.add_subparsers(metavar='COMMAND', required=True)
    for add_parser in ADD_PARSERS:
        add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0, 1 (foreseen failure), 2 (bad usage), or 128 and the number of the signal that ended it.
    """
    open_missing_streams()
    parser = build_parser()
    args, rest = parser.parse_known_args(argv)
    rest = take_late_paths(args, rest)
    if rest:
        parser.error(f'unrecognized arguments: {" ".join(rest)}')
    try:
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except ConfigError as error:
        return _fail(error, 2)
    except StyleTransferError as error:
        return _fail(error, 1)
    except BrokenPipeError:  # the reader, `head` for example, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return 141  # 128 and SIGPIPE, as if the signal had ended it; Windows has none
    except KeyboardInterrupt:
        print('nst-lbfgs: interrupted', file=sys.stderr)
        return 128 + signal.SIGINT


def _fail(error: StyleTransferError, code: int) -> int:
    print(f'nst-lbfgs: error: {error}', file=sys.stderr)
    return code
