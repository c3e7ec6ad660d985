"""From small to large: a start for the full size that smaller sizes have prepared."""

from __future__ import annotations

from dataclasses import replace

import tensorflow as tf

from .arrays import PictureArray
from .config import TransferConfig
from .errors import SearchError
from .network.layers import SMALLEST_SIDE
from .objective import Objective
from .search.lbfgs import Box, StopSearch
from .search.listener import Listener
from .search.recovery import Search, coordinates_for

Size = tuple[int, int]


def grown_start(
    full: Objective,
    content: PictureArray,
    style: PictureArray,
    start: PictureArray,
    config: TransferConfig,
    box: Box,
    listener: Listener,
) -> PictureArray:
    """Return the picture to start from at full size: `start` and what smaller sizes did to it.

    `full` is the objective at full size. Pictures are (1, H, W, 3) in the coordinates of the
    preprocessing. Each of `config.pyramid - 1` smaller sizes, each half the next and none too small for
    the network, has one iteration of L-BFGS, from `start` at that size and what
    the size before has changed, enlarged. From noise the enlarged picture itself is the next start:
    the noise of a larger size would undo it. `listener` hears of each loss, as evaluation number 0;
    StopSearch from it, or numbers that go wrong, end a size early.
    """
    for halvings in range(config.pyramid - 1, 0, -1):
        size = halved(content, halvings)
        if min(size) < SMALLEST_SIDE:
            continue
        small_start = resized(start, size)
        objective = full.of(
            resized(content, size),
            resized(style, halved(style, halvings)),
            config_at(config, content.size / (3 * size[0] * size[1])),
        )
        small = _descended(objective, small_start, config, box, listener)
        if config.start.init == 'noise':
            start = resized(small, content.shape[1:3])
        else:
            start = start + resized(small - small_start, content.shape[1:3])
    return start


def config_at(config: TransferConfig, ratio: float) -> TransferConfig:
    """Return the configuration for pictures with `ratio` times fewer pixels.

    Every term is worth as much as at full size: a term that is a sum over pixels is `ratio` times
    smaller for a picture that looks the same, one that is a mean is not.
    """
    content, style, variation = 1.0, 1.0, 1.0
    objective = config.objective
    if objective.content_distance == 'sum-squared-error':
        content = ratio
    if objective.gram == 'sum':
        style *= ratio**2
    if objective.style_normalisation == 'picture-size':
        style /= ratio**2
    if objective.total_variation != 'absolute-mean':
        variation = ratio
    objective = replace(
        objective,
        content_weight=objective.content_weight * content,
        style_weight=objective.style_weight * style,
        tv_weight=objective.tv_weight * variation,
    )
    return replace(config, objective=objective)


def resized(picture: PictureArray, size: Size) -> PictureArray:
    """Return a picture (1, H, W, 3) at another size, bicubic, smoothed where it gets smaller."""
    values: PictureArray = tf.image.resize(picture, size, method='bicubic', antialias=True).numpy()
    return values.astype(picture.dtype)


def halved(picture: PictureArray, times: int) -> Size:
    """Return the size of a picture (1, H, W, 3) with its sides halved so many times, rounded."""
    return round(picture.shape[1] / 2**times), round(picture.shape[2] / 2**times)


def _descended(
    objective: Objective, start: PictureArray, config: TransferConfig, box: Box, listener: Listener
) -> PictureArray:
    one = replace(config, iterations=1, optimizer=replace(config.lbfgs, restart=False))
    search = Search(
        objective.evaluate,
        coordinates_for(start.ravel(), objective.shape, one, box),
        start.ravel(),
        one,
        box=box,
        state=None,
        listener=_AtSmallerSize(listener),
    )
    try:
        search.run()
    except (StopSearch, SearchError):
        pass  # the full size meets the same end, and tells of it
    return search.x.reshape(start.shape)


class _AtSmallerSize(Listener):
    """Tells of evaluations alone, as number 0: they do not count."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def evaluated(self, count: int, loss: float) -> None:
        self._listener.evaluated(0, loss)
