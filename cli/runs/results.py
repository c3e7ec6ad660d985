"""What a run leaves: on its way checkpoint, pictures and page; in the end record and picture too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nst_lbfgs.errors import OutputWriteError, StyleTransferError
from nst_lbfgs.files import write_whole
from nst_lbfgs.machine.memory import peak_resident_bytes
from nst_lbfgs.pictures.resolution import Dpi
from nst_lbfgs.pictures.writing import write_picture
from nst_lbfgs.records.checkpoint import write_checkpoint
from nst_lbfgs.records.history import History
from nst_lbfgs.records.record import digest_of, to_json

from .command_line import CommandLine
from .outputs import Outputs
from .page import Page
from .saving import Saver, Writer

if TYPE_CHECKING:
    from nst_lbfgs.arrays import DeepPixels, Pixels
    from nst_lbfgs.progress import IterationLosses, TransferState
    from nst_lbfgs.transfer import TransferResult


class Results:
    """Writes the results of a run, each file whole or not at all.

    `dpi` is that of the pictures, `record` that of the run without its results, `history` what has happened
    so far. Without `resumable` there is no checkpoint, without a `page` no page.
    """

    def __init__(
        self,
        outputs: Outputs,
        dpi: Dpi | None,
        record: dict[str, Any],
        history: History,
        saver: Saver,
        page: Page | None,
        *,
        resumable: bool,
        overwrite: bool,
    ) -> None:
        self._outputs = outputs
        self._dpi = dpi
        self._record = record
        self._history = history
        self._saver = saver
        self._page = page
        self._resumable = resumable
        self._overwrite = overwrite
        self._iterations: list[IterationLosses] = []

    def begin(self, state: TransferState | None) -> None:
        """Leave what there is before the first evaluation."""
        self._iterations = list(state.iterations) if state else []
        self.checkpoint(lambda: state)
        self._write_page(self._record, running=True)

    def iteration(
        self,
        losses: IterationLosses,
        pixels: Callable[[], Pixels],
        alpha: Pixels | None,
        state: Callable[[], TransferState],
    ) -> Path | None:
        """Leave what there is after an iteration; return where its picture is, if it is saved."""
        self._iterations.append(losses)
        path = self._outputs.at_iteration(losses.iteration)
        saved = path is not None and self._saver.save(path, self._writer(pixels(), alpha))
        self.checkpoint(state)
        self._write_page(self._record, running=True)
        return path if saved else None

    def checkpoint(self, state: Callable[[], TransferState | None]) -> None:
        """Leave a checkpoint, if the run can be resumed."""
        if self._resumable:
            run = self._record | self._history.record()
            self._saver.save(self._outputs.checkpoint, partial(write_checkpoint, run=run, state=state()))

    def finish(
        self,
        result: TransferResult,
        pixels: Pixels | DeepPixels,
        alpha: Pixels | None,
        measured: dict[str, float],
        command: CommandLine,
    ) -> OutputWriteError | None:
        """Leave record, picture and page of a run that has ended; return what is not where it should be."""
        full = self._full_record(result, measured)
        self._iterations = list(result.iterations)
        self.checkpoint(lambda: result.state)
        write = partial(write_whole, data=to_json(full), overwrite=self._overwrite)
        self._saver.save(self._outputs.record, write)
        picture = self._writer(pixels, alpha, command.metadata(full['digest']))
        self._saver.save(self._outputs.picture, picture)
        self._saver.finish()
        self._write_page(full, running=False)
        return self._saver.problem or (self._page.finish() if self._page else None)

    def failed(self, error: StyleTransferError) -> None:
        """Say on the page why the run has ended without a result."""
        self._write_page(self._record | {'stop_reason': str(error)}, running=False)

    def _full_record(self, result: TransferResult, measured: dict[str, float]) -> dict[str, Any]:
        outcome = {
            'stop_reason': result.stop_reason,
            'evaluations': result.evaluations,
            'troubles': list(result.troubles),
            'iterations': [asdict(losses) for losses in result.iterations],
            'memory': self._record['memory'] | {'peak_bytes': peak_resident_bytes()},
        }
        full = self._record | measured | outcome | self._history.record()
        return full | {'digest': digest_of(full)}

    def _write_page(self, record: dict[str, Any], *, running: bool) -> None:
        if self._page:
            self._page.write(record, self._iterations, self._history, running=running)

    def _writer(
        self, pixels: Pixels | DeepPixels, alpha: Pixels | None, metadata: dict[str, str] | None = None
    ) -> Writer:
        return partial(
            write_picture,
            pixels=pixels,
            alpha=alpha,
            overwrite=self._overwrite,
            metadata=metadata,
            dpi=self._dpi,
        )
