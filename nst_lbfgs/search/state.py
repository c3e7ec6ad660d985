"""Where a search stands: all that it needs to be left and taken up again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..arrays import FloatArray, PictureArray
from .curvature import Pairs
from .evaluations import Place, Terms


@dataclass(frozen=True)
class Done:
    """How much of a search is behind it: whole iterations, and evaluations."""

    iterations: int = 0
    evaluations: int = 0


@dataclass(frozen=True, eq=False)
class SearchState:
    """Where a search stands.

    `iterate`, (n,), is exact; `terms` are those there, None where it has not been evaluated. L-BFGS that
    goes on from its own steps has the gradient there too, (n,), and the pairs of its memory; Adam the
    gradient, and the moving means of the gradient and of its square, each (n,), in `moments`. Otherwise the
    gradient is empty.

    `best` is the place with the smallest loss, where that is not the iterate.

    With `weighted` the iterate, the gradient and the pairs are not in pixels: see `weighted_coordinates.py`.
    """

    done: Done
    bounded: bool
    iterate: FloatArray
    terms: Terms | None = None
    gradient: PictureArray = field(default_factory=lambda: np.empty(0))
    pairs: Pairs = Pairs()
    moments: tuple[PictureArray, ...] = ()
    best: Place | None = None
    weighted: bool = False
