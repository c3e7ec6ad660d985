"""How a picture goes through the network in the memory that there is: whole, or in bands of how many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..config import LEAST_BAND_ROWS, TransferConfig
from ..errors import InsufficientMemoryError
from .memory import available_memory, resident_bytes
from .memory_model import peak_memory

Sizes = Sequence[tuple[int, int]]
STEP = 16  # rows


def with_fitting_bands(
    config: TransferConfig, height: int, width: int, *, styles: Sizes = (), regions: int = 1
) -> TransferConfig:
    """Return `config` with rows for its bands: its own, or as many as fit into memory, `height` for all.

    What fits is what this process has and is free, and within the memory limit. Where nothing fits into
    what is free, bands are as low as they can be. A deterministic run must not hang on what is free: there
    the limit alone counts. `styles` and `regions` are as for `peak_memory`.

    Raises InsufficientMemoryError for a limit that is too small.
    """
    limit = config.computation.memory_limit
    free = None if config.computation.deterministic else _room()
    rooms = [room for room in (limit, free) if room is not None]

    def need(candidate: TransferConfig) -> int:
        return peak_memory(candidate, height, width, styles=styles, regions=regions)

    candidates = _candidates(config, height)
    fitting = next((each for each in candidates if all(need(each) <= room for room in rooms)), candidates[-1])
    if limit is not None and need(fitting) > limit:
        raise InsufficientMemoryError(
            f'Expected a memory limit of at least {need(fitting) / 1e9:.1f} GB for {width} x {height} '
            f'pixels. Received: {limit / 1e9:.1f} GB.'
        )
    return fitting


def least_memory(
    config: TransferConfig, height: int, width: int, *, styles: Sizes = (), regions: int = 1
) -> int:
    """Return how many bytes a run needs that goes through the network as it fits; as `peak_memory`."""
    candidates = _candidates(config, height)
    return min(
        peak_memory(candidate, height, width, styles=styles, regions=regions)
        for candidate in (candidates[0], candidates[-1])
    )


def _candidates(config: TransferConfig, height: int) -> list[TransferConfig]:
    """Return `config` with each number of rows that bands may have, from all of them down."""
    if not may_choose_bands(config):
        return [config]
    lower = range((height - 1) // STEP * STEP, LEAST_BAND_ROWS - 1, -STEP)
    return [
        replace(config, computation=replace(config.computation, band_rows=rows)) for rows in (height, *lower)
    ]


def may_choose_bands(config: TransferConfig) -> bool:
    """Return whether the rows of bands are left to the memory that there is."""
    computation = config.computation
    settled = computation.deterministic and computation.memory_limit is None
    return computation.band_rows is None and computation.references == 'once' and not settled


def _room() -> int | None:
    free = available_memory()
    return None if free is None else free + (resident_bytes() or 0)
