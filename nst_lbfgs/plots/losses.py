"""The losses of runs, by evaluation or by second: one run's terms, or several runs beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .axes import COLOURS, DPI, INK, draw_axes, draw_legend, draw_ticks, draw_title

SIZE = 8.0, 5.6  # inches
TERMS = {'content_loss': 'content', 'style_loss': 'style', 'total_variation_loss': 'total variation'}
DASHES = ('-', '--', ':', '-.')  # with five colours: twenty runs that look different
AXES = {'evaluations': 'evaluations of loss and gradient', 'seconds': 'seconds of the search'}
Iterations = Sequence[Mapping[str, Any]]
"""A record's: each with its evaluations so far, its own seconds, its loss and the terms of that."""


def loss_figure(runs: Mapping[str, Iterations], by: str) -> Figure:
    """Return the losses of runs, by name, after each iteration; `by` is 'evaluations' or 'seconds'.

    The loss has a logarithmic axis. Of one run the terms are there, too, where they are above 0.
    """
    figure = Figure(SIZE, dpi=DPI, layout='constrained')
    panel = figure.add_subplot()
    panel.set_yscale('log')
    draw_axes(panel, AXES[by], 'loss')
    if len(runs) == 1:
        ((name, iterations),) = runs.items()
        draw_title(panel, name)
        _draw_terms(panel, iterations, by)
    else:
        _draw_runs(panel, runs, by)
    draw_ticks(panel.yaxis)
    draw_legend(panel)
    return figure


def _draw_terms(panel: Axes, iterations: Iterations, by: str) -> None:
    _draw(panel, iterations, by, 'loss', color=INK, label='loss')
    for (term, label), colour in zip(TERMS.items(), COLOURS):
        if any(losses[term] > 0 for losses in iterations):
            _draw(panel, iterations, by, term, color=colour, label=label)


def _draw_runs(panel: Axes, runs: Mapping[str, Iterations], by: str) -> None:
    for index, (name, iterations) in enumerate(runs.items()):
        dash = DASHES[index // len(COLOURS) % len(DASHES)]
        label = name.replace('$', r'\$')  # no formula
        colour = COLOURS[index % len(COLOURS)]
        _draw(panel, iterations, by, 'loss', color=colour, linestyle=dash, label=label)


def _draw(panel: Axes, iterations: Iterations, by: str, values: str, **look: Any) -> None:
    """Draw a curve with a point for each iteration; a value of 0 has no place on the axis."""
    places = [losses['evaluations'] for losses in iterations]
    if by == 'seconds':
        places = list(accumulate(losses['seconds'] for losses in iterations))
    shown = [(place, losses[values]) for place, losses in zip(places, iterations) if losses[values] > 0]
    panel.plot(*zip(*shown), linewidth=2, marker='o', markersize=4, **look)
