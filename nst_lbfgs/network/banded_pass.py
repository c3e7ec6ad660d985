"""The network forwards and back in bands, stage by stage, with no more kept than each stage's input."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from ..arrays import FeatureArray, Tensor
from .banded_stage import BandedStage, GuideWeights


@dataclass(frozen=True)
class Passed:
    """What a picture's way through the stages has left.

    `inputs` are those of each stage, (1, h, w, c), and last what comes after them all, if anything does;
    `features` are those of the content layers, `grams` the Gram matrices, (n, c, c), by layer.
    """

    inputs: list[FeatureArray]
    features: dict[str, FeatureArray]
    grams: dict[str, Tensor]


class BandedPass:
    """Stages of the network, `names` of Keras's `layers`, that pictures of any size go through in bands.

    The bands have about `rows` rows of each stage's input. `entry` makes the network's input of pictures.
    With `passed_on` more layers come after the last stage.
    """

    def __init__(
        self,
        layers: Iterable[Any],
        names: Sequence[Sequence[str]],
        rows: int,
        *,
        content: Collection[str],
        style: Collection[str],
        entry: Callable[[Tensor], Tensor],
        passed_on: bool,
    ) -> None:
        by_name = {layer.name: layer for layer in layers}
        self._content = set(content)
        last = [stage[-1] for stage in names]
        self._passed_on = set(last if passed_on else last[:-1])
        self._stages = [
            BandedStage(
                [by_name[name] for name in stage],
                rows,
                content=self._content | self._passed_on,
                style=style,
                entry=entry if stage is names[0] else tf.identity,
            )
            for stage in names
        ]

    def forwards(self, picture: FeatureArray, guides: GuideWeights) -> Passed:
        """Return what a picture, (1, H, W, 3), leaves; `guides` are of its size."""
        passed = Passed([picture], {}, {})
        for stage in self._stages:
            features, grams = stage.forwards(passed.inputs[-1], guides)
            passed.grams.update(grams)
            passed.features.update((name, features[name]) for name in features if name in self._content)
            if stage.layers[-1] in self._passed_on:
                passed.inputs.append(features[stage.layers[-1]])
        return passed

    def backwards(
        self,
        inputs: list[FeatureArray],
        guides: GuideWeights,
        gradient: FeatureArray | None,
        by_features: Mapping[str, FeatureArray],
        by_grams: Mapping[str, Tensor],
    ) -> FeatureArray | None:
        """Return the gradient for the picture from that for what comes after the stages, and the losses'.

        `inputs`, each stage's, are used up: a stage that is done needs its own no more.
        """
        for stage in reversed(self._stages):
            upstream = {name: by_features[name] for name in stage.layers if name in by_features}
            if gradient is not None:
                last = stage.layers[-1]
                upstream[last] = gradient + upstream[last] if last in upstream else gradient
            gradient = stage.backwards(inputs.pop(), guides, upstream, by_grams)
        return gradient
