"""What is measured, and what comes of it. Free of TensorFlow: both sides of a measurement use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

OLD_WAY = 'old'


@dataclass(frozen=True)
class Case:
    """One thing to be measured in each repetition.

    `kind` is 'ceiling', 'rate' or 'race'; `way` is OLD_WAY, or our way's precision; `size` is the
    side of the square pictures in pixels. The ceiling has neither way nor size nor pair.
    """

    kind: str
    way: str = ''
    size: int = 0
    pair: str = ''


@dataclass(frozen=True)
class Ceiling:
    """The machine's best rates in FLOP/s by precision, and what it is."""

    convolution: dict[str, float]
    matrix: dict[str, float]
    machine: dict[str, Any]


@dataclass(frozen=True)
class Rate:
    """`evaluations` after the first one, and the `seconds` that they took with the search's own share.

    `first_seconds` is the time to the end of the first evaluation: building graphs, the constant
    pictures' features, tracing. `peak_bytes` is the process's largest resident memory, None where the
    system does not tell.
    """

    evaluations: int
    seconds: float
    first_seconds: float
    peak_bytes: int | None


@dataclass(frozen=True)
class Mark:
    """Where the old way is at the end of one of its iterations; the loss is in float32."""

    iterations: int
    seconds: float
    loss: float


@dataclass(frozen=True)
class Race:
    """Loss against time.

    `seconds` are counted from before the graphs are built; `losses` are in float32. The old way has a
    point for each evaluation and a mark for each number of iterations asked for, our way a point for
    the end of each step and no marks.
    """

    seconds: list[float]
    losses: list[float]
    marks: list[Mark]

    def first_at_or_below(self, loss: float) -> float | None:
        """Return when the loss was first as low as `loss`, or None if it never was."""
        return next((second for second, reached in zip(self.seconds, self.losses) if reached <= loss), None)


Outcome = Ceiling | Rate | Race


@dataclass(frozen=True)
class Record:
    """One measurement, done: its outcome, or why there is none."""

    case: Case
    repetition: int
    outcome: Outcome | None
    failure: str | None = None


def outcome_from(kind: str, values: dict[str, Any]) -> Outcome:
    """Return the outcome that a measurement's process has reported as JSON."""
    if kind == 'ceiling':
        return Ceiling(**values)
    if kind == 'rate':
        return Rate(**values)
    return Race(**values | {'marks': [Mark(**mark) for mark in values['marks']]})
