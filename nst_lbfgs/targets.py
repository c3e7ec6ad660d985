"""What the losses of a transfer are measured from: computed once, from its pictures and masks."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .arrays import Tensor
from .banded_evaluation import banded_features, banded_grams
from .config import TransferConfig
from .guidance.feature_losses import layers_of
from .guidance.layer_guides import guide_weights, location_weights
from .guidance.masks import Weights
from .guidance.references import References
from .loss_graph import Layout, LossGraph, Targets, mixed
from .network.bands import rows_forwards
from .network.compiling import compiled
from .network.layers import feature_shape
from .network.reuse import Reuse

Place = tuple[int, Weights | None]
"""A picture of a batch, by its row, and the part of it, (H, W), that a Gram matrix looks at."""

Masks = Sequence[Weights | None]


def layout_of(references: References, config: TransferConfig) -> Layout:
    """Return what of the references is compiled in."""
    places = _places(references, config)
    return Layout(
        references.content.shape[1:],
        tuple(region.area for region in references.regions),
        tuple(row for row, _ in places) if any(mask is not None for _, mask in places) else None,
        _mixing(references) if _in_batch(config) else None,
        references.content_mask is not None,
    )


@dataclass(frozen=True)
class TargetsOf:
    """The way to the targets of evaluations: through the network of `graph`, or from what is in `reuse`.

    That is `extractor`'s. Pictures with more than `band_rows` rows go through it in bands, style pictures
    with twice as many if they are as wide as the combination, `width`.
    """

    extractor: Any
    config: TransferConfig
    graph: LossGraph
    width: int
    band_rows: int
    reuse: Reuse

    def references(self, references: References) -> Targets:
        """Return the targets. With `references='once'` content and style pictures take their way now."""
        content_layers, style_layers = (
            layers_of(self.config.objective, term) for term in ('content', 'style')
        )
        once = not _in_batch(self.config)
        masks = [mask for _, mask in _places(references, self.config)]
        return Targets(
            () if once else (self._rows(references),),
            self._features(references.content) if once and content_layers else {},
            self._region_grams(references) if once and style_layers else {},
            location_weights(references.content_mask, content_layers, self.graph.dtype),
            guide_weights(masks, style_layers, references.content.shape[1:3], self.graph.dtype),
        )

    def _rows(self, references: References) -> Tensor:
        return tf.constant(np.concatenate([references.content, *references.pictures]), self.graph.dtype)

    def _features(self, content: NDArray[np.float32]) -> dict[str, Tensor]:
        if self.band_rows < content.shape[1]:
            picture = content.astype(self.graph.dtype.as_numpy_dtype)
            return banded_features(self.extractor, self.config.objective, picture, self.band_rows)
        picture = tf.constant(content, self.graph.dtype)
        function = self.reuse.functions.get(
            ('features', content.shape, self.config.objective, self.config.computation),
            lambda: compiled(self.graph.features, picture),
        )
        features: dict[str, Tensor] = function(picture)
        return features

    def _region_grams(self, references: References) -> dict[str, Tensor]:
        """Return each region's target, (regions, c, c), by layer."""
        masks: list[list[Weights | None]] = [[] for _ in references.pictures]
        for source in references.sources:
            masks[source.picture].append(source.mask)
        grams = [self._grams(*pair) for pair in zip(references.pictures, masks, strict=True)]
        sources = {name: tf.concat([each[name] for each in grams], 0) for name in grams[0]}
        return mixed(tf.constant(_mixing(references), self.graph.dtype), sources)

    def _grams(self, picture: NDArray[np.float32], masks: Masks) -> dict[str, Tensor]:
        """Return the Gram matrices of parts of a style picture, (masks, c, c), by layer."""
        numbers = len(masks) * sum(feature_shape(layer, 1, 1)[2] ** 2 for layer in self._style_layers())
        return self.reuse.grams.get(
            self._key(picture, masks),
            lambda: self._computed_grams(picture, masks),
            size=numbers * self.graph.dtype.size,
        )

    def _computed_grams(self, picture: NDArray[np.float32], masks: Masks) -> dict[str, Tensor]:
        guides = guide_weights(masks, self._style_layers(), picture.shape[1:3], self.graph.dtype)
        rows = self._rows_of(picture)
        if rows < picture.shape[1]:
            array = picture.astype(self.graph.dtype.as_numpy_dtype)
            return banded_grams(self.extractor, self.config.objective, array, rows, guides)
        values = tf.constant(picture, self.graph.dtype)
        grams: dict[str, Tensor] = compiled(self.graph.grams, values, guides)(values, guides)
        return grams

    def _key(self, picture: NDArray[np.float32], masks: Masks) -> Hashable:
        """Return all that the Gram matrices of a picture depend on, but for the network's weights."""
        objective, computation = self.config.objective, self.config.computation
        return (
            picture.shape,
            _digest(picture),
            tuple(None if mask is None else _digest(mask) for mask in masks),
            self._style_layers(),
            (objective.pooling, objective.padding, objective.preprocessing),
            (computation.precision, computation.deterministic),
            self._rows_of(picture),  # the last digits hang on it
        )

    def _rows_of(self, picture: NDArray[np.float32]) -> int:
        """Return the most rows of a style picture that go through the network at once."""
        height, width = picture.shape[1:3]
        return int(min(height, rows_forwards(self.band_rows, self.width, width)))

    def _style_layers(self) -> tuple[str, ...]:
        return tuple(layers_of(self.config.objective, 'style'))


def _in_batch(config: TransferConfig) -> bool:
    return config.computation.references == 'each-evaluation'


def _places(references: References, config: TransferConfig) -> list[Place]:
    """Return where the Gram matrices of an evaluation look: in the batch, sources come before regions."""
    if not _in_batch(config):
        return [(0, region.mask) for region in references.regions]
    last = 1 + len(references.pictures)
    return [(1 + source.picture, source.mask) for source in references.sources] + [
        (last, region.mask) for region in references.regions
    ]


def _mixing(references: References) -> tuple[tuple[float, ...], ...]:
    return tuple(region.shares for region in references.regions)


def _digest(array: NDArray[np.float32]) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(array).data).digest()
