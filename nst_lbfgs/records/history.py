"""What happened in a run, evaluation by evaluation: an optional part of a run record, under 'history'."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ..errors import RecordError
from ..progress import IterationLosses

MOST_POINTS = 2000  # evaluations that are kept; beyond, every second one, every fourth one, and so on


@dataclass(frozen=True)
class Point:
    """An evaluation: its number from 1, the seconds since the search began, and its loss."""

    evaluation: int
    seconds: float
    loss: float


@dataclass(frozen=True)
class Event:
    """Something that a person should know of, in a line, after so many evaluations and seconds."""

    evaluation: int
    seconds: float
    text: str


@dataclass
class History:
    """The losses of a run's evaluations and what happened between them, in their order.

    A run that is resumed goes on with the history that it had; its clock stood still meanwhile.
    """

    points: list[Point] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    _started: float = field(default_factory=time.monotonic, repr=False, compare=False)
    _every: int = field(default=1, repr=False, compare=False)

    def begin(self) -> None:
        """Start the clock, or let it go on from the last evaluation."""
        self._started = time.monotonic() - (self.points[-1].seconds if self.points else 0.0)

    def evaluated(self, count: int, loss: float) -> None:
        """Keep an evaluation; one at a smaller size, whose `count` is 0, has another objective's loss."""
        if count % self._every or not count:
            return
        self.points.append(Point(count, self._seconds(), loss))
        if len(self.points) > MOST_POINTS:
            self._every *= 2
            self.points = [point for point in self.points if point.evaluation % self._every == 0]

    def happened(self, text: str) -> None:
        """Keep what happened after the last evaluation."""
        evaluation = self.points[-1].evaluation if self.points else 0
        self.events.append(Event(evaluation, self._seconds(), text))

    def record(self) -> dict[str, Any]:
        """Return what a run record says of it."""
        columns = {name.name: [getattr(point, name.name) for point in self.points] for name in fields(Point)}
        return {'history': columns | {'events': [asdict(event) for event in self.events]}}

    def _seconds(self) -> float:
        return round(time.monotonic() - self._started, 3)


def history_of(record: Mapping[str, Any]) -> History:
    """Return the history in a record, an empty one if it has none. Raises RecordError."""
    written = record.get('history')
    if written is None:
        return History()
    columns = [_list(written, name.name) for name in fields(Point)]
    if len(set(map(len, columns))) > 1:
        raise RecordError("Expected as many evaluations as seconds and losses under 'history'.")
    points = [
        Point(count(evaluation), finite(seconds), finite(loss))
        for evaluation, seconds, loss in zip(*columns, strict=True)
    ]
    return History(points, [_event(event) for event in _list(written, 'events')])


def iterations_of(record: Mapping[str, Any]) -> list[IterationLosses]:
    """Return the losses of a record's iterations. Raises RecordError."""
    names = [name.name for name in fields(IterationLosses)]
    losses = []
    for written in _list(record, 'iterations') if 'iterations' in record else []:
        if not isinstance(written, dict):
            raise RecordError(f'Expected the losses of each iteration. Received: {written!r}')
        whole = [count(written.get(name)) for name in names[:2]]
        losses.append(IterationLosses(*whole, *(finite(written.get(name)) for name in names[2:])))
    return losses


def finite(number: object) -> float:
    """Return a number of a record as a float. Raises RecordError for what is none, or not finite."""
    if not isinstance(number, (int, float)) or not abs(number) <= sys.float_info.max:
        raise RecordError(f'Expected a finite number. Received: {number!r:.40}')
    return float(number)


def count(number: object) -> int:
    """Return a number of a record that counts something. Raises RecordError for any other."""
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**53:
        raise RecordError(f'Expected an integer, 0 or more. Received: {number!r:.40}')
    return number


def _event(written: object) -> Event:
    if not isinstance(written, dict) or not isinstance(written.get('text'), str):
        raise RecordError(f"Expected events with their text under 'history'. Received: {written!r:.40}")
    return Event(count(written.get('evaluation')), finite(written.get('seconds')), written['text'])


def _list(values: object, name: str) -> list[Any]:
    if not isinstance(values, Mapping) or not isinstance(values.get(name), list):
        raise RecordError(f'Expected a list under {name!r}.')
    found: list[Any] = values[name]
    return found
