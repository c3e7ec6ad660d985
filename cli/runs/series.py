"""Many runs: each that is not done yet is made; sheet, table and page are renewed as they end."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.errors import RecordError, StyleTransferError
from nst_lbfgs.files import check_place, write_whole
from nst_lbfgs.pictures.writing import write_picture
from nst_lbfgs.report.inputs import Shown

from .cell import Cell
from .outputs import Outputs
from .page import check_page
from .saving import Saver
from .sweep_page import page_of_cells
from .sweep_results import is_of_a_batch, is_table_of_a_sweep, read_table, table

CHEAP = 0.5  # seconds of writing that are never put off
MOST_NAMED = 20  # of the runs that failed
SHARE = 0.02  # of the time, at most, for what is dearer


@dataclass
class Series:
    """Runs whose settings are checked and whose outputs can be written.

    `outputs` are those of the series itself, with the contact sheet as its picture. `sheet` draws that, and
    `inputs` are what its page shows of what went in; without `page` there is none. `report` is told, in a
    line, what a person should know. `kind` is what the page calls it.
    """

    cells: Sequence[Cell]
    outputs: Outputs
    title: str
    sheet: Callable[[], Pixels]
    inputs: Callable[[], Sequence[Shown]]
    page: bool
    report: Callable[[str], None]
    kind: str = 'sweep'
    _saver: Saver = field(init=False)
    _written: float = field(default=-float('inf'), init=False)
    _cost: float = field(default=0.0, init=False)

    def check(self, *, overwrite: bool) -> None:
        """See what is done. Raises OutputError for a file in the way that is no result of these runs."""
        named = self._named_in_table()
        resumed = named is not None
        for path in (self.outputs.picture, self.outputs.table):
            check_place(path, overwrite=resumed or overwrite)
        check_page(self.outputs, wanted=self.page, overwrite=overwrite, renewed=resumed)
        for cell in self.cells:
            cell.look()
            if not cell.done:
                known = self.kind == 'sweep' or cell.outputs.picture.name in (named or ())
                begun = known or os.path.lexists(cell.outputs.checkpoint)
                cell.check(page=self.page, resumed=resumed and begun, overwrite=overwrite)

    def _named_in_table(self) -> set[str] | None:
        """Return the pictures in the table of an earlier time of these runs; None if there is none.

        That of a batch of quite other pictures is somebody else's.
        """
        if not is_table_of_a_sweep(self.outputs.table):
            return None
        if self.kind == 'sweep':
            return set()
        try:
            fields, rows = read_table(self.outputs.table)
        except RecordError:
            return None
        named = {row['picture'] for row in rows if row['picture']}
        ours = {cell.outputs.picture.name for cell in self.cells}
        return named if is_of_a_batch(fields) and (not named or named & ours) else None

    def make(self, ended: Iterable[Cell]) -> None:
        """Take each cell that has `ended`, whatever became of it, and renew what shows all of them."""
        saver = self._saver = Saver(self.report)
        if not all(cell.done for cell in self.cells):
            self._save(saver, running=True)
        for _ in ended:
            if time.monotonic() - self._written > self._cost / SHARE or self._cost < CHEAP:
                self._save(saver, running=True)
        self._save(saver, running=False)
        saver.finish()

    def conclude(self) -> None:
        """Say where all is. Raises StyleTransferError if a run failed, or something is not written."""
        problem = self._saver.problem
        if not problem:
            self.report(f'{self.outputs.picture} and {self.outputs.table}')
        problems = [str(each) for each in (self._failures(), problem) if each]
        if problems:
            raise StyleTransferError(' '.join(problems))

    def _save(self, saver: Saver, *, running: bool) -> None:
        started = time.monotonic()
        pixels = self.sheet()
        saver.save(self.outputs.table, partial(write_whole, data=table(self.cells), overwrite=True))
        saver.save(self.outputs.picture, partial(write_picture, pixels=pixels, overwrite=True))
        if self.page:
            page = page_of_cells(
                self.cells, self.outputs, self.title, self.inputs(), kind=self.kind, running=running
            )
            saver.save(self.outputs.page, partial(write_whole, data=page, overwrite=True))
        self._written = time.monotonic()
        self._cost = self._written - started

    def _failures(self) -> str | None:
        failed = [cell.label for cell in self.cells if cell.failure]
        if not failed:
            return None
        more = f' and {len(failed) - MOST_NAMED} more' if len(failed) > MOST_NAMED else ''
        named = '; '.join(failed[:MOST_NAMED])
        return (
            f'{len(failed)} of {len(self.cells)} failed: {named}{more}. The reasons are in '
            f'{self.outputs.table}; the same command tries them again.'
        )
