"""The benchmark's report for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .outcomes import OLD_WAY, Case, Ceiling, Record
from .summary import RaceSummary, RateSummary, Spread, best_ceiling, race_summaries, rate_summaries

NOTHING = '-'
GIGA = 1e9
MEGABYTE = 1e6


def report(records: Sequence[Record], evaluations: int, repetitions: int) -> str:
    """Return the machine, the rates, the race and what failed, as text."""
    parts = [_machine(best_ceiling(records)), _rates(rate_summaries(records), evaluations, repetitions)]
    races = race_summaries(records)
    if races:
        parts.append(_races(races))
    failures = [f'{described(record.case)}: {record.failure}' for record in records if record.failure]
    if failures:
        parts.append('\n'.join(['Failed', *failures]))
    return '\n\n'.join(parts)


def described(case: Case) -> str:
    """Return what is measured, in words."""
    if case.kind == 'ceiling':
        return "the machine's ceiling"
    return f'{case.kind}, {case.size} x {case.size}, {case.pair}, {_way(case)}'


def _machine(ceiling: Ceiling | None) -> str:
    if ceiling is None:
        return "The machine's ceiling could not be measured."
    machine = ceiling.machine
    rows = [
        [
            precision,
            f'{ceiling.convolution[precision] / GIGA:,.0f}',
            f'{ceiling.matrix[precision] / GIGA:,.0f}',
        ]
        for precision in ceiling.convolution
    ]
    return (
        f'{machine["device"]}; TensorFlow {machine["tensorflow"]}, Keras {machine["keras"]}, '
        f'SciPy {machine["scipy"]}, Python {machine["python"]}\n'
        + _table(['best GFLOP/s', 'convolution', 'matrix product'], rows)
    )


def _rates(summaries: Sequence[RateSummary], evaluations: int, repetitions: int) -> str:
    heading = (
        f'Searches of {evaluations} evaluations, {repetitions} repetitions: median, and least to greatest'
    )
    rows = [
        [
            f'{summary.case.size} x {summary.case.size}',
            _way(summary.case),
            _spread(summary.evaluations_per_second, _significant),
            _median(summary.times, lambda times: f'{times:.1f}'),
            _median(summary.peak_bytes, lambda size: f'{size / MEGABYTE:,.0f}'),
            _median(summary.flops, lambda rate: f'{rate / GIGA:,.0f}'),
            _median(summary.share, lambda share: f'{share:.0%}'),
            _median(summary.first_seconds, lambda seconds: f'{seconds:.1f}'),
        ]
        for summary in summaries
    ]
    return (
        heading
        + '\n'
        + _table(
            [
                'size',
                'way',
                'evaluations/s',
                'times',
                'peak MB',
                'useful GFLOP/s',
                'of the best',
                's to the first',
            ],
            rows,
        )
    )


def _races(summaries: Sequence[RaceSummary]) -> str:
    rows = [
        [
            f'{summary.case.size} x {summary.case.size}',
            summary.case.pair,
            str(summary.iterations),
            _median(summary.loss, lambda loss: f'{loss:.3e}'),
            _spread(summary.old_seconds, _significant),
            _way(summary.case),
            _spread(summary.seconds, _significant)
            + (f', not reached in {summary.missed}' if summary.missed else ''),
            _spread(summary.sooner, lambda times: f'{times:.1f}'),
        ]
        for summary in summaries
    ]
    return "Seconds to the loss of the old way's iterations\n" + _table(
        ['size', 'pair', 'iterations', 'loss', 'old way', 'way', 'seconds', 'times sooner'], rows
    )


def _way(case: Case) -> str:
    return 'old way' if case.way == OLD_WAY else f'ours, {case.way}'


def _spread(spread: Spread | None, shown: Callable[[float], str]) -> str:
    if spread is None:
        return NOTHING
    return f'{shown(spread.median)} ({shown(spread.least)} to {shown(spread.greatest)})'


def _median(spread: Spread | None, shown: Callable[[float], str]) -> str:
    return shown(spread.median) if spread else NOTHING


def _significant(value: float) -> str:
    """Return three significant digits, without an exponent."""
    if value >= 100:
        return f'{value:,.0f}'
    return f'{value:.1f}' if value >= 10 else f'{value:.2f}' if value >= 1 else f'{value:.3f}'


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return aligned columns."""
    widths = [max(map(len, column)) for column in zip(headings, *rows)]
    return '\n'.join(
        '  '.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [headings, *rows]
    )
