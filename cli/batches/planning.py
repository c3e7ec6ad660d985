"""What jobs will cost, as far as the heads of their pictures tell it: work, and memory."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from nst_lbfgs.errors import ConfigError, InsufficientMemoryError
from nst_lbfgs.machine.fitting_bands import may_choose_bands
from nst_lbfgs.machine.memory import available_memory
from nst_lbfgs.machine.memory_model import KEPT_FOR_OTHER_TRANSFERS, peak_memory
from nst_lbfgs.machine.threads import available_cores
from nst_lbfgs.pictures.head import size_of
from nst_lbfgs.pictures.plain import is_plain
from nst_lbfgs.pictures.reading import Picture
from nst_lbfgs.run_config import MasksConfig

from ..runs.input_files import InputFiles
from ..runs.inputs import Inputs
from .job import Job

Sizes = Callable[[Path], tuple[int, int] | None]


def remembered_sizes() -> Sizes:
    """Return a function that returns the size of a picture by its path, and looks at each file once."""
    return lru_cache(maxsize=None)(size_of)


def work_of(job: Job, sizes: Sizes) -> float | None:
    """Return how much work a job is, in pixels times evaluations; None if its size is not known."""
    inputs = _inputs(job, sizes)
    config = job.config.transfer
    if inputs is None:
        return None
    return math.prod(inputs.size) * float(config.iterations * config.evaluations_per_iteration)


def check_workers(jobs: Sequence[Job], workers: int, sizes: Sizes) -> None:
    """Raise ConfigError for more workers than cores, InsufficientMemoryError for more than fit into memory.

    At the worst the jobs that need most run at the same time. One that cannot fit alone is its own trouble.
    """
    cores, free = available_cores(), available_memory()
    if not 1 <= workers <= cores:
        raise ConfigError(f'Expected --workers: 1 to {cores}, the cores of this machine. Received: {workers}')
    if free is None:
        return
    found = [(need, _adapts(job)) for job in jobs if (need := _memory(job, sizes))]
    # What adapts, to smaller pictures or to bands, may take all that is free.
    needs = sorted((min(need, free) for need, adapts in found if adapts or need <= free), reverse=True)
    fitting = _fitting(needs[:workers], free)
    if fitting < min(workers, len(needs)):
        raise InsufficientMemoryError(
            f'Expected memory for {workers} of these jobs at a time, about '
            f'{math.ceil(sum(needs[:workers]) / 1e8) / 10:.1f} GB. Received: '
            f'{math.floor(free / 1e8) / 10:.1f} GB. --workers {fitting} would fit.'
        )


def _fitting(needs: Sequence[int], free: int) -> int:
    """Return how many of the needs, from the first on, fit together."""
    total = 0
    for count, need in enumerate(needs):
        total += need
        if total > free:
            return count
    return len(needs)


def _adapts(job: Job) -> bool:
    return job.options.fit or may_choose_bands(job.config.transfer)


def _memory(job: Job, sizes: Sizes) -> int | None:
    inputs = _inputs(job, sizes)
    if inputs is None:
        return None
    masks = job.config.masks
    regions = len(job.styles) if masks.regions or masks.style_masks else 1
    alone = peak_memory(job.config.transfer, *inputs.size, styles=inputs.style_sizes(), regions=regions)
    limit = job.config.transfer.computation.memory_limit
    if limit is not None:
        alone = min(alone, limit)  # it goes through the network in bands to stay below that
    return alone + KEPT_FOR_OTHER_TRANSFERS


def _inputs(job: Job, sizes: Sizes) -> Inputs | None:
    """Return the inputs of a job with pictures that are nothing but their size, if that is known."""
    if job.problem:
        return None
    known = {path: sizes(path) for path in (job.content, *job.styles) if not is_plain(path)}
    first = next(iter(known.values()), None)
    if first is None or None in known.values():
        return None
    pictures = {path: _blank(*(known.get(path) or first)) for path in (job.content, *job.styles)}
    files = InputFiles(
        job.content,
        job.styles,
        None,
        {},
        pictures[job.content],
        tuple(pictures[style] for style in job.styles),
        None,
        {},
    )
    inputs = Inputs(files, replace(job.config, masks=MasksConfig()))
    try:
        return inputs if min(inputs.size) > 0 else None
    except ConfigError:
        return None


def _blank(height: int, width: int) -> Picture:
    return Picture(np.broadcast_to(np.uint8(0), (height, width, 3)), None, '')
