"""The whole way: two pictures in, the network, the objective, the search, one picture out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import PictureArray, Pixels
from .config import AdamConfig, TransferConfig
from .errors import ConfigError, ImageSizeError, OutOfMemoryError, SearchError
from .machine.determinism import make_deterministic
from .machine.precision import with_chosen_precision
from .machine.threads import available_cores
from .network.extractor import build_extractor
from .network.layers import SMALLEST_SIDE
from .network.preprocessing import PREPROCESSINGS
from .objective import Objective
from .progress import IterationLosses, Progress, Recorder, TransferState
from .pyramid import grown_start
from .search.adam import AdamSearch
from .search.evaluations import Place
from .search.lbfgs import Box, StopSearch
from .search.recovery import Search, coordinates_for
from .search.state import SearchState
from .weights.sources import Weights, resolve_weights
from .weights.vgg19 import Network, find_network


@dataclass(frozen=True)
class TransferResult:
    """The combination picture, RGB (H, W, 3) uint8, and how it came about."""

    image: Pixels
    x: PictureArray
    """The picture before rounding, (H * W * 3,), in the coordinates of the preprocessing."""
    loss: float
    """Of the picture before rounding, as the search saw it."""
    precision: str
    """What the network computed in."""
    iterations: tuple[IterationLosses, ...]
    evaluations: int
    stop_reason: str
    weights: Weights
    state: TransferState | None
    """All that is needed to go on, if it was to be kept: from the last step, or with restarts or Adam the
    last iteration."""
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
    keep_state: bool = False,
) -> TransferResult:
    """Return `content` in the style of `style` (Gatys, Ecker, Bethge, 2015).

    Pictures are RGB, (H, W, 3), uint8, at least 32 pixels a side; the result has the content's size.
    `style` may have another size, unless `config.computation.references` is 'each-evaluation'. `init`
    is the picture to start from when `config.start.init` is 'picture', of the content's size.
    `network` is what `find_network` or `load_network` returned, if the weights are known already.

    `on_iteration` is called after each iteration, `on_evaluation` after each evaluation with their
    number so far, 0 while at a smaller size (`config.pyramid`), and the loss. Either may raise
    StopSearch to end the run with the best picture. `on_trouble` is told, in a line, of numbers that
    go wrong and how the search recovers.

    `resume` goes on from the state of an earlier transfer of the same pictures with the same
    configuration, but for the number of iterations (see `Search`). With `keep_state` the result has
    such a state: some ten numbers for each of the picture's.

    With `config.computation.deterministic` TensorFlow's operations are deterministic from now on, for
    the whole process.

    Raises ConfigError, ImageSizeError, WeightsError, and NonFiniteLossError or OutOfMemoryError if not
    even the first evaluation can be made.
    """
    _check_pictures(content=content, style=style, init=init)
    if resume:
        _check_state(resume, content, config)
    if config.computation.deterministic:
        make_deterministic(available_cores())
    config, _ = with_chosen_precision(config)
    network = network or _network(config)
    objective = _objective(content, style, config, network)
    recorder = Recorder(
        PREPROCESSINGS[config.objective.preprocessing],
        content.shape,
        resume.iterations if resume else (),
        on_iteration=on_iteration,
        on_evaluation=on_evaluation,
        on_trouble=on_trouble,
    )
    search = _search(objective, content, style, init, config, recorder, resume.search if resume else None)
    stop_reason, place, failure = _run(search)
    x = place.x
    return TransferResult(
        PREPROCESSINGS[config.objective.preprocessing].deprocess(x.reshape(content.shape)),
        x,
        place.loss,
        config.computation.precision,
        tuple(recorder.iterations),
        search.evaluations,
        stop_reason,
        network.weights,
        recorder.state(search) if keep_state else None,
        tuple(recorder.troubles),
        failure,
    )


def loss_in_float32(
    x: PictureArray, content: Pixels, style: Pixels, config: TransferConfig, network: Network
) -> float:
    """Return the loss of a result's `x` with the network in float32, whatever it was searched in.

    The other arguments are those of its `transfer_style`.
    """
    wide = replace(config, computation=replace(config.computation, precision='float32', references='once'))
    return _objective(content, style, wide, network).terms(x).loss


def _run(search: Search | AdamSearch) -> tuple[str, Place, SearchError | None]:
    """Run a search; return why it ended, the place of its result, and why it gave up, if it did."""
    try:
        reason = search.run().value
        assert search.place is not None
        return reason, search.place, None
    except MemoryError:
        return _best(search, OutOfMemoryError('The memory has run out in the search.'))
    except (StopSearch, SearchError) as stop:
        return _best(search, stop)


def _best(
    search: Search | AdamSearch, stop: StopSearch | SearchError
) -> tuple[str, Place, SearchError | None]:
    if search.best is None:
        raise stop
    failure = type(stop)(str(stop)) if isinstance(stop, SearchError) else None  # without its traceback
    return str(stop), search.best, failure


def _search(
    objective: Objective,
    content: Pixels,
    style: Pixels,
    init: Pixels | None,
    config: TransferConfig,
    recorder: Recorder,
    state: SearchState | None,
) -> Search | AdamSearch:
    preprocessing = PREPROCESSINGS[config.objective.preprocessing]
    box = Box(*preprocessing.pixel_range())
    start = x0 = _start(content, init, config)
    if config.pyramid > 1 and state is None:
        content_x, style_x = preprocessing.preprocess(content), preprocessing.preprocess(style)
        start = grown_start(objective, content_x, style_x, x0, config, box, recorder)
    if isinstance(config.optimizer, AdamConfig):
        flat = start.ravel().astype(np.float64)
        return AdamSearch(objective.evaluate, flat, config, box=box, state=state, listener=recorder)
    coordinates = coordinates_for(x0.ravel(), objective.shape, config, box)
    return Search(
        objective.evaluate, coordinates, start.ravel(), config, box=box, state=state, listener=recorder
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


def _start(content: Pixels, init: Pixels | None, config: TransferConfig) -> PictureArray:
    """Return the picture to start from, (1, H, W, 3), in the coordinates of the preprocessing."""
    if config.start.init == 'noise':
        generator = np.random.default_rng(config.start.seed)
        picture: NDArray[Any] = generator.uniform(0, 255, content.shape)
    elif config.start.init == 'picture':
        if init is None or init.shape != content.shape:
            received = None if init is None else init.shape
            raise ConfigError(
                f"Expected init: a picture of the content's shape, {content.shape}, for "
                f'init="picture". Received: {received}'
            )
        picture = init
    else:
        picture = content
    dtype = np.float64 if config.computation.precision == 'float64' else np.float32
    return PREPROCESSINGS[config.objective.preprocessing].preprocess(picture).astype(dtype)


def _check_state(state: TransferState, content: Pixels, config: TransferConfig) -> None:
    if state.search.iterate.shape != (content.size,):
        raise ConfigError(
            f'Expected resume: a state of {content.size} values, as the content has. '
            f'Received: {state.search.iterate.size}'
        )
    if len(state.iterations) > config.iterations:
        raise ConfigError(
            f'Expected iterations: at least the {len(state.iterations)} that are done. '
            f'Received: {config.iterations}'
        )
    other = state.search.pairs.steps if isinstance(config.optimizer, AdamConfig) else state.search.moments
    if other:
        raise ConfigError(
            f'Expected resume: a state of a search by {config.optimizer.name}. Received: of another'
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
