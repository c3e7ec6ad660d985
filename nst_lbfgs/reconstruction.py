"""Reconstruction: what of a picture is in the features, or in the Gram matrices, of a layer.

Both are transfers with one term alone, from noise:

    config = content_reconstruction(TransferConfig(tv_weight=0), ('block4_conv1',))
    result = transfer_style(picture, picture, config)

Source: Gatys, Ecker, Bethge 2015, Fig. 1, and seed 000, neither of which has total variation.
Deviations from the seed: the noise is uniform over 0 to 255, not normal around black, and the
optimiser is that of the configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from .config import LayerWeights, TransferConfig, check_choice
from .errors import ConfigError

COMBINATIONS = ('each', 'cumulative', 'all')


def content_reconstruction(config: TransferConfig, layers: Sequence[str]) -> TransferConfig:
    """Return the transfer that inverts the content picture's features in `layers`, from noise.

    L-BFGS searches among the pixels: white noise has to go at all frequencies alike. After 80
    evaluations at a height of 96 the loss on block1_conv1 was a ninth of that in spectral
    coordinates, on block4_conv1 the same. Everything else is as in `config`, total variation
    included. Raises ConfigError.
    """
    return replace(
        config,
        content_layers=_equal(layers),
        content_weight=1.0,
        style_weight=0.0,
        init='noise',
        coordinates='pixels',
    )


def style_reconstruction(config: TransferConfig, layers: Sequence[str]) -> TransferConfig:
    """Return the transfer that makes a texture with the style picture's Gram matrices, from noise.

    Everything else is as in `config`, total variation included. Raises ConfigError.
    """
    return replace(config, style_layers=_equal(layers), content_weight=0.0, style_weight=1.0, init='noise')


RECONSTRUCTIONS: dict[str, Callable[[TransferConfig, Sequence[str]], TransferConfig]] = {
    'content': content_reconstruction,
    'style': style_reconstruction,
}


def layer_sets(layers: Sequence[str], combination: str = 'each') -> list[tuple[str, ...]]:
    """Return the layers of each picture in a strip.

    'each' is one layer a picture (seed 000; the content row of Gatys et al.), 'cumulative' each
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


def _equal(layers: Sequence[str]) -> LayerWeights:
    return tuple((layer, 1.0) for layer in layers)
