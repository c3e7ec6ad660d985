"""From small to large: a start for the full size that smaller sizes have prepared."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, log2

from .arrays import PictureArray
from .config import LbfgsConfig, TransferConfig
from .errors import SearchError
from .guidance.references import References
from .guidance.resizing import halved_size, resized
from .network.layers import SMALLEST_SIDE
from .objective import Objective
from .search.lbfgs import Box, StopSearch
from .search.listener import Listener
from .search.recovery import Search, initial_hessian

EVALUATIONS = 30  # at each smaller size, or all that the full size has, if those are fewer
# Half the size is where a picture's outlines settle, for a quarter of the work. Smaller than this its strokes
# are too broad for what is in it: from 64 pixels a church tower dissolved, at an equal content loss.
SMALLEST_SHORTER_SIDE = 100
LARGEST_FIRST_SIDE = 512  # the longer one, of the first size of a large picture


def smaller_sizes(config: TransferConfig, height: int, width: int) -> int:
    """Return how many smaller sizes come before a picture of `height` x `width`.

    Where `config.pyramid` leaves it open, there are none but for this package's own search from the content,
    which has no restarts; then one, or as many as bring the longer side to 512 pixels, but none whose
    shorter side has less than 100.
    """
    if config.pyramid is not None:
        return config.pyramid - 1
    own = (
        isinstance(config.optimizer, LbfgsConfig)
        and config.optimizer.spectral
        and not config.optimizer.restart
    )
    if not own or config.start.kind != 'content':
        return 0
    wanted = max(1, ceil(log2(max(height, width) / LARGEST_FIRST_SIDE)))
    possible = int(log2(max(1.0, min(height, width) / SMALLEST_SHORTER_SIDE)))
    return min(wanted, possible)


def grown_start(
    full: Objective,
    references: References,
    start: PictureArray,
    calm: PictureArray | None,
    config: TransferConfig,
    box: Box,
    listener: Listener,
) -> PictureArray:
    """Return the picture to start from at full size: `start` and what smaller sizes did to it.

    `full` is the objective of `references`. Pictures are (1, H, W, 3) in the coordinates of the
    preprocessing. Each of the `smaller_sizes`, each half the next and none too small for the network, has
    some thirty evaluations of L-BFGS, from `start` at that size and what the size before has
    changed, enlarged. Noise is left behind, for at a larger size it would undo that: `calm` is `start`
    without it, None if nothing is left then, and the next size starts from the enlarged picture itself.
    `listener` hears of each loss, as evaluation number 0; StopSearch from it, or numbers that go wrong,
    end a size early.
    """
    content = references.content
    for halvings in range(smaller_sizes(config, *content.shape[1:3]), 0, -1):
        size = halved_size(content, halvings)
        if min(size) < SMALLEST_SIDE:
            continue
        ratio = content.size / (3 * size[0] * size[1])
        objective = full.of(references.halved(halvings), config_at(config, ratio))
        small = _descended(objective, resized(start, size), config, box, listener)
        if calm is None:
            start = resized(small, content.shape[1:3])
        else:
            start = calm = calm + resized(small - resized(calm, size), content.shape[1:3])
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
    if objective.gram == 'sum' and objective.style_distance != 'relative-squared-error':
        style *= ratio**2
    if objective.style_normalisation == 'picture-size':
        style /= ratio**2
    if objective.total_variation not in ('absolute-mean', 'smooth-mean'):
        variation = ratio
    objective = replace(
        objective,
        content_weight=objective.content_weight * content,
        style_weight=objective.style_weight * style,
        tv_weight=objective.tv_weight * variation,
    )
    return replace(config, objective=objective)


def _descended(
    objective: Objective, start: PictureArray, config: TransferConfig, box: Box, listener: Listener
) -> PictureArray:
    evaluations = min(EVALUATIONS, config.iterations * config.evaluations_per_iteration)
    one = replace(
        config,
        iterations=1,
        evaluations_per_iteration=evaluations,
        optimizer=replace(config.lbfgs, restart=False),
    )
    search = Search(
        objective.evaluate,
        start.ravel(),
        one,
        initial=initial_hessian(objective.shape, one),
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
