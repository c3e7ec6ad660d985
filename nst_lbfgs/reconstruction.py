"""Reconstruction: what of a picture is in the features, or in the Gram matrices, of a layer.

Both are transfers with one term alone, from noise:

    config = content_reconstruction(TransferConfig(ObjectiveConfig(tv_weight=0)), ('block4_conv1',))
    result = transfer_style(picture, picture, config)

Source: Gatys, Ecker, Bethge 2015, Fig. 1, and the GradientTape article, neither of which has total variation.
Deviations from the article: the noise is uniform over 0 to 255, not normal around black, and the
optimiser is that of the configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from .checks import check_choice
from .config import LayerWeights, LbfgsConfig, StartConfig, TransferConfig
from .errors import ConfigError

COMBINATIONS = ('each', 'cumulative', 'all')


def content_reconstruction(config: TransferConfig, layers: Sequence[str]) -> TransferConfig:
    """Return the transfer that inverts the content picture's features in `layers`, from noise.

    L-BFGS searches among the pixels: white noise has to go at all frequencies alike. After 80
    evaluations at a height of 96 the loss on block1_conv1 was a ninth of that in spectral
    coordinates, on block4_conv1 the same. Everything else is as in `config`, total variation
    included. Raises ConfigError.
    """
    optimizer = config.optimizer
    if isinstance(optimizer, LbfgsConfig):
        optimizer = replace(optimizer, coordinates='pixels')
    objective = replace(config.objective, content_layers=_equal(layers), content_weight=1.0, style_weight=0.0)
    return replace(config, objective=objective, start=_noise(config), optimizer=optimizer)


def style_reconstruction(config: TransferConfig, layers: Sequence[str]) -> TransferConfig:
    """Return the transfer that makes a texture with the style picture's Gram matrices, from noise.

    Everything else is as in `config`, total variation included. Raises ConfigError.
    """
    objective = replace(config.objective, style_layers=_equal(layers), content_weight=0.0, style_weight=1.0)
    return replace(config, objective=objective, start=_noise(config))


RECONSTRUCTIONS: dict[str, Callable[[TransferConfig, Sequence[str]], TransferConfig]] = {
    'content': content_reconstruction,
    'style': style_reconstruction,
}


def layer_sets(layers: Sequence[str], combination: str = 'each') -> list[tuple[str, ...]]:
    """Return the layers of each picture in a strip.

    'each' is one layer a picture (the content row of Gatys et al.), 'cumulative' each
    layer with all before it (their style row), 'all' one picture from all layers. Raises
    ConfigError for another combination and for a layer that is there twice.
    """
    check_choice('the combination of layers', combination, COMBINATIONS)
    if len(set(layers)) < len(layers):
        raise ConfigError(f'Expected each layer once. Received: {" ".join(layers)}')
    if combination == 'each':
        return [(layer,) for layer in layers]
    if combination == 'cumulative':
        return [tuple(layers[:count]) for count in range(1, len(layers) + 1)]
    return [tuple(layers)]


def _noise(config: TransferConfig) -> StartConfig:
    return replace(config.start, init='noise')


def _equal(layers: Sequence[str]) -> LayerWeights:
    return tuple((layer, 1.0) for layer in layers)
