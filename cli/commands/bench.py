"""`nst-lbfgs bench`: how fast this machine is, our way against the old way."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from nst_lbfgs.checks import check_integer, check_positive
from nst_lbfgs.config import PRECISIONS, ComputationConfig
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.network.layers import SMALLEST_SIDE

from ..options import HelpFormatter, add_option, add_setting

DESCRIPTION = """
Measure evaluations per second, peak resident memory and useful GFLOP/s of our way against the old
way: a batch of three pictures through the network at each evaluation, in float32, and L-BFGS begun afresh
every 20 evaluations over the pixels. With --race also the seconds until our way has the loss that the old
way has after some of its iterations. Both minimise the objective of the preset enhanced-lbfgs. Each
measurement is a process of its own, and each repetition makes every measurement once. Shown are medians,
with the least and the greatest.
"""
RACE_ITERATIONS = 10
PLOT_FORMATS = ('.png', '.svg')


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        'bench',
        help='how fast this machine is, against the old way',
        description=DESCRIPTION,
        formatter_class=HelpFormatter,
    )
    parser.set_defaults(run=run)
    _add_measurements(parser.add_argument_group('what is measured'))
    _add_output(parser.add_argument_group('what is left'))


def _add_measurements(group: argparse._ActionsContainer) -> None:
    add_option(
        group,
        '--sizes',
        type=int,
        nargs='+',
        metavar='PIXELS',
        default=[512],
        help='sides of the square pictures (default: 512)',
    )
    add_option(
        group,
        '--precisions',
        nargs='+',
        choices=PRECISIONS,
        default=['float32', 'bfloat16'],
        metavar='PRECISION',
        help=f'of our way: {", ".join(PRECISIONS)} (default: float32 bfloat16)',
    )
    add_option(
        group,
        '--old-way',
        action=argparse.BooleanOptionalAction,
        default=True,
        help='measure the old way as well, which needs 10 GB of memory at 1024 (default: yes)',
    )
    add_option(
        group,
        '--evaluations',
        type=int,
        metavar='N',
        default=10,
        help='evaluations that are timed in a search, after one that is not (default: 10)',
    )
    add_option(
        group,
        '--repetitions',
        type=int,
        metavar='N',
        default=3,
        help='how many times everything is measured (default: 3)',
    )
    add_option(group, '--race', action='store_true', help='measure the seconds to a loss as well')
    add_option(
        group,
        '--iterations',
        type=int,
        nargs='+',
        metavar='N',
        default=None,
        help="the old way's numbers of iterations, of 20 evaluations each, whose losses are "
        f'raced for; for --race (default: {RACE_ITERATIONS})',
    )
    add_option(
        group,
        '--pair',
        type=Path,
        nargs=2,
        action='append',
        metavar=('CONTENT', 'STYLE'),
        dest='pairs',
        default=None,
        help='pictures, squashed to squares; repeatable; evaluations '
        'are timed on the first pair (default: a pair that is drawn for the purpose)',
    )
    add_option(
        group,
        '--time-limit',
        type=float,
        metavar='S',
        default=None,
        help='give up a measurement after S seconds (default: none)',
    )
    add_setting(group, '--weights', 'imagenet, the path of an h5 file, or random (for tests)')


def _add_output(group: argparse._ActionsContainer) -> None:
    add_option(
        group,
        '--json',
        type=Path,
        metavar='FILE',
        default=None,
        help='leave every repetition, the medians and the machine; renewed after each measurement',
    )
    add_option(
        group,
        '--plot',
        type=Path,
        metavar='FILE',
        default=None,
        help='leave the loss against time as a PNG or SVG picture, a panel for each pair; for --race; '
        'needs matplotlib: pip install matplotlib',
    )
    add_option(group, '--force', action='store_true', help='replace these files if they exist')
    add_option(group, '--verbose', action='store_true', help="show TensorFlow's own messages")


def run(args: argparse.Namespace) -> int:
    """Check everything, then measure; TensorFlow is loaded by the measurements alone."""
    _check(args)
    from ..runs.benchmark import Benchmark, Settings

    settings = Settings(
        sizes=tuple(dict.fromkeys(args.sizes)),
        precisions=tuple(dict.fromkeys(args.precisions)),
        old_way=args.old_way,
        evaluations=args.evaluations,
        repetitions=args.repetitions,
        iterations=tuple(sorted(set(args.iterations or [RACE_ITERATIONS]))) if args.race else (),
        pairs=tuple(tuple(pair) for pair in args.pairs or ()),
        weights=getattr(args, 'weights', ComputationConfig.weights),
        time_limit=args.time_limit,
        json=args.json,
        plot=args.plot,
        overwrite=args.force,
        verbose=args.verbose,
        command=shlex.join(['nst-lbfgs', *args.command_line]),
    )
    return Benchmark(settings).run()


def _check(args: argparse.Namespace) -> None:
    for size in args.sizes:
        check_integer('--sizes', size, at_least=SMALLEST_SIDE)
    for name in ('evaluations', 'repetitions'):
        check_integer(f'--{name}', getattr(args, name))
    for iterations in args.iterations or ():
        check_integer('--iterations', iterations)
    if args.time_limit is not None:
        check_positive('--time-limit', args.time_limit)
    for name in ('iterations', 'plot'):
        if getattr(args, name) is not None and not args.race:
            raise ConfigError(f'Expected --race together with --{name}. Received: none.')
    if args.race and not args.old_way:
        raise ConfigError(
            'Expected --race without --no-old-way: it is a race against the old way. Received: both.'
        )
    if args.plot is not None and args.plot.suffix.lower() not in PLOT_FORMATS:
        raise ConfigError(
            f'Expected --plot: a name that ends in {" or ".join(PLOT_FORMATS)}. Received: {args.plot}'
        )
    if args.json is not None and args.json == args.plot:
        raise ConfigError(f'Expected two names for --json and --plot. Received: {args.json} for both.')
