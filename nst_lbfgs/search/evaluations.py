"""An evaluation on its way through a search: made, counted and remembered in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays import FloatArray, PictureArray
from ..errors import NonFiniteLossError
from .coordinates import Coordinates, PixelCoordinates


@dataclass(frozen=True)
class Terms:
    """The three weighted terms of an objective."""

    content_loss: float
    style_loss: float
    total_variation_loss: float

    @property
    def loss(self) -> float:
        """The sum of the three terms."""
        return self.content_loss + self.style_loss + self.total_variation_loss


@dataclass(frozen=True)
class Evaluation:
    """The terms of an objective at a picture x, (n,), and the gradient of their sum, (n,)."""

    terms: Terms
    gradient: PictureArray


@dataclass(frozen=True, eq=False)
class Place:
    """Where a search has been: `z`, (n,), in `coordinates`, and the terms there."""

    z: FloatArray
    terms: Terms
    coordinates: Coordinates

    @property
    def loss(self) -> float:
        """The sum of the terms."""
        return self.terms.loss

    @property
    def x(self) -> PictureArray:
        """The picture, (n,), in the coordinates of the preprocessing: computed anew each time."""
        return self.coordinates.picture(self.z)


@dataclass(frozen=True, eq=False)
class Point(Place):
    """A place with the gradient for `z`, (n,), in the precision of the evaluation."""

    gradient: PictureArray

    @property
    def place(self) -> Place:
        """The place alone, which keeps no gradient in memory."""
        return Place(self.z, self.terms, self.coordinates)


class Evaluations:
    """All evaluations of a search: how many there were, and the place with the smallest loss.

    `function` evaluates a picture x, (n,). `coordinates` are those in which the search moves now; they
    may be exchanged. `count` and `best` are those of the search that this one goes on from. `tell` is
    called after each evaluation with their number and the loss, and may raise StopSearch.
    """

    def __init__(
        self,
        function: Callable[[PictureArray], Evaluation],
        coordinates: Coordinates,
        tell: Callable[[int, float], None],
        *,
        count: int = 0,
        best: Place | None = None,
    ) -> None:
        self.coordinates = coordinates
        self.count = count
        self.best = best
        self._function = function
        self._tell = tell

    def best_but(self, z: FloatArray) -> Place | None:
        """Return the best place in pixel coordinates, or None if it is at `z`."""
        if self.best is None or self.best.z is z:
            return None
        return Place(self.best.x.astype(np.float64), self.best.terms, PixelCoordinates())

    def at(self, z: FloatArray) -> Point:
        """Evaluate at `z`, (n,), which is kept.

        Raises NonFiniteLossError, with the number of the evaluation, if loss or gradient is not finite.
        """
        self.count += 1
        try:
            evaluation = self._function(self.coordinates.picture(z))
        except NonFiniteLossError as error:
            raise NonFiniteLossError(f'{error} at evaluation {self.count}.') from error
        gradient = self.coordinates.gradient(evaluation.gradient)
        point = Point(z, evaluation.terms, self.coordinates, gradient)
        if self.best is None or point.loss < self.best.loss:
            self.best = point.place
        self._tell(self.count, point.loss)
        return point
