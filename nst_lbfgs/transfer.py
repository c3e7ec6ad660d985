"""The whole way: two pictures in, the network, the objective, the search, one picture out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import PictureArray, Pixels
from .config import AdamConfig, TransferConfig
from .errors import ConfigError, ImageSizeError, SearchError
from .journal import Journal
from .machine.precision import with_chosen_precision
from .network.extractor import build_extractor
from .network.layers import SMALLEST_SIDE
from .network.preprocessing import PREPROCESSINGS, Preprocessing
from .objective import Objective
from .progress import IterationLosses, TransferState
from .pyramid import grown_start
from .search.adam import AdamSearch
from .search.lbfgs import Box, StopSearch
from .search.recovery import Search, SearchState, coordinates_for
from .weights.sources import Weights, resolve_weights
from .weights.vgg19 import Network, find_network


@dataclass(frozen=True)
class Progress:
    """What a callback is told after each iteration."""

    losses: IterationLosses
    picture: Callable[[], Pixels]
    """Returns the combination picture so far, RGB (H, W, 3)."""
    state: Callable[[], TransferState]
    """Returns all that is needed to go on from here."""
    x: Callable[[], PictureArray]
    """Returns the combination in the coordinates of the preprocessing, (H * W * 3,), unrounded."""


@dataclass(frozen=True)
class TransferResult:
    """The combination picture, RGB (H, W, 3) uint8, and how it came about."""

    image: Pixels
    loss: float
    """Of the picture before rounding, as the search saw it."""
    precision: str
    """What the network computed in."""
    loss_in_float32: Callable[[], float]
    """Measures the same loss once more with the network in float32."""
    iterations: tuple[IterationLosses, ...]
    evaluations: int
    stop_reason: str
    weights: Weights
    state: TransferState
    """All that is needed to go on: from the last step, or with restarts the last iteration."""
    troubles: tuple[str, ...] = ()
    """What went wrong on the way, and how the search went on."""
    failure: SearchError | None = None
    """Set if the search had to give up; the picture is then the best one before that."""


def transfer_style(
    content: Pixels,
    style: Pixels,
    config: TransferConfig = TransferConfig(),
    *,
    init: Pixels | None = None,
    network: Network | None = None,
    on_iteration: Callable[[Progress], None] | None = None,
    on_evaluation: Callable[[int, float], None] | None = None,
    on_trouble: Callable[[str], None] | None = None,
    resume: TransferState | None = None,
) -> TransferResult:
    """Return `content` in the style of `style` (Gatys, Ecker, Bethge, 2015).

    Pictures are RGB, (H, W, 3), uint8, at least 32 pixels a side; the result has the content's
    size. `style` may have another size, unless `config.computation.references` is 'each-evaluation'. `init`
    is the picture to start from when `config.start.init` is 'picture', of the content's size. `network`
    is what `find_network` or `load_network` returned, if the weights are known already.

    `on_iteration` is called after each iteration, `on_evaluation` after each evaluation with the loss
    and their number so far, 0 while at a smaller size (`config.pyramid`). Either may raise StopSearch to
    end the run with the best picture.
    `on_trouble` is told, in a line, of numbers that go wrong and how the search recovers.

    `resume` goes on from the state of an earlier transfer of the same pictures with the same
    configuration, but for the number of iterations (see `Search`).

    Raises ConfigError, ImageSizeError, WeightsError, and NonFiniteLossError if not even the first
    evaluation is finite.
    """
    _check_pictures(content=content, style=style, init=init)
    config, _ = with_chosen_precision(config)
    preprocessing = PREPROCESSINGS[config.objective.preprocessing]
    network = network or _network(config)
    objective = _objective(content, style, config, network)
    if resume:
        objective.evaluations = resume.search.done.evaluations

    def picture(x: PictureArray) -> Pixels:
        return preprocessing.deprocess(x.reshape(content.shape))

    def state() -> TransferState:
        return TransferState(tuple(journal.iterations), search.state)

    def tell(losses: IterationLosses, x: PictureArray) -> None:
        if on_iteration:
            on_iteration(Progress(losses, lambda: picture(x), state, lambda: x))

    journal = Journal(objective, resume.iterations if resume else (), tell, on_evaluation, on_trouble)
    x0 = _start(content, init, config, preprocessing)
    box = Box(*preprocessing.pixel_range())
    start = x0 if resume else _prepared(x0, objective, content, style, config, box, journal)
    search = _search(journal, objective.shape, x0, start, config, box, resume.search if resume else None)
    failure = None
    try:
        stop_reason, x = search.run().value, search.x
        loss = journal.iterations[-1].loss
    except (StopSearch, SearchError) as stop:
        if not journal.best:
            raise
        failure = stop if isinstance(stop, SearchError) else None
        stop_reason, x, loss = str(stop), journal.best.x, journal.best.loss

    def loss_in_float32() -> float:
        wide = replace(
            config, computation=replace(config.computation, precision='float32', references='once')
        )
        return _objective(content, style, wide, network).terms(x).loss

    return TransferResult(
        picture(x),
        loss,
        config.computation.precision,
        loss_in_float32,
        tuple(journal.iterations),
        objective.evaluations,
        stop_reason,
        network.weights,
        state(),
        tuple(journal.troubles),
        failure,
    )


def _network(config: TransferConfig) -> Network:
    seed = config.start.seed
    return find_network(resolve_weights(config.computation.weights, seed=seed), seed=seed)


def _objective(content: Pixels, style: Pixels, config: TransferConfig, network: Network) -> Objective:
    preprocess = PREPROCESSINGS[config.objective.preprocessing].preprocess
    extractor = None
    layers, pooling = config.objective.layers, config.objective.pooling
    if layers:
        extractor = build_extractor(
            layers, network.kernels(), pooling=pooling, dtype=config.computation.precision
        )
    return Objective(extractor, preprocess(content), preprocess(style), config)


def _start(
    content: Pixels, init: Pixels | None, config: TransferConfig, preprocessing: Preprocessing
) -> PictureArray:
    if config.start.init == 'noise':
        generator = np.random.default_rng(config.start.seed)
        picture: NDArray[Any] = generator.uniform(0, 255, content.shape)
    elif config.start.init == 'picture':
        if init is None or init.shape != content.shape:
            received = None if init is None else init.shape
            raise ConfigError(
                "Expected init: a picture of the content's shape, "
                f'{content.shape}, for init="picture". Received: {received}'
            )
        picture = init
    else:
        picture = content
    return preprocessing.preprocess(picture).astype(
        np.float64 if config.computation.precision == 'float64' else np.float32
    )


def _prepared(
    x0: PictureArray,
    objective: Objective,
    content: Pixels,
    style: Pixels,
    config: TransferConfig,
    box: Box,
    journal: Journal,
) -> PictureArray:
    if config.pyramid == 1:
        return x0
    preprocess = PREPROCESSINGS[config.objective.preprocessing].preprocess
    return grown_start(
        objective, preprocess(content), preprocess(style), x0, config, box, journal.note_smaller
    )


def _search(
    journal: Journal,
    shape: tuple[int, int, int],
    x0: PictureArray,
    start: PictureArray,
    config: TransferConfig,
    box: Box,
    state: SearchState | None,
) -> Search | AdamSearch:
    if isinstance(config.optimizer, AdamConfig):
        return AdamSearch(
            journal.evaluate, start.ravel().astype(np.float64), config, journal.mark, box=box, state=state
        )
    coordinates = coordinates_for(x0.ravel(), shape, config, box)
    return Search(
        journal.evaluate,
        coordinates,
        start.ravel(),
        config,
        journal.mark,
        box=box,
        state=state,
        report=journal.trouble,
    )


def _check_pictures(**pictures: Pixels | None) -> None:
    for name, picture in pictures.items():
        if picture is None:
            continue
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
            raise ConfigError(
                f'Expected {name}: a picture (H, W, 3) of uint8. Received: {picture.shape} of {picture.dtype}'
            )
        if min(picture.shape[:2]) < SMALLEST_SIDE:
            raise ImageSizeError(
                f'Expected {name}: at least {SMALLEST_SIDE} x {SMALLEST_SIDE} pixels. '
                f'Received: {picture.shape[1]} x {picture.shape[0]}'
            )
