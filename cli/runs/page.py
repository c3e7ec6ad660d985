"""The page beside a run's pictures: there before the first evaluation, and renewed after each iteration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nst_lbfgs.errors import OutputWriteError
from nst_lbfgs.files import check_place, open_regular, write_whole

from .outputs import Outputs
from .saving import Saver

if TYPE_CHECKING:
    from nst_lbfgs.progress import IterationLosses
    from nst_lbfgs.records.history import History
    from nst_lbfgs.report.files import RunFiles

    from .inputs import Inputs

MARK = b'<meta name="generator" content="nst-lbfgs '
MARK_WITHIN = 256  # bytes from the start of a page


class Page:
    """Writes the page of a run. A disk that is full keeps no picture from being written, and ends no run."""

    def __init__(
        self, inputs: Inputs, outputs: Outputs, *, overwrite: bool, report: Callable[[str], None]
    ) -> None:
        self._pictures = inputs.pictures()
        self._outputs = outputs
        self._overwrite = overwrite
        self._saver = Saver(report)  # its own: what waits in memory for room is pictures

    def write(
        self,
        record: Mapping[str, Any],
        iterations: Sequence[IterationLosses],
        history: History,
        *,
        running: bool,
    ) -> None:
        """Write the page of a run that stands here; `record` need not have its iterations."""
        from nst_lbfgs.report.run_page import run_page

        files = files_of(self._outputs, len(iterations))
        page = run_page(record, iterations, history, files, self._pictures, running=running)
        write = partial(write_whole, data=page, overwrite=self._overwrite)
        self._overwrite = self._saver.save(self._outputs.page, write) or self._overwrite

    def finish(self) -> OutputWriteError | None:
        """Try one last time; return what keeps the page from being where it should be."""
        self._saver.finish()
        return self._saver.problem


def files_of(outputs: Outputs, iterations: int) -> RunFiles:
    """Return the names of a run's files for its page, the pictures of the iterations that are done."""
    from nst_lbfgs.report.files import RunFiles

    frames = outputs.iterations_saved(iterations)
    return RunFiles(outputs.prefix, outputs.picture, outputs.record, outputs.checkpoint, frames)


def check_page(outputs: Outputs, *, wanted: bool, overwrite: bool = False, renewed: bool = False) -> None:
    """Raise OutputError unless the page, if it is `wanted`, can be written; `renewed`, one may be there."""
    if wanted:
        check_place(outputs.page, overwrite=overwrite or renewed and is_page(outputs.page))


def is_page(path: Path) -> bool:
    """Return whether there is a page at `path` that this program has written."""
    try:
        with open_regular(path) as file:
            return MARK in file.read(MARK_WITHIN)
    except OSError:
        return False
