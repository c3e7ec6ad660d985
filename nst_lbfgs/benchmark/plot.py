"""Loss against time, both axes logarithmic, one panel a pair: drawn with Pillow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Pixels
from .axes import log_axis
from .canvas import Canvas

PANEL_WIDTH, PANEL_HEIGHT = 600, 460
LEFT, RIGHT, TOP, BOTTOM = 84, 20, 46, 62  # the margins of a panel
MOST_COLUMNS = 3
LOSS_MARGIN = 0.08  # of the axis: room for a label below the lowest line

PAPER, INK, GREY, GRID = '#ffffff', '#222222', '#777777', '#e4e4e4'
# Okabe and Ito's, which the colour-blind tell apart; the first is the old way's.
COLOURS = ('#d55e00', '#0072b2', '#009e73', '#cc79a7', '#56b4e9')


@dataclass(frozen=True)
class Line:
    """A curve: the seconds, ascending, and the loss at each. Lines of one label have one colour."""

    label: str
    seconds: Sequence[float]
    losses: Sequence[float]


@dataclass(frozen=True)
class Gap:
    """Two ways at the same loss: from the sooner to the later seconds, and what to write there."""

    label: str
    loss: float
    sooner: float
    later: float


@dataclass(frozen=True)
class Panel:
    """The curves of one pair at one size."""

    title: str
    lines: Sequence[Line]
    gaps: Sequence[Gap] = ()


def plot_races(panels: Sequence[Panel]) -> Pixels:
    """Return the panels side by side as one picture, (H, W, 3), uint8.

    Seconds and losses are above 0. What is plotted is the least loss so far: a line search also
    evaluates points that it does not take.
    """
    columns = min(len(panels), MOST_COLUMNS)
    rows = -(-len(panels) // columns)
    labels = list(dict.fromkeys(line.label for panel in panels for line in panel.lines))
    colours = {label: COLOURS[index % len(COLOURS)] for index, label in enumerate(labels)}
    canvas = Canvas(columns * PANEL_WIDTH, rows * PANEL_HEIGHT, PAPER)
    for index, panel in enumerate(panels):
        row, column = divmod(index, columns)
        _PanelDrawing(canvas, panel, colours, column * PANEL_WIDTH, row * PANEL_HEIGHT).draw()
    return canvas.pixels()


class _PanelDrawing:
    """One panel, its upper left corner at (`left`, `top`) of the canvas."""

    def __init__(
        self, canvas: Canvas, panel: Panel, colours: dict[str, str], left: float, top: float
    ) -> None:
        self._canvas = canvas
        self._panel = panel
        self._colours = colours
        self._left, self._right = left + LEFT, left + PANEL_WIDTH - RIGHT
        self._top, self._bottom = top + TOP, top + PANEL_HEIGHT - BOTTOM
        self._time = log_axis(
            [second for line in panel.lines for second in line.seconds], self._left, self._right
        )
        self._loss = log_axis(
            [loss for line in panel.lines for loss in _least_so_far(line)],
            self._bottom,
            self._top,
            margin=LOSS_MARGIN,
        )

    def draw(self) -> None:
        self._draw_axes()
        for line in self._panel.lines:
            points = [
                (self._time.place(second), self._loss.place(loss))
                for second, loss in zip(line.seconds, _least_so_far(line))
            ]
            self._canvas.line(points, self._colours[line.label], 2)
        for gap in self._panel.gaps:
            self._draw_gap(gap)
        self._draw_legend()

    def _draw_axes(self) -> None:
        canvas, middle = self._canvas, (self._left + self._right) / 2
        for tick in self._time.ticks:
            x = self._time.place(tick)
            canvas.line([(x, self._top), (x, self._bottom)], GRID, 1)
            canvas.text((x, self._bottom + 6), f'{tick:g}', INK, 13, anchor='ma')
        for tick in self._loss.ticks:
            y = self._loss.place(tick)
            canvas.line([(self._left, y), (self._right, y)], GRID, 1)
            canvas.text((self._left - 6, y), _short(tick), INK, 13, anchor='rm')
        canvas.line(
            [(self._left, self._top), (self._left, self._bottom), (self._right, self._bottom)], INK, 1
        )
        title, room = self._panel.title, PANEL_WIDTH - LEFT
        canvas.text(
            (middle, self._top - 14),
            title,
            INK,
            int(min(16, 16 * room / canvas.text_width(title, 16))),
            anchor='ms',
        )
        canvas.text((middle, self._bottom + 30), 'seconds', INK, 14, anchor='ma')
        canvas.upright_text((self._left - 62, (self._top + self._bottom) / 2), 'loss', INK, 14)

    def _draw_gap(self, gap: Gap) -> None:
        y = self._loss.place(gap.loss)
        ends = [(self._time.place(second), y) for second in (gap.sooner, gap.later)]
        self._canvas.line(ends, GREY, 1)
        for end in ends:
            self._canvas.dot(end, INK, 3.5)
        # Below the lowest line there is room, and above the others right of our curve.
        if gap.loss == min(other.loss for other in self._panel.gaps):
            self._canvas.text((ends[1][0], y + 6), gap.label, INK, 13, anchor='ra')
        else:
            self._canvas.text((ends[0][0] + 10, y - 6), gap.label, INK, 13, anchor='ls')

    def _draw_legend(self) -> None:
        labels = list(dict.fromkeys(line.label for line in self._panel.lines))
        widest = max(self._canvas.text_width(label, 13) for label in labels)
        x, y = self._right - 12 - widest, self._top + 16.0
        self._canvas.box((x - 44, self._top + 2, self._right - 2, y + 20 * len(labels) - 4), PAPER)
        for label in labels:
            self._canvas.line([(x - 34, y), (x - 8, y)], self._colours[label], 3)
            self._canvas.text((x, y), label, INK, 13, anchor='lm')
            y += 20


def _least_so_far(line: Line) -> list[float]:
    least: list[float] = np.minimum.accumulate(line.losses).tolist()
    return least


def _short(value: float) -> str:
    """Return 20000000000 as '2e10'."""
    digits, exponent = f'{value:.0e}'.split('e')
    return f'{value:g}' if 0.01 <= value < 1000 else f'{digits}e{int(exponent)}'
