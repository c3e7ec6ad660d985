"""Every setting of a transfer, its default and its check. The only place of defaults.

The default objective is that of Keras's `examples/neural_style_transfer.py` at 2.3.1.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from .errors import ConfigError
from .network.layers import LAYER_NAMES

LayerWeights = tuple[tuple[str, float], ...]

LAYER_REDUCTIONS = ('mean', 'sum')
GRAM_NORMALISATIONS = ('sum', 'per-location', 'per-element')
DISTANCE_NAMES = ('sum-squared-error', 'mean-squared-error')
STYLE_SCALE_NAMES = ('picture-size', 'none')
TOTAL_VARIATION_NAMES = ('smooth', 'absolute-sum', 'absolute-mean')
PREPROCESSING_NAMES = ('caffe', 'unit', 'torchvision')
FEATURE_SCALE_NAMES = ('caffe', 'torchvision')
POOLINGS = ('max', 'average')
OPTIMIZERS = ('lbfgs', 'adam')
STARTS = ('content', 'noise', 'picture')
COORDINATES = ('spectral', 'pixels')
REFERENCES = ('once', 'each-evaluation')
PRECISIONS = ('auto', 'float32', 'bfloat16', 'float64')
STYLE_SIZES = ('content', 'own')
RESAMPLING_NAMES = ('lanczos', 'bicubic', 'bilinear', 'nearest')

CONV1_OF_EACH_BLOCK: LayerWeights = tuple((f'block{block}_conv1', 1.0) for block in range(1, 6))


@dataclass(frozen=True)
class TransferConfig:
    """What is minimised, from where, and how. Raises ConfigError on a value that cannot be used.

    The objective is

        content_weight * C + style_weight * S + tv_weight * V

    where C and S are sums over their layers of layer weight times distance, divided by the number
    of layers if `*_reduction` is 'mean', and V is the total variation of the combination picture
    in the coordinates of `preprocessing`. One iteration is `evaluations_per_iteration` evaluations
    of it, which are as many steps of Adam.

    `restart`, `history`, `coordinates` (`nst_lbfgs/coordinates.py`) and `bounds` are L-BFGS's settings;
    `bounds` keeps the pixels within 0 to 255 throughout, in pixel coordinates. Adam's are
    `learning_rate`, in the coordinates of `preprocessing`, multiplied with `learning_rate_decay` after
    every `decay_every` steps; `beta_1` and `epsilon` as in Keras; and `clip`, which brings the picture
    back into the range of pixels after each step.

    With `scales` above 1 smaller sizes come first, an iteration each (`nst_lbfgs/scales.py`).

    `precision` is the type in which the network computes; 'auto' is bfloat16 where a short trial finds
    it faster, else float32 (`nst_lbfgs/precision.py`). Picture, losses and search are float32 or wider
    in any case.
    """

    # The objective
    content_layers: LayerWeights = (('block5_conv2', 1.0),)
    style_layers: LayerWeights = CONV1_OF_EACH_BLOCK
    content_weight: float = 0.025
    style_weight: float = 1.0
    tv_weight: float = 1.0
    content_reduction: str = 'mean'
    style_reduction: str = 'mean'
    content_distance: str = 'sum-squared-error'
    style_distance: str = 'sum-squared-error'
    style_scale: str = 'picture-size'
    gram: str = 'sum'
    total_variation: str = 'smooth'
    # The network
    weights: str = 'imagenet'
    preprocessing: str = 'caffe'
    feature_scale: str = 'caffe'
    pooling: str = 'max'
    # The start
    init: str = 'content'
    seed: int = 0
    # The search
    optimizer: str = 'lbfgs'
    iterations: int = 10
    evaluations_per_iteration: int = 20
    restart: bool = False
    history: int = 4
    bounds: bool = False
    coordinates: str = 'spectral'
    coordinate_exponent: float = 0.45
    scales: int = 1
    learning_rate: float = 2.0
    beta_1: float = 0.9
    epsilon: float = 1e-7
    learning_rate_decay: float = 1.0
    decay_every: int = 50
    clip: bool = False
    # The computation
    references: str = 'once'
    precision: str = 'auto'
    deterministic: bool = False

    def __post_init__(self) -> None:
        _check_layers('content_layers', self.content_layers)
        _check_layers('style_layers', self.style_layers)
        for name in ('content_weight', 'style_weight', 'tv_weight'):
            check_not_negative(name, getattr(self, name))
        if not self.content_weight + self.style_weight + self.tv_weight > 0:
            raise ConfigError(
                'Expected one of content_weight, style_weight and tv_weight above 0. Received: 0 for all.'
            )
        for name, choices in _CHOICES.items():
            check_choice(name, getattr(self, name), choices)
        for name in ('iterations', 'evaluations_per_iteration', 'history', 'decay_every', 'scales'):
            check_integer(name, getattr(self, name))
        check_integer('seed', self.seed, at_least=0)
        for name in ('learning_rate', 'epsilon', 'learning_rate_decay'):
            check_positive(name, getattr(self, name))
        check_fraction('beta_1', self.beta_1)
        check_not_negative('coordinate_exponent', self.coordinate_exponent)
        for name in ('restart', 'bounds', 'clip', 'deterministic'):
            check_flag(name, getattr(self, name))
        if not isinstance(self.weights, str):
            raise ConfigError(f'Expected weights: a name or a path. Received: {self.weights!r}')

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers whose features are read, in the network's order."""
        wanted = {
            name
            for weight, layers in (
                (self.content_weight, self.content_layers),
                (self.style_weight, self.style_layers),
            )
            if weight
            for name, layer_weight in layers
            if layer_weight
        }
        return tuple(name for name in LAYER_NAMES if name in wanted)


_CHOICES = {
    'content_reduction': LAYER_REDUCTIONS,
    'style_reduction': LAYER_REDUCTIONS,
    'content_distance': DISTANCE_NAMES,
    'style_distance': DISTANCE_NAMES,
    'style_scale': STYLE_SCALE_NAMES,
    'gram': GRAM_NORMALISATIONS,
    'total_variation': TOTAL_VARIATION_NAMES,
    'preprocessing': PREPROCESSING_NAMES,
    'feature_scale': FEATURE_SCALE_NAMES,
    'pooling': POOLINGS,
    'optimizer': OPTIMIZERS,
    'init': STARTS,
    'coordinates': COORDINATES,
    'references': REFERENCES,
    'precision': PRECISIONS,
}


@dataclass(frozen=True)
class PictureConfig:
    """The size of the pictures, what is saved, and the post-processing.

    With neither height, width nor longest side the content picture keeps its size; with height and
    width it is squashed to exactly that. With `save_every` at 0 only the finished picture is saved.
    """

    image_height: int | None = 400
    image_width: int | None = None
    longest_side: int | None = None
    style_size: str = 'content'
    init_path: str | None = None
    resampling: str = 'lanczos'
    save_every: int = 1
    enhance: bool = False
    brightness: float = 1.2
    color: float = 1.2
    sharpness: float = 1.2

    def __post_init__(self) -> None:
        for name in ('image_height', 'image_width', 'longest_side'):
            if getattr(self, name) is not None:
                check_integer(name, getattr(self, name))
        if self.longest_side is not None and (self.image_height or self.image_width):
            raise ConfigError('Expected either longest_side or image_height and image_width. Received: both.')
        check_choice('style_size', self.style_size, STYLE_SIZES)
        check_choice('resampling', self.resampling, RESAMPLING_NAMES)
        check_integer('save_every', self.save_every, at_least=0)
        check_flag('enhance', self.enhance)
        for name in ('brightness', 'color', 'sharpness'):
            check_not_negative(name, getattr(self, name))


@dataclass(frozen=True)
class RunConfig:
    """A whole run: what a preset names and a run record keeps."""

    transfer: TransferConfig = field(default_factory=TransferConfig)
    pictures: PictureConfig = field(default_factory=PictureConfig)


def check_choice(name: str, value: object, choices: Iterable[str]) -> None:
    """Raise ConfigError, with a guess at what was meant, unless `value` is one of `choices`."""
    known = list(choices)
    if isinstance(value, str) and value in known:
        return
    close = difflib.get_close_matches(str(value), known, n=1)
    guess = f' Did you mean {close[0]!r}?' if close else ''
    raise ConfigError(f'Expected {name}: one of {", ".join(known)}. Received: {value!r}.{guess}')


def check_not_negative(name: str, value: object) -> None:
    """Raise ConfigError unless `value` is a finite number, 0 or more."""
    if not _is_number(value) or not 0 <= value <= sys.float_info.max:  # type: ignore[operator]
        raise ConfigError(f'Expected {name}: a finite number, 0 or more. Received: {value!r}')


def check_positive(name: str, value: object) -> None:
    """Raise ConfigError unless `value` is a finite number above 0."""
    if not _is_number(value) or not 0 < value <= sys.float_info.max:  # type: ignore[operator]
        raise ConfigError(f'Expected {name}: a finite number above 0. Received: {value!r}')


def check_fraction(name: str, value: object) -> None:
    """Raise ConfigError unless `value` is a number from 0 to below 1."""
    if not _is_number(value) or not 0 <= value < 1:  # type: ignore[operator]
        raise ConfigError(f'Expected {name}: a number from 0 to below 1. Received: {value!r}')


def check_integer(name: str, value: object, *, at_least: int = 1) -> None:
    """Raise ConfigError unless `value` is an integer from `at_least` to 2^31 - 1."""
    integer = isinstance(value, int) and not isinstance(value, bool)
    if not integer or not at_least <= value < 2**31:  # type: ignore[operator]
        raise ConfigError(f'Expected {name}: an integer, {at_least} or more. Received: {value!r}')


def check_flag(name: str, value: object) -> None:
    """Raise ConfigError unless `value` is True or False."""
    if not isinstance(value, bool):
        raise ConfigError(f'Expected {name}: true or false. Received: {value!r}')


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _check_layers(name: str, layers: object) -> None:
    pairs = layers if isinstance(layers, tuple) else ()
    if not pairs or not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        raise ConfigError(f'Expected {name}: pairs of layer and weight, at least one. Received: {layers!r}')
    for layer, weight in pairs:
        check_choice(f'a layer of VGG19 in {name}', layer, LAYER_NAMES)
        check_not_negative(f'the weight of {layer} in {name}', weight)
    names = [layer for layer, _ in pairs]
    if len(set(names)) < len(names):
        raise ConfigError(f'Expected each layer once in {name}. Received: {" ".join(names)}')
