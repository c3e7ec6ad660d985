"""Every setting of a transfer, its default and its check, in groups. The only place of its defaults.

The default objective is that of Keras's `examples/neural_style_transfer.py` at 2.3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from .checks import (
    check_between,
    check_choice,
    check_flag,
    check_fraction,
    check_group,
    check_integer,
    check_layers,
    check_not_negative,
    check_positive,
)
from .errors import ConfigError
from .network.layers import LAYER_NAMES

LayerWeights = tuple[tuple[str, float], ...]

LAYER_REDUCTIONS = ('mean', 'sum')
GRAM_NORMALISATIONS = ('sum', 'per-location', 'per-element')
DISTANCE_NAMES = ('sum-squared-error', 'mean-squared-error', 'relative-squared-error')
STYLE_NORMALISATION_NAMES = ('picture-size', 'none')
TOTAL_VARIATION_NAMES = ('smooth', 'smooth-mean', 'absolute-sum', 'absolute-mean')
PREPROCESSING_NAMES = ('caffe', 'unit', 'torchvision')
FEATURE_SCALE_NAMES = ('caffe', 'torchvision')
POOLINGS = ('max', 'average')
PADDINGS = ('zero', 'replicate')
STARTS = ('content', 'noise', 'picture', 'style', 'gray', 'blend:R')
INIT_COLORS = ('own', 'matched')
COORDINATES = ('spectral', 'pixels')
REFERENCES = ('once', 'each-evaluation')
PRECISIONS = ('auto', 'float32', 'bfloat16', 'float64')

# After the same number of evaluations the loss is lowest at about these: the one from the content and from
# grey, the other from noise and from blends of 0.3, 0.6 and 0.9 of it.
EXPONENT = 0.45
EXPONENT_FROM_NOISE = 0.3
LARGEST_EXPONENT = 4.0  # far beyond what helps; at some dozen the weights overflow
LEAST_BAND_ROWS = 16  # with fewer most rows are those around the band, which neighbours compute, too
LARGEST_MEMORY = 2**63 - 1  # bytes
LARGEST_HISTORY = 1000  # scipy sets memory aside for all pairs at once, and for the square of their number

CONV1_OF_EACH_BLOCK: LayerWeights = tuple((f'block{block}_conv1', 1.0) for block in range(1, 6))


@dataclass(frozen=True)
class ObjectiveConfig:
    """What is minimised, over pictures in the coordinates of `preprocessing`:

        content_weight * C + style_weight * S + tv_weight * V

    C and S are sums over their layers of layer weight times distance, divided by the number of layers
    if `*_reduction` is 'mean'; the features of VGG19 with `pooling` and `padding` are on the scale
    `feature_scale`. Relative distances have no scale.
    V is the total variation of the combination picture. Raises ConfigError.
    """

    content_layers: LayerWeights = (('block5_conv2', 1.0),)
    style_layers: LayerWeights = CONV1_OF_EACH_BLOCK
    content_weight: float = 0.025
    style_weight: float = 1.0
    tv_weight: float = 1.0
    content_reduction: str = 'mean'
    style_reduction: str = 'mean'
    content_distance: str = 'sum-squared-error'
    style_distance: str = 'sum-squared-error'
    style_normalisation: str = 'picture-size'
    gram: str = 'sum'
    total_variation: str = 'smooth'
    preprocessing: str = 'caffe'
    feature_scale: str = 'caffe'
    pooling: str = 'max'
    padding: str = 'zero'

    def __post_init__(self) -> None:
        check_layers('content_layers', self.content_layers)
        check_layers('style_layers', self.style_layers)
        for name in ('content_weight', 'style_weight', 'tv_weight'):
            check_not_negative(name, getattr(self, name))
        if not self.content_weight + self.style_weight + self.tv_weight > 0:
            raise ConfigError(
                'Expected one of content_weight, style_weight and tv_weight above 0. Received: 0 for all.'
            )
        for name, choices in _OBJECTIVE_CHOICES.items():
            check_choice(name, getattr(self, name), choices)

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


_OBJECTIVE_CHOICES = {
    'content_reduction': LAYER_REDUCTIONS,
    'style_reduction': LAYER_REDUCTIONS,
    'content_distance': DISTANCE_NAMES,
    'style_distance': DISTANCE_NAMES,
    'style_normalisation': STYLE_NORMALISATION_NAMES,
    'gram': GRAM_NORMALISATIONS,
    'total_variation': TOTAL_VARIATION_NAMES,
    'preprocessing': PREPROCESSING_NAMES,
    'feature_scale': FEATURE_SCALE_NAMES,
    'pooling': POOLINGS,
    'padding': PADDINGS,
}


@dataclass(frozen=True)
class StartConfig:
    """The picture that the search starts from; `seed` is that of noise, and of random weights too.

    `init` is 'content', 'noise' (uniform, 0 to 255), 'picture' (one that is given), 'style' (the first
    style picture, squashed to the result's size), 'gray' (127.5) or 'blend:R': R, 0 to 1, of noise and 1 - R
    of the content. R is cysmith's `noise_ratio`; the noise there is within 20 of the mean colour.

    With `init_colors` 'matched' the content in it, all of the start or its part of a blend, has the styles'
    mean colour and covariance (`nst_lbfgs/guidance/starting_picture.py`); other starts are as they are.
    Raises ConfigError.
    """

    init: str = 'content'
    seed: int = 0
    init_colors: str = 'matched'

    def __post_init__(self) -> None:
        if self.kind == 'blend':
            check_between('R in init blend:R', self.noise_share, 0, 1)
        else:
            check_choice('init', self.init, STARTS)
        check_integer('seed', self.seed, at_least=0)
        check_choice('init_colors', self.init_colors, INIT_COLORS)

    @property
    def kind(self) -> str:
        """What `init` is, 'blend' without its share of noise."""
        return 'blend' if str(self.init).startswith('blend:') else self.init

    @property
    def noise_share(self) -> float:
        """The share of noise in the start, 0 to 1."""
        if self.kind != 'blend':
            return float(self.kind == 'noise')
        try:
            return float(self.init.removeprefix('blend:'))
        except ValueError:
            raise ConfigError(f'Expected init blend:R, as blend:0.3. Received: {self.init}') from None


@dataclass(frozen=True)
class LbfgsConfig:
    """L-BFGS, with scipy's L-BFGS-B.

    With `restart` it forgets the curvature after each iteration. `history` is the number of pairs that
    it keeps. `bounds` keeps the pixels within 0 to 255 throughout, in pixel coordinates. With 'pixels' as
    `coordinates` it begins with the unit matrix, as scipy does; with 'spectral' with one that weighs spatial
    frequencies by the exponent (`nst_lbfgs/search/initial_hessian.py`), which is to search in
    coordinates weighted so. An exponent of None is the better one for the start. Raises ConfigError.
    """

    name: ClassVar[str] = 'lbfgs'

    restart: bool = False
    history: int = 16
    bounds: bool = False
    coordinates: str = 'spectral'
    coordinate_exponent: float | None = None

    def __post_init__(self) -> None:
        check_integer('history', self.history, at_most=LARGEST_HISTORY)
        check_choice('coordinates', self.coordinates, COORDINATES)
        if self.coordinate_exponent is not None:
            check_between('coordinate_exponent', self.coordinate_exponent, 0, LARGEST_EXPONENT)
        for name in ('restart', 'bounds'):
            check_flag(name, getattr(self, name))

    @property
    def spectral(self) -> bool:
        """Whether it begins with a matrix that weighs frequencies; with bounds it does not."""
        return self.coordinates == 'spectral' and not self.bounds

    def exponent_from(self, start: StartConfig) -> float:
        """Return the exponent of the spectral coordinates for a search from `start`."""
        if self.coordinate_exponent is not None:
            return self.coordinate_exponent
        return EXPONENT_FROM_NOISE if start.noise_share else EXPONENT


@dataclass(frozen=True)
class AdamConfig:
    """Keras's Adam, an evaluation a step.

    `learning_rate` is in the coordinates of the objective's `preprocessing`, and multiplied with
    `learning_rate_decay` after every `decay_every` steps; `beta_1` and `epsilon` are as in Keras.
    `clip` brings the picture back into the range of pixels after each step. Raises ConfigError.
    """

    name: ClassVar[str] = 'adam'

    learning_rate: float = 2.0
    beta_1: float = 0.9
    epsilon: float = 1e-7
    learning_rate_decay: float = 1.0
    decay_every: int = 50
    clip: bool = False

    def __post_init__(self) -> None:
        for name in ('learning_rate', 'epsilon', 'learning_rate_decay'):
            check_positive(name, getattr(self, name))
        check_fraction('beta_1', self.beta_1)
        check_integer('decay_every', self.decay_every)
        check_flag('clip', self.clip)


OptimizerConfig = LbfgsConfig | AdamConfig
OPTIMIZERS: Mapping[str, type[OptimizerConfig]] = {kind.name: kind for kind in (LbfgsConfig, AdamConfig)}


@dataclass(frozen=True)
class ComputationConfig:
    """Which VGG19 computes, and how.

    `precision` is the type in which the network computes; 'auto' is bfloat16 where a short trial finds
    it faster, else float32 (`nst_lbfgs/machine/precision.py`). Picture, losses and search are float32
    or wider in any case.

    Pictures go through the network in bands of about `band_rows` rows where they do not fit into memory
    whole (`nst_lbfgs/network/bands.py`): the same loss and gradient. None is as many as fit, all if they do;
    what fits is what is free, but for a `deterministic` run, and within `memory_limit`, the bytes that a run
    may take. Raises ConfigError.
    """

    weights: str = 'imagenet'
    references: str = 'once'
    precision: str = 'auto'
    deterministic: bool = False
    band_rows: int | None = None
    memory_limit: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.weights, str):
            raise ConfigError(f'Expected weights: a name or a path. Received: {self.weights!r}')
        check_choice('references', self.references, REFERENCES)
        check_choice('precision', self.precision, PRECISIONS)
        check_flag('deterministic', self.deterministic)
        if self.band_rows is not None:
            check_integer('band_rows', self.band_rows, at_least=LEAST_BAND_ROWS)
            if self.references == 'each-evaluation':
                raise ConfigError(
                    'Expected references once for band_rows: with each-evaluation pictures go through the '
                    'network whole. Received: each-evaluation'
                )
        if self.memory_limit is not None:
            check_integer('memory_limit', self.memory_limit, at_most=LARGEST_MEMORY)


@dataclass(frozen=True)
class TransferConfig:
    """What is minimised, from where, and how. Raises ConfigError on a value that cannot be used.

    The type of `optimizer` says which one searches. One iteration is `evaluations_per_iteration`
    evaluations of the objective, which are as many steps of Adam. `pyramid` is the number of sizes, of which
    the smaller ones come first, with L-BFGS; None leaves it to the picture (`nst_lbfgs/pyramid.py`).
    """

    objective: ObjectiveConfig = field(default_factory=ObjectiveConfig)
    start: StartConfig = field(default_factory=StartConfig)
    optimizer: OptimizerConfig = field(default_factory=LbfgsConfig)
    iterations: int = 10
    evaluations_per_iteration: int = 20
    pyramid: int | None = None
    computation: ComputationConfig = field(default_factory=ComputationConfig)

    def __post_init__(self) -> None:
        check_group('objective', self.objective, ObjectiveConfig)
        check_group('start', self.start, StartConfig)
        check_group('optimizer', self.optimizer, *OPTIMIZERS.values())
        check_group('computation', self.computation, ComputationConfig)
        for name in ('iterations', 'evaluations_per_iteration'):
            check_integer(name, getattr(self, name))
        if self.pyramid is not None:
            check_integer('pyramid', self.pyramid)

    @property
    def lbfgs(self) -> LbfgsConfig:
        """L-BFGS's settings: its defaults where the optimiser is Adam, for the pyramid's smaller sizes."""
        return self.optimizer if isinstance(self.optimizer, LbfgsConfig) else LbfgsConfig()
