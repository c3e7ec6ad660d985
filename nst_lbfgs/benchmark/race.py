"""Seconds to a loss: where the old way gets, and when our way is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ..arrays import Pixels
from ..errors import MeasurementError
from ..guidance.given import Given
from ..network.extractor import build_extractor
from ..network.preprocessing import PREPROCESSINGS
from ..objective import Objective
from ..progress import Progress
from ..search.lbfgs import StopSearch
from ..transfer import transfer_style
from ..weights.vgg19 import Network
from .old_way import EVALUATIONS, old_transfer
from .outcomes import Mark, Race
from .pairs import Pair, synthetic_pair
from .task import our_config

WARM_UP_SIDE = 32


class Clock:
    """Wall-clock seconds, without those spent inside `stopped`."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._start

    @contextmanager
    def stopped(self) -> Iterator[None]:
        since = time.perf_counter()
        try:
            yield
        finally:
            self._start += time.perf_counter() - since


def race_old_way(pair: Pair, network: Network, iterations: Sequence[int]) -> Race:
    """Run the old way for the largest number of `iterations`, with a mark at each.

    Raises MeasurementError if its search ends before that.
    """
    old_transfer(*_warm_up_pictures(), network.kernels(), iterations=1, on_evaluation=_stop_at_once)
    race = Race([], [], [])
    clock = Clock()

    def on_evaluation(count: int, loss: float) -> None:
        race.seconds.append(clock.seconds)
        race.losses.append(loss)

    def on_iteration(done: int, loss: Callable[[], float]) -> None:
        seconds = clock.seconds
        if done in iterations:
            with clock.stopped():
                race.marks.append(Mark(done, seconds, loss()))

    old_transfer(
        pair.content,
        pair.style,
        network.kernels(),
        iterations=max(iterations),
        on_evaluation=on_evaluation,
        on_iteration=on_iteration,
    )
    if len(race.marks) < len(set(iterations)):
        raise MeasurementError(
            f'the search of the old way ended after {len(race.losses)} evaluations, '
            f'before its iteration {max(iterations)}'
        )
    return race


def race_our_way(precision: str, pair: Pair, network: Network, iterations: int, target: float) -> Race:
    """Run our way until its loss is at or below `target`, for at most so many `iterations` of 20 steps.

    The clock runs from before `transfer_style` is called, with the network's weights in memory and
    TensorFlow warm, and stands still while the loss of a step is measured in float32.
    """
    transfer_style(
        *_warm_up_pictures(),
        our_config(precision, iterations=1, evaluations_per_iteration=2),
        network=network,
    )
    measured = _objective(pair, network)
    race = Race([], [], [])
    clock = Clock()

    def on_iteration(progress: Progress) -> None:
        seconds = clock.seconds
        with clock.stopped():
            race.seconds.append(seconds)
            race.losses.append(measured.evaluate(progress.x()).terms.loss)
        if race.losses[-1] <= target:
            raise StopSearch('as low as the old way')

    config = our_config(precision, iterations=EVALUATIONS * iterations, evaluations_per_iteration=1)
    transfer_style(pair.content, pair.style, config, network=network, on_iteration=on_iteration)
    return race


def _objective(pair: Pair, network: Network) -> Objective:
    """Return the objective in float32."""
    config = our_config('float32')
    preprocess = PREPROCESSINGS[config.objective.preprocessing].preprocess
    objective = config.objective
    extractor = build_extractor(
        objective.layers, network.kernels(), pooling=objective.pooling, padding=objective.padding
    )
    references = Given.checked(pair.content, pair.style).references(preprocess)
    return Objective(extractor, references, config)


def _warm_up_pictures() -> tuple[Pixels, Pixels]:
    pair = synthetic_pair(WARM_UP_SIDE)
    return pair.content, pair.style


def _stop_at_once(count: int, loss: float) -> None:
    raise StopSearch('warm')
