"""The whole way: two pictures in, the network, the objective, the search, one picture out."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .adam import minimize_adam
from .config import TransferConfig
from .errors import ConfigError, ImageSizeError, NonFiniteLossError
from .features import Network, build_extractor, load_network
from .network_layers import SMALLEST_SIDE
from .objective import Evaluation, Objective
from .optimizers import FloatArray, StopSearch, minimize_lbfgs
from .preprocessing import PREPROCESSINGS, Preprocessing
from .weights import Weights, resolve_weights

Pixels = NDArray[np.uint8]


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
class Progress:
    """What a callback is told after each iteration."""

    losses: IterationLosses
    picture: Callable[[], Pixels]
    """Returns the combination picture so far, RGB (H, W, 3)."""


@dataclass(frozen=True)
class TransferResult:
    """The combination picture, RGB (H, W, 3) uint8, and how it came about."""

    image: Pixels
    iterations: tuple[IterationLosses, ...]
    evaluations: int
    stop_reason: str
    weights: Weights
    failure: NonFiniteLossError | None = None
    """Set if the loss stopped being finite; the picture is then the best one before that."""


def transfer_style(
    content: Pixels,
    style: Pixels,
    config: TransferConfig = TransferConfig(),
    *,
    init: Pixels | None = None,
    network: Network | None = None,
    on_iteration: Callable[[Progress], None] | None = None,
    on_evaluation: Callable[[int, float], None] | None = None,
) -> TransferResult:
    """Return `content` in the style of `style` (Gatys, Ecker, Bethge, 2015).

    Pictures are RGB, (H, W, 3), uint8, at least 32 pixels a side; the result has the content's
    size. `style` may have another size, unless `config.references` is 'each-evaluation'. `init`
    is the picture to start from when `config.init` is 'picture', of the content's size. `network`
    is what `load_network` returned, for several transfers with the same weights.

    `on_iteration` is called after each iteration, `on_evaluation` after each evaluation with their
    number so far and the loss. Either may raise StopSearch to end the run with the best picture.

    Raises ConfigError, ImageSizeError, WeightsError, and NonFiniteLossError if not even the first
    evaluation is finite.
    """
    _check_pictures(content=content, style=style, init=init)
    preprocessing = PREPROCESSINGS[config.preprocessing]
    network = network or load_network(resolve_weights(config.weights, seed=config.seed),
                                      seed=config.seed)
    extractor = build_extractor(config.layers, network.kernels, pooling=config.pooling,
                                dtype=config.precision) if config.layers else None
    objective = Objective(extractor, preprocessing.preprocess(content),
                          preprocessing.preprocess(style), config)
    journal = _Journal(objective, preprocessing, on_iteration, on_evaluation)
    start = _start(content, init, config, preprocessing)
    failure = None
    try:
        stop_reason = _minimize(journal, start, config, preprocessing)
        image = journal.last_picture()
    except (StopSearch, NonFiniteLossError) as stop:
        if not journal.best:
            raise
        failure = stop if isinstance(stop, NonFiniteLossError) else None
        stop_reason, image = str(stop), journal.best_picture()
    return TransferResult(image, tuple(journal.iterations), objective.evaluations, stop_reason,
                          network.weights, failure)


def _start(content: Pixels, init: Pixels | None, config: TransferConfig,
           preprocessing: Preprocessing) -> FloatArray:
    if config.init == 'noise':
        generator = np.random.default_rng(config.seed)
        picture: NDArray[Any] = generator.uniform(0, 255, content.shape)
    elif config.init == 'picture':
        if init is None or init.shape != content.shape:
            received = None if init is None else init.shape
            raise ConfigError("Expected init: a picture of the content's shape, "
                              f'{content.shape}, for init="picture". Received: {received}')
        picture = init
    else:
        picture = content
    return preprocessing.preprocess(picture).astype(np.float64).ravel()


def _minimize(journal: _Journal, start: FloatArray, config: TransferConfig,
              preprocessing: Preprocessing) -> str:
    if config.optimizer == 'lbfgs':
        return minimize_lbfgs(journal.evaluate, start, config, journal.mark)
    bounds = None
    if config.clip:
        low, high = preprocessing.pixel_range()
        bounds = np.resize(low, start.shape), np.resize(high, start.shape)
    return minimize_adam(journal.evaluate, start, config, journal.mark, bounds)


class _Journal:
    """Stands between optimiser and objective: keeps the best evaluation and each iteration's losses."""

    def __init__(self, objective: Objective, preprocessing: Preprocessing,
                 on_iteration: Callable[[Progress], None] | None,
                 on_evaluation: Callable[[int, float], None] | None) -> None:
        self.iterations: list[IterationLosses] = []
        self.best: Evaluation | None = None
        self._objective = objective
        self._preprocessing = preprocessing
        self._on_iteration = on_iteration
        self._on_evaluation = on_evaluation
        self._x: FloatArray | None = None
        self._since = time.perf_counter()

    def evaluate(self, x: FloatArray) -> tuple[float, FloatArray]:
        evaluation = self._objective.evaluate(x)
        if self.best is None or evaluation.loss < self.best.loss:
            self.best = evaluation
        if self._on_evaluation:
            self._on_evaluation(self._objective.evaluations, evaluation.loss)
        return evaluation.loss, evaluation.gradient

    def mark(self, iteration: int, x: FloatArray) -> None:
        at_x = self._objective.latest
        if at_x is None or not np.array_equal(at_x.x, x):
            at_x = self._objective.evaluate(x)
        now = time.perf_counter()
        losses = IterationLosses(
            iteration, self._objective.evaluations, at_x.loss, at_x.content_loss, at_x.style_loss,
            at_x.total_variation_loss, now - self._since)
        self.iterations.append(losses)
        self._x = x
        if self._on_iteration:
            self._on_iteration(Progress(losses, self.last_picture))
        self._since = now

    def last_picture(self) -> Pixels:
        assert self._x is not None
        return self._picture(self._x)

    def best_picture(self) -> Pixels:
        assert self.best is not None
        return self._picture(self.best.x)

    def _picture(self, x: FloatArray) -> Pixels:
        return self._preprocessing.deprocess(x.reshape(self._objective.shape))


def _check_pictures(**pictures: Pixels | None) -> None:
    for name, picture in pictures.items():
        if picture is None:
            continue
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
            raise ConfigError(f'Expected {name}: a picture (H, W, 3) of uint8. '
                              f'Received: {picture.shape} of {picture.dtype}')
        if min(picture.shape[:2]) < SMALLEST_SIDE:
            raise ImageSizeError(f'Expected {name}: at least {SMALLEST_SIDE} x {SMALLEST_SIDE} pixels. '
                                 f'Received: {picture.shape[1]} x {picture.shape[0]}')
