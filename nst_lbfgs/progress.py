"""Where a transfer stands, as it is told to callers and kept in a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from .search.recovery import SearchState


@dataclass(frozen=True)
class IterationLosses:
    """One iteration: its number from 0, the evaluations so far, the weighted losses, its seconds.

    `loss` is the sum of the three terms.
    """

    iteration: int
    evaluations: int
    loss: float
    content_loss: float
    style_loss: float
    total_variation_loss: float
    seconds: float


@dataclass(frozen=True)
class TransferState:
    """The finished iterations, and where the search stands after them."""

    iterations: tuple[IterationLosses, ...]
    search: SearchState
