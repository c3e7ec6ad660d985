"""A cell of a sweep: the run that makes its picture, and what of it is there already."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.errors import ImageError, RecordError, StyleTransferError
from nst_lbfgs.pictures.contact_sheet import thumbnail
from nst_lbfgs.pictures.reading import MAX_PIXELS, read_picture
from nst_lbfgs.records.record import read_record
from nst_lbfgs.run_config import RunConfig
from nst_lbfgs.search.lbfgs import Ending

from .command_line import CommandLine
from .grid import GridPoint
from .page import check_page
from .transfer import TransferRun

if TYPE_CHECKING:
    from nst_lbfgs.weights.vgg19 import Network


@dataclass
class SweepCell:
    """A point of the grid and the run that makes its picture."""

    point: GridPoint
    transfer: TransferRun
    record: dict[str, Any] | None = None
    """What this cell's run has recorded; also of a run that failed on its way."""
    picture: Pixels | None = None
    """The thumbnail of the picture that the run has left."""
    failure: str | None = None
    """Why the picture is not the finished one, or missing, if the run was tried."""

    @property
    def done(self) -> bool:
        """Whether record and finished picture are there."""
        return self.record is not None and self.picture is not None and self.failure is None

    def look(self) -> None:
        """See what is there of this cell's run."""
        outputs, (height, width) = self.transfer.outputs, self.transfer.inputs.size
        self.record, self.picture, self.failure = self._own_record(), None, None
        if self.record is None:
            return
        if not _ran_to_its_end(self.record):
            self.failure = str(self.record.get('stop_reason'))
        with suppress(ImageError):  # missing, or something else has this name
            pixels = read_picture(outputs.picture, max_pixels=max(MAX_PIXELS, height * width)).pixels
            self.picture = thumbnail(pixels)

    def check(self, *, resumed: bool, overwrite: bool) -> None:
        """Raise OutputError unless the results can be written, replacing nobody else's.

        If the sweep is `resumed`, it may have left a picture without its record, or the results of a
        run that failed: those are its own.
        """
        outputs = self.transfer.outputs
        if self.record is None:
            own = resumed and not os.path.lexists(outputs.record)
        elif self.picture is None and os.path.lexists(outputs.picture):
            own = False
        else:
            own = resumed or self.failure is None
        outputs.check(overwrite=overwrite or own)
        check_page(outputs, wanted=self.transfer.page, overwrite=overwrite, renewed=own)

    def make(self, command: CommandLine, network: Callable[[], Network]) -> None:
        """Run the transfer, then look. What goes wrong is kept as the failure, the network's included."""
        problem = None
        try:
            self.transfer.run(command, network())
        except StyleTransferError as error:
            problem = str(error)
        self.look()
        self.failure = problem or self.failure

    def _own_record(self) -> dict[str, Any] | None:
        """Return the record, if it is there and of a run with these settings and pictures."""
        run, digests = self.transfer, self.transfer.inputs.files.digests()
        try:
            record = read_record(run.outputs.record)
        except RecordError:
            return None
        own = (
            _same(run.config, record['config'])
            and _is_complete(record)
            and {name: record.get(name) for name in digests} == digests
        )
        return record if own else None


def _same(asked: RunConfig, recorded: RunConfig) -> bool:
    """Return whether the settings are the same; a record has the precision that 'auto' came to."""
    computation = asked.transfer.computation
    if computation.precision == 'auto':
        computation = replace(computation, precision=recorded.transfer.computation.precision)
    return replace(asked, transfer=replace(asked.transfer, computation=computation)) == recorded


def _is_complete(record: dict[str, Any]) -> bool:
    """Return whether the iterations are there, as this program writes them."""
    iterations = record.get('iterations')
    return isinstance(iterations, list) and all(isinstance(losses, dict) for losses in iterations)


def _ran_to_its_end(record: dict[str, Any]) -> bool:
    all_done: bool = len(record['iterations']) == record['config'].transfer.iterations
    return all_done or record.get('stop_reason') == Ending.CONVERGED.value
