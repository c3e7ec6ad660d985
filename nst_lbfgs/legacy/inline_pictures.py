"""The pictures that a notebook shows inline, saved as files instead."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from PIL import Image


class Pictures:
    """Numbers and saves pictures as STEM_1.png, STEM_2.png ... in the working directory.

    A name that is taken is passed over: nothing is overwritten.
    """

    def __init__(self, stem: str) -> None:
        self._stem = stem
        self._number = 0

    def show(self, value: Any) -> None:
        """Show a value as Jupyter shows a cell's last one: a picture saved, others printed."""
        if isinstance(value, Image.Image):
            value.save(self._next_path())
        elif value is not None:
            print(repr(value))

    def display(self, *values: Any, **_ignored: Any) -> None:
        """Show values (IPython's `display`)."""
        for value in values:
            self.show(value)

    def save_figures(self) -> None:
        """Save and close matplotlib's open figures, if it was imported at all."""
        pyplot = sys.modules.get('matplotlib.pyplot')
        for number in pyplot.get_fignums() if pyplot is not None else ():
            figure = pyplot.figure(number)  # type: ignore[union-attr]
            if figure.axes:
                figure.savefig(self._next_path())
            pyplot.close(figure)  # type: ignore[union-attr]

    def _next_path(self) -> Path:
        while True:
            self._number += 1
            path = Path(f'{self._stem}_{self._number}.png')
            if not path.exists():
                print(f'Picture saved as {path}')
                return path
