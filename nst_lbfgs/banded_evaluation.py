"""Loss and gradient of a combination picture that goes through the network in bands.

They are those of the picture as a whole: Gram matrices are sums over locations, and each band adds its part.

Forwards, each stage of the network (`network/bands.py`) leaves its outputs as a whole, the next one's input,
and nothing else. The last layers are no higher than a band: there and back at once. Then all losses are
known, and the gradient goes back stage by stage, each band computed anew from the stage's input.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from .arrays import FeatureArray, PictureArray, Tensor
from .banded_variation import BandedVariation
from .config import LayerWeights, ObjectiveConfig, TransferConfig
from .guidance.feature_losses import layers_of
from .loss_graph import Layout, Losses, LossGraph, Targets, network_input
from .network.banded_pass import BandedPass
from .network.banded_stage import GuideWeights
from .network.bands import groups_of, stages_of
from .network.compiling import compiled
from .network.preprocessing import PREPROCESSINGS


class BandedEvaluation:
    """The weighted losses of combination pictures of one layout, and their gradient, in bands of `rows` rows.

    The arguments are as for `LossGraph`; `targets` have no rows. `rows` are fewer than the picture's.
    """

    def __init__(
        self, extractor: Any, config: TransferConfig, layout: Layout, targets: Targets, rows: int
    ) -> None:
        layers = extractor.layers[1:] if extractor else []
        stages = stages_of([layer.name for layer in layers], layout.shape[0], rows)
        self._tv_weight = config.objective.tv_weight
        self._variation = BandedVariation(config.objective.total_variation, rows)
        self._pass = _banded_pass(
            extractor, config.objective, stages.banded, rows, passed_on=bool(stages.whole)
        )
        whole = layers[len(layers) - len(stages.whole) :]
        self._whole = _Part(extractor, config, layout, targets, stages.whole, whole) if whole else None
        self._banded = _Part(
            extractor, config, layout, targets, [name for stage in stages.banded for name in stage]
        )

    def loss_and_gradient(self, picture: PictureArray) -> tuple[Losses, PictureArray]:
        """Return the losses of a picture, (1, H, W, 3), and their sum's gradient for it."""
        passed = self._pass.forwards(picture, self._banded.targets.guides)
        content, style, gradient = 0.0, 0.0, None
        if self._whole:
            (content, style), gradient = self._whole.losses_and_gradient(passed.inputs.pop())
        of_banded, by_features, by_grams = self._banded.losses_of(passed.features, passed.grams)
        gradient = self._pass.backwards(
            passed.inputs, self._banded.targets.guides, gradient, by_features, by_grams
        )
        variation, by_variation = self._weighted_variation(picture)
        by_variation += 0 if gradient is None else gradient
        return (content + of_banded[0], style + of_banded[1], variation), by_variation

    def losses(self, picture: PictureArray) -> Losses:
        """Return the losses of a picture, (1, H, W, 3), alone."""
        passed = self._pass.forwards(picture, self._banded.targets.guides)
        content, style = self._banded.losses_of(passed.features, passed.grams)[0]
        if self._whole:
            of_whole = self._whole.losses(passed.inputs.pop())
            content, style = content + of_whole[0], style + of_whole[1]
        variation = self._tv_weight * self._variation.value(picture) if self._tv_weight else 0.0
        return content, style, variation

    def _weighted_variation(self, picture: PictureArray) -> tuple[float, PictureArray]:
        if not self._tv_weight:
            return 0.0, np.zeros_like(picture)
        value, gradient = self._variation.value_and_gradient(picture)
        gradient *= self._tv_weight
        return self._tv_weight * value, gradient


class _Part:
    """The losses of some of the layers, `names`.

    `layers` are they, if they are to be computed here, whole: the first one's features once more when the
    gradient gets there.
    """

    def __init__(
        self,
        extractor: Any,
        config: TransferConfig,
        layout: Layout,
        targets: Targets,
        names: Collection[str],
        layers: Sequence[Any] = (),
    ) -> None:
        self.targets = _targets_at(targets, names)
        objective = _objective_at(config.objective, names)
        self._graph = LossGraph(
            extractor, replace(config, objective=objective), layout, layers=layers, recomputed=1
        )
        self._functions: dict[str, Callable[..., Any]] = {}

    def losses(self, values: FeatureArray) -> tuple[float, float]:
        """Return the content and the style loss for the layers' input, (1, h, w, c)."""
        content, style = self._computed(self._graph.losses, tf.constant(values))
        return float(content), float(style)

    def losses_and_gradient(self, values: FeatureArray) -> tuple[tuple[float, float], FeatureArray]:
        """Return `losses`, and their sum's gradient for `values`."""
        (content, style), gradient = self._computed(self._graph.losses_and_gradient, tf.constant(values))
        return (float(content), float(style)), gradient.numpy()

    def losses_of(
        self, features: dict[str, FeatureArray], grams: dict[str, Tensor]
    ) -> tuple[tuple[float, float], dict[str, FeatureArray], dict[str, Tensor]]:
        """Return the content and the style loss, and their sum's gradients for features and Gram matrices."""
        tensors = {name: tf.constant(feature) for name, feature in features.items()}
        losses, by_features, by_grams = self._computed(self._graph.losses_of, tensors, grams)
        return (
            (float(losses[0]), float(losses[1])),
            {name: gradient.numpy() for name, gradient in by_features.items()},
            by_grams,
        )

    def _computed(self, function: Callable[..., Any], *arguments: Any) -> Any:
        name = function.__name__
        if name not in self._functions:
            self._functions[name] = compiled(function, *arguments, self.targets)
        return self._functions[name](*arguments, self.targets)


def banded_features(
    extractor: Any, config: ObjectiveConfig, picture: PictureArray, rows: int
) -> dict[str, Tensor]:
    """Return the features of the content layers, (1, h, w, c), of a picture, (1, H, W, 3)."""
    groups = groups_of(_names(extractor, layers_of(config, 'content')))
    network = _banded_pass(extractor, replace(config, style_weight=0.0), groups, rows)
    features = network.forwards(picture, {}).features
    return {name: tf.constant(feature) for name, feature in features.items()}


def banded_grams(
    extractor: Any, config: ObjectiveConfig, picture: PictureArray, rows: int, guides: GuideWeights
) -> dict[str, Tensor]:
    """Return the Gram matrices of the style layers, (n, c, c), of a picture, as `LossGraph.grams` does."""
    groups = groups_of(_names(extractor, layers_of(config, 'style')))
    network = _banded_pass(extractor, replace(config, content_weight=0.0), groups, rows)
    return network.forwards(picture, guides).grams


def _banded_pass(
    extractor: Any,
    config: ObjectiveConfig,
    stages: Sequence[Sequence[str]],
    rows: int,
    *,
    passed_on: bool = False,
) -> BandedPass:
    return BandedPass(
        extractor.layers if extractor else [],
        stages,
        rows,
        content=layers_of(config, 'content'),
        style=layers_of(config, 'style'),
        entry=partial(_entry, extractor, config),
        passed_on=passed_on,
    )


def _entry(extractor: Any, config: ObjectiveConfig, pictures: Tensor) -> Tensor:
    return network_input(pictures, PREPROCESSINGS[config.preprocessing], extractor.input.dtype)


def _names(extractor: Any, wanted: Collection[str]) -> list[str]:
    """Return the network's layers up to the deepest of those that are wanted."""
    names = [layer.name for layer in extractor.layers[1:]]
    return names[: 1 + max(map(names.index, wanted))]


def _objective_at(config: ObjectiveConfig, names: Collection[str]) -> ObjectiveConfig:
    """Return the objective with no weight but those of some layers, by which all are divided as before."""

    def only(layers: LayerWeights) -> LayerWeights:
        return tuple((name, weight if name in names else 0.0) for name, weight in layers)

    return replace(config, content_layers=only(config.content_layers), style_layers=only(config.style_layers))


def _targets_at(targets: Targets, names: Collection[str]) -> Targets:
    """Return the targets of some layers."""

    def only(by_layer: dict[str, Any]) -> dict[str, Any]:
        return {name: target for name, target in by_layer.items() if name in names}

    return Targets(
        (),
        only(targets.features),
        only(targets.grams),
        only(targets.content_weights),
        only(targets.guides),
    )
