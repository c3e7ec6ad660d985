"""Results are written even if a disk is full for a while, or their folder vanishes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from itertools import chain, count
from pathlib import Path

from nst_lbfgs.errors import OutputError, OutputWriteError
from nst_lbfgs.pictures.writing import FORMATS

Writer = Callable[[Path], None]
MOST_WAITING = 8


class Saver:
    """Writes files; what cannot be written waits in memory and is tried again at the next save.

    A file is given as its path and a function that writes it to a path. If more than MOST_WAITING
    cannot be written, the oldest are given up.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self.problem: OutputWriteError | None = None
        self._report = report
        self._failed: set[Path] = set()
        self._waiting: dict[Path, Writer] = {}
        self._given_up: list[Path] = []

    def save(self, path: Path, write: Writer) -> bool:
        """Write a file now or later; return whether it is written."""
        self._waiting.pop(path, None)
        self._waiting[path] = write
        for waiting in list(self._waiting):
            self._try(waiting)
        while len(self._waiting) > MOST_WAITING:
            oldest = next(iter(self._waiting))
            self._given_up.append(oldest)
            del self._waiting[oldest]
        return path not in self._waiting

    def finish(self) -> None:
        """Try one last time, then write what still waits elsewhere.

        That is a picture as PNG in the same place, or all of it in a new folder for temporary files.
        `problem` names what is not where it should be, and where it is.
        """
        for path in list(self._waiting):
            self._try(path, make_folder=True)
        missing = [*self._given_up, *self._waiting]
        if missing:
            names = ', '.join(map(str, missing))
            as_png = self._rescue_as_png()
            self.problem = OutputWriteError(f'Could not write {names}.{as_png}{self._rescue()}')

    def _try(self, path: Path, *, make_folder: bool = False) -> None:
        try:
            if make_folder:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._waiting[path](path)
        except (OutputError, OSError) as error:
            if path not in self._failed:
                self._report(f'{str(error).rstrip(".")}. It is kept in memory and tried again.')
            self._failed.add(path)
        else:
            del self._waiting[path]
            if path in self._failed:
                self._report(f'{path} is written now.')
                self._failed.discard(path)

    def _rescue_as_png(self) -> str:
        """Write pictures that wait as PNG beside their place; return where they are, as a sentence."""
        saved = []
        for path, write in list(self._waiting.items()):
            other = _as_png(path)
            if other and _writes(write, other):
                saved.append(str(other))
                del self._waiting[path]
        return f' Instead there is {", ".join(saved)}.' if saved else ''

    def _rescue(self) -> str:
        """Write what still waits into a new folder; return where it is, as a sentence."""
        if not self._waiting:
            return ''
        try:
            folder = Path(tempfile.mkdtemp(prefix='nst-lbfgs-'))
        except OSError:
            return ''
        places = [_first_written(write, folder / path.name) for path, write in self._waiting.items()]
        saved = [place.name for place in places if place]
        if not saved:
            folder.rmdir()
            return ''
        return f' Instead there are {", ".join(saved)} in {folder}.'


def _as_png(path: Path) -> Path | None:
    """Return the first of a.png, a.webp.png, a.webp.1.png, ... that is nobody's, for a picture a.webp.

    What is PNG already, or no picture, has none.
    """
    if FORMATS.get(path.suffix.lower(), 'PNG') == 'PNG':
        return None
    names = chain(
        [path.with_suffix('.png'), Path(f'{path}.png')], (Path(f'{path}.{n}.png') for n in count(1))
    )
    return next(name for name in names if not os.path.lexists(name))


def _first_written(write: Writer, path: Path) -> Path | None:
    """Write to a path, or else as PNG beside it; return where it is."""
    places = filter(None, [path, _as_png(path)])
    return next((place for place in places if _writes(write, place)), None)


def _writes(write: Writer, path: Path) -> bool:
    try:
        write(path)
    except (OutputError, OSError):
        return False
    return True
