"""A cell of a grid of runs: what was chosen for it, and what of its results is there already."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.errors import ImageError, RecordError
from nst_lbfgs.pictures.contact_sheet import LARGEST_SIDE, thumbnail
from nst_lbfgs.pictures.reading import MAX_PIXELS, read_picture
from nst_lbfgs.records.record import read_record
from nst_lbfgs.run_config import RunConfig
from nst_lbfgs.search.lbfgs import Ending

from .outputs import Outputs
from .page import check_page

LOSSES = ('loss', 'content_loss', 'style_loss', 'total_variation_loss')


def as_recorded(asked: RunConfig, recorded: RunConfig) -> RunConfig:
    """Return settings as a record has them: with the precision that 'auto' came to."""
    computation = asked.transfer.computation
    if computation.precision == 'auto':
        computation = replace(computation, precision=recorded.transfer.computation.precision)
    return replace(asked, transfer=replace(asked.transfer, computation=computation))


def in_any_memory(config: RunConfig) -> RunConfig:
    """Return settings without those of memory: in whatever it was computed, the picture is the same."""
    computation = replace(config.transfer.computation, band_rows=None, memory_limit=None)
    return replace(config, transfer=replace(config.transfer, computation=computation))


@dataclass
class Cell:
    """A run of a grid, by its label.

    `digests` returns those of the files that it reads, as a run record has them, or None if one of them
    cannot be read. `largest_side` is that of the thumbnail, in pixels.
    """

    label: str
    choices: dict[str, str]
    config: RunConfig
    outputs: Outputs
    digests: Callable[[], dict[str, Any] | None]
    largest_side: int = LARGEST_SIDE
    as_recorded: Callable[[RunConfig, RunConfig], RunConfig] = as_recorded
    """What the settings that were asked for would be in a record of theirs, given one that is there."""
    is_asked_for: Callable[[str], bool] = lambda reason: False
    """Whether a run that ended early, for a reason of its record, was to end so."""
    starts_from_another: bool = False
    """Whether the run starts from the result of another one, which may be made again meanwhile."""
    numbers: dict[str, Any] = field(default_factory=dict)
    """What this cell's run has recorded, by the table's columns; also of a run that failed on its way."""
    picture: Pixels | None = None
    """The thumbnail of the picture that the run has left."""
    failure: str | None = None
    """Why the picture is not the finished one, or missing, if the run was tried."""

    @property
    def done(self) -> bool:
        """Whether record and finished picture are there."""
        return bool(self.numbers) and self.picture is not None and self.failure is None

    def look(self) -> None:
        """See what is there of this cell's run."""
        record = self._own_record()
        self.numbers, self.picture, self.failure = {}, None, None
        if record is None:
            return
        self.numbers = _numbers(record)
        if not _ran_to_its_end(record) and not self.is_asked_for(str(record.get('stop_reason'))):
            self.failure = str(record.get('stop_reason'))
        most = max(MAX_PIXELS, _pixels(record))
        with suppress(ImageError):  # missing, or something else has this name
            self.picture = thumbnail(
                read_picture(self.outputs.picture, max_pixels=most).pixels, self.largest_side
            )

    def check(self, *, page: bool, resumed: bool, overwrite: bool) -> None:
        """Raise OutputError unless the results can be written, replacing nobody else's.

        If the grid is `resumed`, it may have left a picture without its record, or the results of a
        run that failed: those are its own.
        """
        if not self.numbers:
            own = resumed and (not os.path.lexists(self.outputs.record) or self._is_of_another_start())
        elif self.picture is None and os.path.lexists(self.outputs.picture):
            own = False
        else:
            own = resumed or self.failure is None
        self.outputs.check(overwrite=overwrite or own)
        check_page(self.outputs, wanted=page, overwrite=overwrite, renewed=own)

    def tried(self, problem: str | None) -> None:
        """See what a run has left that has ended, with a problem perhaps."""
        self.look()
        self.failure = problem or self.failure

    def _is_of_another_start(self) -> bool:
        """Return whether the record is this run's but for the result that it started from."""
        return self.starts_from_another and self._own_record({'init_sha256'}) is not None

    def _own_record(self, but: Collection[str] = ()) -> dict[str, Any] | None:
        """Return the record, if it is there and of a run with these settings and pictures.

        Digests of the names in `but` may be others.
        """
        try:
            record = read_record(self.outputs.record)
        except RecordError:
            return None
        recorded = record['config']
        asked = self.as_recorded(self.config, recorded)
        if in_any_memory(asked) != in_any_memory(recorded) or not _is_complete(record):
            return None
        digests = self.digests()
        own = digests is not None and all(
            name in but or record.get(name) == digest for name, digest in digests.items()
        )
        return record if own else None


def _is_complete(record: dict[str, Any]) -> bool:
    """Return whether the iterations are there, as this program writes them."""
    iterations = record.get('iterations')
    return isinstance(iterations, list) and all(isinstance(losses, dict) for losses in iterations)


def _ran_to_its_end(record: dict[str, Any]) -> bool:
    all_done: bool = len(record['iterations']) == record['config'].transfer.iterations
    return all_done or record.get('stop_reason') == Ending.CONVERGED.value


def _numbers(record: dict[str, Any]) -> dict[str, Any]:
    iterations = record['iterations']
    last = iterations[-1] if iterations else {}
    return {name: last.get(name, '') for name in LOSSES} | {
        'iterations_done': len(iterations),
        'evaluations': record.get('evaluations', ''),
        'seconds': round(sum(losses.get('seconds', 0.0) for losses in iterations), 1),
        'stop_reason': record.get('stop_reason'),
    }


def _pixels(record: dict[str, Any]) -> int:
    sides = [record.get(name) for name in ('height', 'width')]
    height, width = (side if isinstance(side, int) else 0 for side in sides)
    return height * width
