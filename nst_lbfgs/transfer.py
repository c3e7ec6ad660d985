"""The whole way: pictures in, the network, the objective, the search, one picture out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import PictureArray, Pixels
from .config import AdamConfig, TransferConfig
from .errors import ConfigError, OutOfMemoryError, SearchError
from .guidance.given import Given, Styles, checked_picture
from .guidance.references import References
from .guidance.starting_picture import check_init, starting_picture, without_noise
from .guidance.style import Mask
from .machine.determinism import make_deterministic
from .machine.eager import check_eager
from .machine.fitting_bands import with_fitting_bands
from .machine.precision import with_chosen_precision
from .machine.threads import available_cores
from .network.extractor import build_extractor
from .network.preprocessing import PREPROCESSINGS
from .objective import Objective
from .pictures.given import Picture
from .pictures.writing import png_of
from .progress import IterationLosses, Progress, Recorder, TransferState
from .progress_bar import Verbosity, check_verbosity, display_of
from .pyramid import grown_start, smaller_sizes
from .search.adam import AdamSearch
from .search.evaluations import Place
from .search.initial_hessian import first_step
from .search.lbfgs import Box, StopSearch
from .search.recovery import Search, initial_hessian
from .search.state import SearchState
from .search.weighted_coordinates import in_pixels
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

    def _repr_png_(self) -> bytes:
        """Return the picture as a PNG: a notebook shows it."""
        return png_of(self.image)


def transfer_style(
    content: Picture,
    styles: Styles,
    config: TransferConfig = TransferConfig(),
    *,
    content_mask: Mask | None = None,
    keep: Mask | None = None,
    init: Picture | None = None,
    network: Network | None = None,
    on_iteration: Callable[[Progress], None] | None = None,
    on_evaluation: Callable[[int, float], None] | None = None,
    on_trouble: Callable[[str], None] | None = None,
    verbose: Verbosity = 0,
    resume: TransferState | None = None,
    keep_state: bool = False,
) -> TransferResult:
    """Return `content` in the style of `styles` (Gatys, Ecker, Bethge, 2015).

    Pictures are RGB, (H, W, 3), uint8, or images of Pillow's, at least 32 pixels a side; the result has the
    content's size. An image is taken upright, in sRGB, on white where it is clear.
    `styles` is a picture, a `Style`, or a sequence of either, of any sizes, unless
    `config.computation.references` is 'each-evaluation'. Styles with the same mask make a region of the
    result, whose target is the weighted mean of their Gram matrices; regions may overlap. `init` is the
    picture to start from when `config.start.init` is 'picture', of the content's size.

    Masks are (H, W) of the result, of bool or floating-point numbers from 0 to 1. `content_mask` is how much
    the content counts at each place: 1 as without it, 0 not at all. Where `keep` is 1 the result is the
    content, byte for byte; between 0 and 1 it is a mixture, everywhere in the search.
    (`nst_lbfgs/guidance/keeping.py` makes such a border.) Styles go to the rest.

    `network` is what `find_network` or `load_network` returned, if the weights are known already.

    `on_iteration` is called after each iteration, `on_evaluation` after each evaluation with their
    number so far, 0 while at a smaller size (`config.pyramid`), and the loss. Either may raise
    StopSearch to end the run with the best picture. `on_trouble` is told, in a line, of numbers that
    go wrong and how the search recovers. `verbose` is as for Keras's `fit`, but silent by default: with
    1 standard output has a bar, with 2 one line at the end; 'auto' is 1 on a terminal and in a notebook,
    else 2.

    `resume` goes on from the state of an earlier transfer of the same pictures with the same
    configuration, but for the number of iterations (see `Search`). With `keep_state` the result has
    such a state: some 34 numbers for each of the picture's, or two more than twice `config.lbfgs.history`.

    With `config.computation.deterministic` TensorFlow's operations are deterministic from now on, for
    the whole process.

    Pictures that do not fit into memory whole go through the network in bands (`config.computation`).

    Raises ConfigError, ImageReadError for an image whose file is damaged, ImageSizeError, WeightsError,
    InsufficientMemoryError for a memory limit that is too small, BackendError inside `tf.Graph` or
    `tf.function`, and NonFiniteLossError or OutOfMemoryError if not even the first evaluation can be made.
    """
    check_eager()
    check_verbosity(verbose)
    given = Given.checked(content, styles, content_mask, keep)
    first = None if init is None else checked_picture('init', init)
    check_init(first, given.content, config.start)
    if config.computation.references == 'each-evaluation':
        given.check_one_size()
    if resume:
        _check_state(resume, given.content, config)
    if config.computation.deterministic:
        make_deterministic(available_cores())
    config, _ = with_chosen_precision(config)
    config = _with_bands(config, given)
    network = network or _network(config)
    objective = _objective(given, config, network)
    with display_of(verbose, config, resume) as display:
        recorder = Recorder(
            PREPROCESSINGS[config.objective.preprocessing],
            given.content.shape,
            resume.iterations if resume else (),
            finished=objective.picture,
            display=display,
            on_iteration=on_iteration,
            on_evaluation=on_evaluation,
            on_trouble=on_trouble,
        )
        search = _search(objective, given, first, config, recorder, resume.search if resume else None)
        stop_reason, place, failure = _run(search)
        display.ended(stop_reason, place.loss, failed=failure is not None)
    x = objective.picture(place.x)
    return TransferResult(
        PREPROCESSINGS[config.objective.preprocessing].deprocess(x.reshape(given.content.shape)),
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
    x: PictureArray,
    content: Picture,
    styles: Styles,
    config: TransferConfig,
    network: Network,
    *,
    content_mask: Mask | None = None,
    keep: Mask | None = None,
) -> float:
    """Return the loss of a result's `x` with the network in float32, whatever it was searched in.

    All is measured in float32, what it is compared with too: the network is built once more, and content
    and style pictures go through it before `x` does. The other arguments are those of its `transfer_style`.
    """
    wide = replace(
        config,
        # Its way there alone takes no more than the search's there and back in bfloat16.
        computation=replace(config.computation, precision='float32', references='once', memory_limit=None),
    )
    given = Given.checked(content, styles, content_mask, keep)
    return _objective(given, _with_bands(wide, given), network).terms(x).loss


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
    given: Given,
    init: Pixels | None,
    config: TransferConfig,
    recorder: Recorder,
    state: SearchState | None,
) -> Search | AdamSearch:
    box = Box(*PREPROCESSINGS[config.objective.preprocessing].pixel_range())
    start = x0 = _coordinates(starting_picture(given, init, config.start), config)
    if state is None and smaller_sizes(config, *given.content.shape[:2]):
        calm = without_noise(given, init, config.start)
        start = grown_start(
            objective,
            _references(given, config),
            x0,
            None if calm is None else _coordinates(calm, config),
            config,
            box,
            recorder,
        )
    if isinstance(config.optimizer, AdamConfig):
        flat = start.ravel().astype(np.float64)
        return AdamSearch(objective.evaluate, flat, config, box=box, state=state, listener=recorder)
    if state is not None and state.weighted:
        exponent = config.lbfgs.exponent_from(config.start)
        step = first_step(box.highest - box.lowest, x0.size)
        state = in_pixels(state, x0.ravel(), objective.shape, exponent, step)
    return Search(
        objective.evaluate,
        start.ravel(),
        config,
        initial=initial_hessian(objective.shape, config),
        box=box,
        state=state,
        listener=recorder,
    )


def _network(config: TransferConfig) -> Network:
    seed = config.start.seed
    return find_network(resolve_weights(config.computation.weights, seed=seed), seed=seed)


def _objective(given: Given, config: TransferConfig, network: Network) -> Objective:
    objective, precision = config.objective, config.computation.precision
    layers, pooling, padding = objective.layers, objective.pooling, objective.padding
    if not layers:
        return Objective(None, _references(given, config), config)
    extractor, reuse = network.made.extractor(
        (layers, pooling, padding, precision),
        lambda: build_extractor(layers, network.kernels(), pooling=pooling, padding=padding, dtype=precision),
    )
    return Objective(extractor, _references(given, config), config, reuse)


def _with_bands(config: TransferConfig, given: Given) -> TransferConfig:
    """Return `config` with rows for its bands: its own, or as many as fit into memory."""
    height, width = given.content.shape[:2]
    sizes = [(style.picture.shape[0], style.picture.shape[1]) for style in given.styles]
    return with_fitting_bands(config, height, width, styles=sizes, regions=len(given.regions))


def _references(given: Given, config: TransferConfig) -> References:
    return given.references(PREPROCESSINGS[config.objective.preprocessing].preprocess)


def _coordinates(picture: NDArray[Any], config: TransferConfig) -> PictureArray:
    """Return a picture (H, W, 3), 0 to 255, in the coordinates of the preprocessing, (1, H, W, 3)."""
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
