"""What a transfer tells and remembers: the losses of its iterations, and where it stands."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .arrays import PictureArray, Pixels
from .errors import StyleTransferError
from .network.preprocessing import Preprocessing
from .search.evaluations import Place
from .search.listener import Listener, Standing
from .search.state import SearchState


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


class Progress:
    """What a callback is told after each iteration: its `losses`, and on request the rest.

    The picture, the combination and the state can be asked for while the callback runs. What was asked
    for can be asked for again later; nothing else is kept in memory, or pickled.
    """

    losses: IterationLosses

    def __init__(self, losses: IterationLosses, moment: _Moment) -> None:
        self.losses = losses
        self._moment: _Moment | None = moment
        self._asked: dict[str, Any] = {}

    def picture(self) -> Pixels:
        """Return the combination picture so far, RGB (H, W, 3)."""
        pixels: Pixels = self._ask('picture')
        return pixels

    def x(self) -> PictureArray:
        """Return the combination in the coordinates of the preprocessing, (H * W * 3,), unrounded."""
        combination: PictureArray = self._ask('x')
        return combination

    def state(self) -> TransferState:
        """Return all that is needed to go on from here."""
        state: TransferState = self._ask('state')
        return state

    def end(self) -> None:
        """Let go of the search: the callback has returned."""
        self._moment = None

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {'_moment': None}

    def _ask(self, name: str) -> Any:
        if name not in self._asked:
            if self._moment is None:
                raise StyleTransferError(
                    f'Expected to be asked for {name} while the callback runs. Received: afterwards.'
                )
            self._asked[name] = getattr(self._moment, name)()
        return self._asked[name]


class Recorder(Listener):
    """Keeps the losses of each iteration and what went wrong, and tells the callers of a transfer.

    `shape` is that of the pictures, (H, W, 3); `iterations` are those of an earlier run that this one
    goes on from. `finished` returns the picture, (n,), that the search's x, (n,), stands for. `display` hears
    of evaluations and iterations before the callbacks.
    """

    def __init__(
        self,
        preprocessing: Preprocessing,
        shape: tuple[int, ...],
        iterations: tuple[IterationLosses, ...],
        *,
        finished: Callable[[PictureArray], PictureArray],
        display: Listener,
        on_iteration: Callable[[Progress], None] | None,
        on_evaluation: Callable[[int, float], None] | None,
        on_trouble: Callable[[str], None] | None,
    ) -> None:
        self.iterations = list(iterations)
        self.troubles: list[str] = []
        self.preprocessing = preprocessing
        self.shape = shape
        self.finished = finished
        self._display = display
        self._on_iteration = on_iteration
        self._on_evaluation = on_evaluation
        self._on_trouble = on_trouble
        self._since = time.perf_counter()

    def evaluated(self, count: int, loss: float) -> None:
        """Tell of an evaluation; 0 as `count` is one at a smaller size."""
        self._display.evaluated(count, loss)
        if self._on_evaluation:
            self._on_evaluation(count, loss)

    def iteration_done(self, search: Standing, iteration: int, place: Place) -> None:
        """Keep the losses of an iteration, and tell of it."""
        now = time.perf_counter()
        terms = place.terms
        losses = IterationLosses(
            iteration,
            search.evaluations,
            terms.loss,
            terms.content_loss,
            terms.style_loss,
            terms.total_variation_loss,
            now - self._since,
        )
        self.iterations.append(losses)
        self._display.iteration_done(search, iteration, place)
        if self._on_iteration:
            self._tell(self._on_iteration, losses, search, place)
        self._since = now

    def trouble(self, text: str) -> None:
        """Keep and tell what went wrong, and how the search goes on."""
        self.troubles.append(text)
        if self._on_trouble:
            self._on_trouble(text)

    def state(self, search: Standing) -> TransferState:
        """Return all that is needed to go on from where `search` stands."""
        return TransferState(tuple(self.iterations), search.state)

    def _tell(
        self,
        on_iteration: Callable[[Progress], None],
        losses: IterationLosses,
        search: Standing,
        place: Place,
    ) -> None:
        progress = Progress(losses, _Moment(self, search, place))
        try:
            on_iteration(progress)
        finally:
            progress.end()


@dataclass(frozen=True, eq=False)
class _Moment:
    """The end of an iteration, for as long as its callback runs."""

    recorder: Recorder
    search: Standing
    place: Place

    def picture(self) -> Pixels:
        return self.recorder.preprocessing.deprocess(self.x().reshape(self.recorder.shape))

    def x(self) -> PictureArray:
        return self.recorder.finished(self.place.x)

    def state(self) -> TransferState:
        return self.recorder.state(self.search)
