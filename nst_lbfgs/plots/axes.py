"""The look of every plot, and plots as files: drawn with matplotlib."""

from __future__ import annotations

import io

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

DPI = 100
FONT_SIZE = 12
INK, GREY, GRID = '#222222', '#777777', '#e4e4e4'
# Okabe and Ito's, which the colour-blind tell apart.
COLOURS = ('#d55e00', '#0072b2', '#009e73', '#cc79a7', '#56b4e9')
MOST_POWERS = 4  # of ten, of which the multiples have ticks


def draw_title(panel: Axes, title: str) -> None:
    """Write a title as it is: `$` and `_` mean nothing."""
    panel.set_title(title, fontsize=FONT_SIZE + 1, color=INK, parse_math=False)


def draw_axes(panel: Axes, x: str, y: str) -> None:
    """Name the axes, and draw a grid and no frame."""
    panel.set_xlabel(x, fontsize=FONT_SIZE, color=INK)
    panel.set_ylabel(y, fontsize=FONT_SIZE, color=INK)
    panel.grid(color=GRID)
    panel.set_axisbelow(True)
    panel.spines[['top', 'right']].set_visible(False)
    panel.tick_params(labelsize=FONT_SIZE - 1, labelcolor=INK)


def draw_ticks(axis: Axis) -> None:
    """Give a logarithmic axis ticks at 1, 2 and 5 times powers of ten; at many powers, at these alone."""
    least, greatest = axis.get_view_interval()
    few = least <= 0 or greatest / least < 10**MOST_POWERS
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, position: _short(value))


def draw_legend(panel: Axes) -> None:
    """Explain the curves below the panel, where nothing else is drawn."""
    panel.legend(
        loc='upper center',
        bbox_to_anchor=(0.5, -0.14),
        ncols=2,
        frameon=False,
        fontsize=FONT_SIZE - 1,
        labelcolor=INK,
        handlelength=2.8,
    )


def encoded(figure: Figure, extension: str) -> bytes:
    """Return the figure as a file of the format that the extension names, '.png' or '.svg'."""
    file = io.BytesIO()
    figure.savefig(file, format=extension.lower()[1:])
    return file.getvalue()


def _short(value: float) -> str:
    """Return 20000000000 as '2e10'."""
    return f'{value:g}'.replace('e+0', 'e').replace('e+', 'e')
