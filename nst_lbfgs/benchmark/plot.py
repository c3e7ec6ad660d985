"""Loss against time, both axes logarithmic, one panel for each pair and size: drawn with matplotlib."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from ..plots.axes import (
    COLOURS,
    DPI,
    FONT_SIZE,
    GREY,
    INK,
    draw_axes,
    draw_legend,
    draw_ticks,
    draw_title,
)
from .outcomes import OLD_WAY, Race, Record
from .summary import RaceSummary, race_summaries

PANEL_SIZE = (6.0, 5.2)  # inches
MOST_COLUMNS = 2  # more would be too small to read on a page
TITLE_CHARACTERS = 44  # as many as are as wide as a panel


def race_figure(records: Sequence[Record]) -> Figure | None:
    """Return a panel for each pair and size, or None if no race has an outcome."""
    races = [record for record in records if isinstance(record.outcome, Race)]
    places = list(dict.fromkeys((record.case.pair, record.case.size) for record in races))
    if not places:
        return None
    colours = _colours(races)
    columns = min(len(places), MOST_COLUMNS)
    rows = -(-len(places) // columns)
    size = columns * PANEL_SIZE[0], rows * PANEL_SIZE[1]
    figure = Figure(size, dpi=DPI, layout='constrained')
    for number, (pair, side) in enumerate(places, start=1):
        panel = figure.add_subplot(rows, columns, number)
        here = [record for record in records if (record.case.pair, record.case.size) == (pair, side)]
        _draw_panel(panel, f'{pair}, {side} x {side}', here, colours)
    return figure


def _colours(races: Sequence[Record]) -> dict[str, str]:
    ours = dict.fromkeys(record.case.way for record in races if record.case.way != OLD_WAY)
    return {way: COLOURS[index % len(COLOURS)] for index, way in enumerate([OLD_WAY, *ours])}


def _draw_panel(panel: Axes, title: str, records: Sequence[Record], colours: dict[str, str]) -> None:
    draw_title(panel, textwrap.fill(title, TITLE_CHARACTERS))
    panel.set_xscale('log')
    panel.set_yscale('log')
    draw_axes(panel, 'seconds', 'loss')
    for record in records:
        if isinstance(record.outcome, Race):
            _draw_curve(panel, record.case.way, record.outcome, colours)
    for gap in _gaps(race_summaries(records)):
        _draw_gap(panel, gap)
    for axis in (panel.xaxis, panel.yaxis):
        draw_ticks(axis)
    draw_legend(panel)


def _draw_curve(panel: Axes, way: str, race: Race, colours: dict[str, str]) -> None:
    """Draw the least loss so far: a line search also evaluates points that it does not take."""
    label = 'old way' if way == OLD_WAY else f'ours, {way}'
    known = panel.get_legend_handles_labels()[1]  # of an earlier repetition
    panel.plot(
        race.seconds,
        np.minimum.accumulate(race.losses),
        color=colours[way],
        linewidth=2,
        label=None if label in known else label,
    )


def _gaps(summaries: Sequence[RaceSummary]) -> list[RaceSummary]:
    """Return, for each number of iterations that ours caught up with, our fastest precision."""
    fastest: dict[int, RaceSummary] = {}
    for summary in summaries:
        if summary.sooner:
            before = fastest.setdefault(summary.iterations, summary)
            if before.sooner and summary.sooner.median > before.sooner.median:
                fastest[summary.iterations] = summary
    return list(fastest.values())


def _draw_gap(panel: Axes, gap: RaceSummary) -> None:
    """Draw a line from ours to the old way, which has the number of its iterations above it."""
    assert gap.loss and gap.seconds and gap.old_seconds and gap.sooner
    times = gap.sooner.median
    old = gap.old_seconds.median, gap.loss.median
    panel.plot(
        [gap.seconds.median, old[0]],
        [old[1], old[1]],
        color=GREY,
        linewidth=1,
        marker='o',
        markerfacecolor=INK,
        markeredgecolor=INK,
        label=f'iteration {gap.iterations}: {times:,.{1 if times < 10 else 0}f} times sooner',
    )
    panel.annotate(
        str(gap.iterations),
        old,
        xytext=(0, 6),
        textcoords='offset points',
        ha='center',
        fontsize=FONT_SIZE - 1,
        color=INK,
        path_effects=[withStroke(linewidth=3, foreground='white')],
    )
