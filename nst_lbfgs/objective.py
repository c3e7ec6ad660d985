"""Loss and gradient of a combination picture, in one evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf

from .arrays import PictureArray
from .banded_evaluation import BandedEvaluation
from .config import TransferConfig
from .errors import ConfigError, NonFiniteLossError, OutOfMemoryError
from .guidance.keeping import Kept
from .guidance.references import References
from .loss_graph import LossGraph
from .network.reuse import Reuse
from .search.evaluations import Evaluation, Terms
from .targets import TargetsOf, layout_of
from .whole_evaluation import WholeEvaluation


class Objective:
    """The style-transfer objective over flat coordinates of shape (H * W * 3,).

    The picture of the computation is Keras's example: content, style and combination concatenated
    into one input tensor (3, H, W, 3), or more if there are several styles. With
    `references='each-evaluation'` it is computed so. With 'once' the first rows, which never change, go
    through the network before the first evaluation, and only the combination is evaluated afterwards: the
    same loss and gradient. Only then may style pictures have other sizes; their Gram matrices count as many
    locations as the combination's.

    The target of a region of the result is the weighted mean of its styles' Gram matrices G_k, with weights
    a_k that sum to 1. The gradient is that of the weighted sum of their losses: with the squared distance
    (or its mean)

        sum_k a_k |G - G_k|^2 = |G - sum_k a_k G_k|^2 + sum_k a_k |G_k|^2 - |sum_k a_k G_k|^2

    whose last two terms do not depend on the combination; they are left out.

    With fewer `band_rows` than the picture has, all pictures go through the network in bands: the same loss
    and gradient, but for rounding.

    `extractor` maps Caffe's coordinates to features by layer name; it is None where only total
    variation has a weight. `reuse` is what earlier objectives with the same extractor may have made of it.

    Raises NonFiniteLossError from an evaluation whose loss or gradient is not finite, OutOfMemoryError.
    """

    def __init__(
        self, extractor: Any, references: References, config: TransferConfig, reuse: Reuse | None = None
    ) -> None:
        self.shape: tuple[int, int, int] = references.content.shape[1:]
        self._config = config
        self._extractor = extractor
        self._reuse = reuse or Reuse()
        self._kept = None if references.keep is None else Kept(references.content, references.keep)
        layout = layout_of(references, config)
        graph = LossGraph(extractor, config, layout)
        self._dtype = graph.dtype.as_numpy_dtype
        rows = min(config.computation.band_rows or self.shape[0], self.shape[0])
        with _memory_running_out():
            targets = TargetsOf(extractor, config, graph, self.shape[1], rows, self._reuse).references(
                references
            )
        self._evaluation: BandedEvaluation | WholeEvaluation
        if rows < self.shape[0]:
            self._evaluation = BandedEvaluation(extractor, config, layout, targets, rows)
        else:
            self._evaluation = WholeEvaluation(graph, config, layout, targets, self._reuse)

    def picture(self, x: PictureArray) -> PictureArray:
        """Return the picture, (n,), that the coordinates `x`, (n,), stand for: with what is kept.

        It is in the precision of the evaluation.
        """
        rounded = x.astype(self._dtype, copy=False)
        return rounded if self._kept is None else self._kept.picture(rounded)

    def evaluate(self, x: PictureArray) -> Evaluation:
        """Return the terms of the picture at `x`, (n,), and their gradient for `x`.

        Both are rounded to the precision of the evaluation.
        """
        size = int(np.prod(self.shape))
        if x.shape != (size,):
            raise ConfigError(f'Expected coordinates of shape ({size},). Received: {x.shape}')
        with _memory_running_out():
            losses, gradient = self._evaluation.loss_and_gradient(self._array(self.picture(x)))
            evaluation = Evaluation(Terms(*losses), self._for_x(np.ravel(gradient)))
        _check_finite(evaluation)
        return evaluation

    def of(self, references: References, config: TransferConfig) -> Objective:
        """Return the objective of other references, with the same network."""
        return Objective(self._extractor, references, config, self._reuse)

    def terms(self, picture: PictureArray) -> Terms:
        """Return the terms of a picture, (n,), as `picture` returned it, alone."""
        return Terms(*self._evaluation.losses(self._array(picture)))

    def _for_x(self, gradient: PictureArray) -> PictureArray:
        return gradient if self._kept is None else self._kept.gradient(gradient)

    def _array(self, x: PictureArray) -> PictureArray:
        return x.astype(self._dtype, copy=False).reshape((1, *self.shape))


@contextmanager
def _memory_running_out() -> Iterator[None]:
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError) as error:
        raise OutOfMemoryError('The memory has run out in an evaluation.') from error


def _check_finite(evaluation: Evaluation) -> None:
    if not np.isfinite(evaluation.terms.loss):
        raise NonFiniteLossError(f'The loss is {evaluation.terms.loss}')
    if not np.isfinite(evaluation.gradient).all():
        raise NonFiniteLossError('The gradient is not finite')
