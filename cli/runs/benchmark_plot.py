"""The picture of a race, from the records of its measurements."""

from __future__ import annotations

from collections.abc import Sequence

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.benchmark.outcomes import OLD_WAY, Race, Record
from nst_lbfgs.benchmark.plot import Gap, Line, Panel, plot_races
from nst_lbfgs.benchmark.summary import RaceSummary, race_summaries


def race_plot(records: Sequence[Record]) -> Pixels | None:
    """Return a panel for each pair and size, or None if no race has an outcome."""
    races = [record for record in records if isinstance(record.outcome, Race)]
    summaries = race_summaries(records)
    places = dict.fromkeys((record.case.pair, record.case.size) for record in races)
    return plot_races([_panel(pair, size, races, summaries) for pair, size in places]) if places else None


def _panel(pair: str, size: int, races: Sequence[Record], summaries: Sequence[RaceSummary]) -> Panel:
    lines = [_line(record) for record in races if (record.case.pair, record.case.size) == (pair, size)]
    here = [summary for summary in summaries if (summary.case.pair, summary.case.size) == (pair, size)]
    return Panel(f'{pair}, {size} x {size}', lines, _gaps(here))


def _line(record: Record) -> Line:
    assert isinstance(record.outcome, Race)
    way = record.case.way
    return Line(
        'old way' if way == OLD_WAY else f'ours, {way}', record.outcome.seconds, record.outcome.losses
    )


def _gaps(summaries: Sequence[RaceSummary]) -> list[Gap]:
    """Return, for each number of iterations, how much sooner our fastest precision is."""
    gaps = []
    for iterations in dict.fromkeys(summary.iterations for summary in summaries):
        gap = max(
            (summary for summary in summaries if summary.iterations == iterations and summary.sooner),
            key=lambda summary: summary.sooner.median if summary.sooner else 0,
            default=None,
        )
        if gap and gap.sooner and gap.loss and gap.seconds and gap.old_seconds:
            gaps.append(
                Gap(
                    f'iteration {iterations}: {gap.sooner.median:.1f} x',
                    gap.loss.median,
                    gap.seconds.median,
                    gap.old_seconds.median,
                )
            )
    return gaps
