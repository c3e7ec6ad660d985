"""The contact sheet of a batch: contents down, styles across."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.errors import ImageError
from nst_lbfgs.pictures.contact_sheet import LARGEST_SIDE, contact_sheet, thumbnail
from nst_lbfgs.pictures.contact_sheet import Cell as SheetCell
from nst_lbfgs.pictures.plain import picture_of

from ..runs.cell import Cell
from ..runs.sweep_results import MOST_COLUMNS, sheet_cell
from .job import Job

PIXELS = 24_000_000  # of all thumbnails together
SMALLEST_SIDE = 64
MOST_INPUTS = 200  # content pictures that are shown beside their results; to read more would take minutes


def side_of_thumbnails(count: int) -> int:
    """Return the largest side of each of so many thumbnails, in pixels."""
    return max(SMALLEST_SIDE, min(LARGEST_SIDE, int((PIXELS / max(1, count)) ** 0.5)))


class BatchSheet:
    """Draws the sheet of a batch as it stands."""

    def __init__(self, jobs: Sequence[Job], cells: Sequence[Cell], title: str) -> None:
        self._jobs, self._cells, self._title = jobs, cells, title
        self._side = side_of_thumbnails(len(jobs))
        self._columns = _columns(jobs)
        self._thumbnail = lru_cache(maxsize=None)(self._read)

    def __call__(self) -> Pixels:
        shown = [sheet_cell(cell, cell.outputs.prefix.name) for cell in self._cells]
        side = self._side_of_inputs()
        if not self._columns:
            rows = [shown[start : start + MOST_COLUMNS] for start in range(0, len(shown), MOST_COLUMNS)]
            return contact_sheet(rows, self._title, largest_side=side)
        starts = range(0, len(shown), self._columns)
        heading = [SheetCell('', None), *(self._style(job) for job in self._jobs[: self._columns])]
        rows = [[self._content(start), *shown[start : start + self._columns]] for start in starts]
        return contact_sheet([heading, *rows], self._title, largest_side=side)

    def _side_of_inputs(self) -> int:
        """Return the largest side of the results, for what goes in to be shown no larger."""
        sides = [max(cell.picture.shape[:2]) for cell in self._cells if cell.picture is not None]
        return max([SMALLEST_SIDE, *sides]) if sides else self._side

    def _content(self, start: int) -> SheetCell:
        """Return the content of a row, once one of its jobs has been tried."""
        job = self._jobs[start]
        tried = any(cell.numbers or cell.failure for cell in self._cells[start : start + self._columns])
        few = len(self._jobs) <= MOST_INPUTS * self._columns
        return SheetCell(job.choices['content'], self._thumbnail(job.content) if tried and few else None)

    def _style(self, job: Job) -> SheetCell:
        settings = [
            f'{name} {value}' for name, value in job.choices.items() if name not in ('content', 'style')
        ]
        return SheetCell('\n'.join([job.choices['style'], *settings]), self._thumbnail(job.styles[0]))

    def _read(self, path: Path) -> Pixels | None:
        try:
            picture = picture_of(path)
        except ImageError:
            return None
        return thumbnail(picture.pixels, self._side)


def _columns(jobs: Sequence[Job]) -> int:
    """Return how many jobs each content has, if all have the same ones and they fit side by side; else 0."""
    count = next((number for number, job in enumerate(jobs) if job.content != jobs[0].content), len(jobs))
    if count >= MOST_COLUMNS or len(jobs) % count:
        return 0
    across = [_without_content(job) for job in jobs[:count]]
    for start in range(0, len(jobs), count):
        row = jobs[start : start + count]
        if len({job.content for job in row}) > 1 or [_without_content(job) for job in row] != across:
            return 0
    return count


def _without_content(job: Job) -> tuple[object, ...]:
    return (job.styles, *(item for item in job.choices.items() if item[0] != 'content'))
