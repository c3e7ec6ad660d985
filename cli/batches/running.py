"""One job after the other in a process: checked, locked, perhaps resumed, run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from nst_lbfgs.errors import CheckpointError, ConfigError, ImageSizeError, StyleTransferError
from nst_lbfgs.files import write_whole
from nst_lbfgs.pictures.contact_sheet import LARGEST_SIDE
from nst_lbfgs.records.checkpoint import Checkpoint, read_checkpoint
from nst_lbfgs.run_config import RunConfig
from nst_lbfgs.search.lbfgs import PLATEAU, TIME_OVER

from ..runs.cell import Cell, as_recorded
from ..runs.input_files import InputFiles, read_files
from ..runs.inputs import Inputs
from ..runs.kept_network import KeptNetwork
from ..runs.lock import run_lock
from ..runs.progress import ProgressLines
from ..runs.resuming import check_settings
from ..runs.starting import check_resumed, checked_inputs, start_tensorflow
from ..runs.stopping import Stopping, StopRequest
from ..runs.transfer import TransferRun, announce_network
from .digests import Digests
from .job import Job, Outcome, Parcel

LEAST_SIDE = 4  # pixels, of a picture as it is in its file
FileDigests = Callable[[Job], dict[str, Any] | None]
"""What returns the digests of a job's files, as its record has them."""


class Quiet(ProgressLines):
    """Says nothing: the batch tells of its jobs by itself."""

    def _print(self, text: str) -> None:
        """Print nothing."""


def cell_of(job: Job, digests: FileDigests, largest_side: int = LARGEST_SIDE) -> Cell:
    """Return the cell of a job, which sees what is there of its results."""
    return Cell(
        job.label,
        job.choices,
        job.config,
        job.outputs,
        lambda: digests(job),
        as_recorded=partial(_as_recorded, job.options.fit),
        is_asked_for=partial(_was_to_end, job),
        starts_from_another=job.after is not None,
        largest_side=largest_side,
    )


def checkpoint_of(job: Job, digests: FileDigests) -> Checkpoint | None:
    """Return the checkpoint that a job can go on from, if its results have one."""
    with suppress(CheckpointError, ConfigError):
        found = read_checkpoint(job.outputs.checkpoint)
        recorded = found.run
        done = len(found.state.iterations) if found.state else 0
        check_settings(recorded['config'], _config_of(job, recorded), done)
        known = digests(job)
        if known is not None and {name: recorded.get(name) for name in known} == known:
            return found
    return None


def _as_recorded(fit: bool, asked: RunConfig, recorded: RunConfig) -> RunConfig:
    """Return settings with what a run has found by itself: the precision, and to `fit` its size."""
    asked = as_recorded(asked, recorded)
    if not fit:
        return asked
    sides = ('image_height', 'image_width', 'longest_side')
    fitted = {name: getattr(recorded.pictures, name) for name in sides}
    return replace(asked, pictures=replace(asked.pictures, **fitted))


def _config_of(job: Job, recorded: dict[str, Any]) -> RunConfig:
    """Return the settings with which a job goes on from the run of a record."""
    return _as_recorded(job.options.fit, job.config, recorded['config'])


class JobRunner:
    """Runs jobs in this process, with the network, and what was made with it, in memory between them.

    `lines` shows how each run goes on.
    """

    def __init__(self, lines: Callable[..., ProgressLines] = Quiet) -> None:
        self._lines = lines
        self._kept = KeptNetwork()
        self._reused = 0

    def run(self, job: Job | Parcel, request: StopRequest) -> Outcome:
        """Run a job, unless it is done, and return what became of it; a `request` ends it early.

        Of a parcel the outcome has the results.
        """
        self._reused = 0
        if isinstance(job, Parcel):
            outcome = self._run_parcel(job, request)
        else:
            outcome = _outcome(partial(self._run, job, Digests().of, request), request)
        return replace(outcome, reused=self._reused)

    def _run_parcel(self, parcel: Parcel, request: StopRequest) -> Outcome:
        with tempfile.TemporaryDirectory(prefix='nst-lbfgs-') as folder:
            job = _moved(parcel.job, Path(folder))
            if parcel.checkpoint is not None:
                write_whole(job.outputs.checkpoint, parcel.checkpoint, overwrite=False)
            outcome = _outcome(
                partial(self._run, job, lambda _: parcel.files.digests(), request, parcel.files), request
            )
            files = {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
        return replace(outcome, files=files)

    def _run(
        self, job: Job, digests: FileDigests, request: StopRequest, files: InputFiles | None = None
    ) -> int:
        job.outputs.make_folder()
        with run_lock(job.outputs.lock, lambda _: not request.exit_code):
            cell = cell_of(job, digests)
            if _is_done(cell):  # by a run that nobody was waiting for any more
                return 0
            checkpoint = checkpoint_of(job, digests)
            files = files or read_files(
                job.config, job.content, job.styles, max_pixels=job.options.max_pixels
            )
            _check_sides(files)
            inputs = _resumed(job, files, checkpoint) if checkpoint else _begun(job, files)
            code = self._transfer(job, inputs, checkpoint, request)
            if _is_done(cell) and not job.options.keep_checkpoints:
                job.outputs.checkpoint.unlink(missing_ok=True)
            return code

    def _transfer(self, job: Job, inputs: Inputs, checkpoint: Checkpoint | None, request: StopRequest) -> int:
        options = job.options
        stopping = Stopping(
            max_seconds=options.max_seconds, min_improvement=options.min_improvement, request=request
        )
        outputs = replace(job.outputs, config=inputs.config)
        run = TransferRun(
            inputs,
            outputs,
            True,
            options.page,
            job.preset,
            stopping,
            resumable=True,
            checkpoint=checkpoint,
            lines=self._lines,
        )
        config = inputs.config.transfer
        start_tensorflow(options.verbose, config)
        network = self._kept.of(config, lambda: announce_network(config, Quiet(1, 1), keep=True))
        before = network.made.grams.reused
        try:
            return run.run(options.command, network)
        finally:
            self._reused = network.made.grams.reused - before


def _outcome(run: Callable[[], int], request: StopRequest) -> Outcome:
    if request.exit_code:
        return Outcome(exit_code=request.exit_code)
    try:
        return Outcome(exit_code=run())
    except StyleTransferError as error:
        return Outcome(str(error), request.exit_code)
    except MemoryError:
        return Outcome('The memory has run out.')


def _is_done(cell: Cell) -> bool:
    cell.look()
    return cell.done


def _check_sides(files: InputFiles) -> None:
    """Raise ImageSizeError for what is in a folder by mistake: `transfer` alone enlarges a few pixels."""
    paths, pictures = (files.content_path, *files.style_paths), (files.content, *files.styles)
    for path, picture in zip(paths, pictures, strict=True):
        height, width = picture.pixels.shape[:2]
        if min(height, width) < LEAST_SIDE:
            raise ImageSizeError(
                f'{path} is too small for a picture. Expected at least {LEAST_SIDE} pixels in height and '
                f'width. Received: {height} x {width} (height x width)'
            )


def _begun(job: Job, files: InputFiles) -> Inputs:
    (inputs,) = checked_inputs(files, [job.config], job.outputs, fit=job.options.fit, overwrite=True)
    return inputs


def _resumed(job: Job, files: InputFiles, checkpoint: Checkpoint) -> Inputs:
    inputs = Inputs(files, _config_of(job, checkpoint.run))
    check_resumed(inputs, job.outputs)
    return inputs


def _was_to_end(job: Job, reason: str) -> bool:
    """Return whether a run that ended early did so by an option of the batch: it is done, too."""
    options = job.options
    return (
        options.max_seconds is not None
        and reason.endswith(TIME_OVER)
        or options.min_improvement is not None
        and reason.endswith(PLATEAU)
    )


def _moved(job: Job, folder: Path) -> Job:
    """Return a job with its results in a folder here, which say that they are where they will be."""
    there = job.outputs.prefix.parent.absolute()
    outputs = replace(job.outputs, prefix=folder / job.outputs.prefix.name, folder_in_record=there)
    return replace(job, outputs=outputs)
