"""What the curves of a page are drawn from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from ..progress import IterationLosses
from ..records.history import History

Numbers = list[list[float]]


def curves(iterations: Sequence[IterationLosses], history: History, *, restarts: bool) -> dict[str, Any]:
    """Return evaluations and iterations as rows of numbers, and what is marked.

    A row begins with the number of evaluations and the seconds since the search began; the loss follows,
    and of iterations its terms. With `restarts` the search began anew after each iteration.
    """
    seconds = _seconds(iterations, history)
    rows = [
        [
            losses.evaluations,
            at,
            losses.loss,
            losses.content_loss,
            losses.style_loss,
            losses.total_variation_loss,
        ]
        for losses, at in zip(iterations, seconds, strict=True)
    ]
    return {
        'evaluations': [[point.evaluation, point.seconds, point.loss] for point in history.points],
        'iterations': rows,
        'restarts': [row[:2] for row in rows[:-1]] if restarts else [],
        'events': [[event.evaluation, event.seconds, event.text] for event in history.events],
    }


def _seconds(iterations: Sequence[IterationLosses], history: History) -> list[float]:
    """Return when each iteration ended, by the history's clock if there is one."""
    numbers = [point.evaluation for point in history.points]
    found, total = [], 0.0
    for losses in iterations:
        total += losses.seconds
        place = bisect_right(numbers, losses.evaluations)
        found.append(round(history.points[place - 1].seconds if place else total, 3))
    return found
