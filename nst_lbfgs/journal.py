"""What a transfer remembers on its way: its best evaluation, and the losses of each iteration."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from .arrays import PictureArray
from .objective import Objective, Terms
from .progress import IterationLosses


class Journal:
    """Stands between search and objective, and tells callers what happens.

    `iterations` are those of an earlier run that this one goes on from. `on_iteration` is called
    with an iteration's losses and its iterate, `on_evaluation` with the number of the evaluation
    and the loss, `on_trouble` with a line of text.
    """

    def __init__(
        self,
        objective: Objective,
        iterations: tuple[IterationLosses, ...],
        on_iteration: Callable[[IterationLosses, PictureArray], None],
        on_evaluation: Callable[[int, float], None] | None,
        on_trouble: Callable[[str], None] | None,
    ) -> None:
        self.iterations = list(iterations)
        self.troubles: list[str] = []
        self.best: Terms | None = None
        self._latest: Terms | None = None
        self._objective = objective
        self._on_iteration = on_iteration
        self._on_evaluation = on_evaluation
        self._on_trouble = on_trouble
        self._since = time.perf_counter()

    def evaluate(self, x: PictureArray) -> tuple[float, PictureArray]:
        """Return the objective's loss and gradient at `x`, (n,)."""
        evaluation = self._objective.evaluate(x)
        terms = self._latest = evaluation.terms
        if self.best is None or terms.loss < self.best.loss:
            self.best = terms
        if self._on_evaluation:
            self._on_evaluation(self._objective.evaluations, terms.loss)
        return terms.loss, evaluation.gradient

    def note_smaller(self, loss: float) -> None:
        """Note an evaluation at a smaller size; it does not count."""
        if self._on_evaluation:
            self._on_evaluation(0, loss)

    def mark(self, iteration: int, x: PictureArray) -> None:
        """Note the losses at the end of an iteration, where the iterate is `x`."""
        at_x = self._terms_at(x)
        now = time.perf_counter()
        losses = IterationLosses(
            iteration,
            self._objective.evaluations,
            at_x.loss,
            at_x.content_loss,
            at_x.style_loss,
            at_x.total_variation_loss,
            now - self._since,
        )
        self.iterations.append(losses)
        self._on_iteration(losses, x)
        self._since = now

    def trouble(self, text: str) -> None:
        """Note what went wrong and how the search goes on."""
        self.troubles.append(text)
        if self._on_trouble:
            self._on_trouble(text)

    def _terms_at(self, x: PictureArray) -> Terms:
        for known in (self._latest, self.best):
            if known is not None and np.array_equal(known.x, x.astype(known.x.dtype, copy=False)):
                return known
        return self._objective.evaluate(x).terms
