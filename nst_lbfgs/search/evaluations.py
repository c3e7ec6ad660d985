"""An evaluation on its way through a search: made, counted and remembered in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..arrays import FloatArray, PictureArray
from ..errors import NonFiniteLossError


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
    """Where a search has been: the picture `x`, (n,), in the coordinates of the preprocessing, and the terms
    there.
    """

    x: FloatArray
    terms: Terms

    @property
    def loss(self) -> float:
        """The sum of the terms."""
        return self.terms.loss


@dataclass(frozen=True, eq=False)
class Point(Place):
    """A place with the gradient there, (n,), in the precision of the evaluation."""

    gradient: PictureArray

    @property
    def place(self) -> Place:
        """The place alone, which keeps no gradient in memory."""
        return Place(self.x, self.terms)


class Evaluations:
    """All evaluations of a search: how many there were, and the place with the smallest loss.

    `function` evaluates a picture x, (n,). `count` and `best` are those of the search that this one goes on
    from. `tell` is called after each evaluation with their number and the loss, and may raise StopSearch.
    """

    def __init__(
        self,
        function: Callable[[PictureArray], Evaluation],
        tell: Callable[[int, float], None],
        *,
        count: int = 0,
        best: Place | None = None,
    ) -> None:
        self.count = count
        self.best = best
        self._function = function
        self._tell = tell

    def best_but(self, x: FloatArray) -> Place | None:
        """Return the best place, or None if it is at `x`."""
        return None if self.best is None or self.best.x is x else self.best

    def at(self, x: FloatArray) -> Point:
        """Evaluate at `x`, (n,), which is kept.

        Raises NonFiniteLossError, with the number of the evaluation, if loss or gradient is not finite.
        """
        self.count += 1
        try:
            evaluation = self._function(x)
        except NonFiniteLossError as error:
            raise NonFiniteLossError(f'{error} at evaluation {self.count}.') from error
        point = Point(x, evaluation.terms, evaluation.gradient)
        if self.best is None or point.loss < self.best.loss:
            self.best = point.place
        self._tell(self.count, point.loss)
        return point
