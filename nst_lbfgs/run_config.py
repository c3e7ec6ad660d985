"""A whole run: the settings of its transfer, and those of its pictures, styles, masks and colours.

The only place of their defaults, as `config.py` is for the transfer's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .checks import (
    check_between,
    check_choice,
    check_flag,
    check_group,
    check_integer,
    check_not_negative,
    check_path,
    check_paths,
    check_positive,
    check_tuple,
)
from .config import TransferConfig
from .errors import ConfigError
from .pictures.colour_names import COLOUR_MATCHING_NAMES, COLOUR_SPACE_NAMES, DEFAULT_COLOUR_SPACE
from .pictures.enhancement import Enhancement

STYLE_SIZES = ('own', 'content')
RESAMPLING_NAMES = ('lanczos', 'bicubic', 'bilinear', 'nearest')
ANIMATION_NAMES = ('gif', 'webp', 'apng', 'mp4')

BITS = (8, 16)
LARGEST_DPI = 65_535.0  # a JPEG has 16 bits for it
LARGEST_STYLE_SCALE = 16.0  # 256 times the pixels; no style picture has more to show
LARGEST_FEATHER = 10_000


@dataclass(frozen=True)
class PictureConfig:
    """The size of the pictures, what is saved, and the enhancement, if any, of what is saved.

    With neither height, width nor longest side the content picture keeps its size; with height and
    width it is squashed to exactly that. With `style_size` 'own' a style picture keeps its shape and gets
    the result's longest side; with 'content' it is squashed to the result's size. With `save_every` at 0
    only the finished picture is saved. `animation`, one of ANIMATION_NAMES, is the format in which the
    pictures of the iterations are left as a moving picture too. With `check_loss` the loss of a finished
    picture that was searched in bfloat16 is also measured in float32. With 16 `bits` a channel the finished
    picture keeps what the search has found between two whole numbers; what comes after the search knows 8
    bits alone. `dpi`, pixels an inch, is written into the pictures; with none it is the content picture's.
    Raises ConfigError.
    """

    image_height: int | None = 400
    image_width: int | None = None
    longest_side: int | None = None
    style_size: str = 'own'
    init_path: str | None = None
    resampling: str = 'lanczos'
    save_every: int = 1
    animation: str | None = None
    check_loss: bool = False
    bits: int = 8
    dpi: float | None = None
    enhancement: Enhancement | None = None

    def __post_init__(self) -> None:
        for name in ('image_height', 'image_width', 'longest_side'):
            if getattr(self, name) is not None:
                check_integer(name, getattr(self, name))
        if self.longest_side is not None and (self.image_height or self.image_width):
            raise ConfigError('Expected either longest_side or image_height and image_width. Received: both.')
        check_choice('style_size', self.style_size, STYLE_SIZES)
        check_choice('resampling', self.resampling, RESAMPLING_NAMES)
        check_integer('save_every', self.save_every, at_least=0)
        if self.animation is not None:
            check_choice('animation', self.animation, ANIMATION_NAMES)
            if not self.save_every:
                raise ConfigError('Expected save_every: 1 or more, for an animation. Received: 0')
        check_path('init_path', self.init_path)
        check_flag('check_loss', self.check_loss)
        check_integer('bits', self.bits)
        if self.bits not in BITS:
            raise ConfigError(f'Expected bits: 8 or 16. Received: {self.bits}')
        if self.dpi is not None:
            check_between('dpi', self.dpi, 1, LARGEST_DPI)
        if self.enhancement is not None:
            check_group('enhancement', self.enhancement, Enhancement)
            _check_depth(self.bits, 'an enhancement')


@dataclass(frozen=True)
class StylesConfig:
    """The size and the share of each style picture.

    `style_scales` multiply the style pictures' sizes, one for all or one a style: smaller gives smaller
    strokes. `style_blend_weights` are their shares, one a style, of any sum; with none they are equal.
    Raises ConfigError.
    """

    style_scales: tuple[float, ...] = (1.0,)
    style_blend_weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        check_tuple('style_scales', self.style_scales, at_least=1)
        for scale in self.style_scales:
            check_positive('style_scales', scale)
            check_between('style_scales', scale, 0, LARGEST_STYLE_SCALE)
        check_tuple('style_blend_weights', self.style_blend_weights)
        for weight in self.style_blend_weights:
            check_not_negative('style_blend_weights', weight)
        if self.style_blend_weights and not any(self.style_blend_weights):
            raise ConfigError('Expected one of style_blend_weights above 0. Received: 0 for all.')

    def check_number(self, styles: int) -> None:
        """Raise ConfigError unless the settings are for so many styles."""
        if len(self.style_scales) != 1:
            _check_one_a_style('style_scales', self.style_scales, styles)
        if self.style_blend_weights:
            _check_one_a_style('style_blend_weights', self.style_blend_weights, styles)

    def scales_of(self, styles: int) -> tuple[float, ...]:
        """Return the scale of each of so many styles."""
        return self.style_scales if len(self.style_scales) == styles else self.style_scales * styles

    def weights_of(self, styles: int) -> tuple[float, ...]:
        """Return the share of each of so many styles, as it was given."""
        return self.style_blend_weights or (1.0,) * styles


@dataclass(frozen=True)
class MasksConfig:
    """The pictures that guide a run: files' names, or 'white' for a mask that is white everywhere.

    `style_masks` say where on the result each style goes, `style_source_masks` which part of each style
    picture counts, `content_mask` how much the content counts at each place, and `keep` what stays as it
    is, with a border `keep_feather` pixels wide around it. `regions` are maps painted in a few flat
    colours: the content's, then one a style. A mask's grey is white at or above `mask_threshold`, 0 to 1,
    and black below it; with `invert_masks` black and white change places, in masks but not in maps.
    Raises ConfigError.
    """

    style_masks: tuple[str, ...] = ()
    style_source_masks: tuple[str, ...] = ()
    content_mask: str | None = None
    keep: str | None = None
    keep_feather: int = 16
    regions: tuple[str, ...] = ()
    mask_threshold: float | None = None
    invert_masks: bool = False

    def __post_init__(self) -> None:
        for name in ('style_masks', 'style_source_masks', 'regions'):
            check_paths(name, getattr(self, name))
        for name in ('content_mask', 'keep'):
            check_path(name, getattr(self, name))
        check_integer('keep_feather', self.keep_feather, at_least=0, at_most=LARGEST_FEATHER)
        if self.mask_threshold is not None:
            check_between('mask_threshold', self.mask_threshold, 0, 1)
        check_flag('invert_masks', self.invert_masks)
        if self.regions and (self.style_masks or self.style_source_masks):
            raise ConfigError('Expected regions, or style_masks and style_source_masks. Received: both.')

    def check_number(self, styles: int) -> None:
        """Raise ConfigError unless the settings are for so many styles."""
        for name in ('style_masks', 'style_source_masks'):
            if getattr(self, name):
                _check_one_a_style(name, getattr(self, name), styles)
        if self.regions and len(self.regions) != styles + 1:
            raise ConfigError(
                f"Expected regions: the content's map and {_each(styles)}. "
                f'Received: {len(self.regions)} in all'
            )

    def paths(self) -> dict[str, tuple[str, ...]]:
        """Return the names of all files, by the setting that has them."""
        return {
            'style_masks': self.style_masks,
            'style_source_masks': self.style_source_masks,
            'content_mask': (self.content_mask,) if self.content_mask else (),
            'keep': (self.keep,) if self.keep else (),
            'regions': self.regions,
        }


@dataclass(frozen=True)
class ColoursConfig:
    """Whose colours the result has.

    With `preserve_colors` every saved picture has its own luminance and the content's colours, in
    `color_space`. With `match_colors`, one of COLOUR_MATCHING_NAMES, the style pictures have the content's
    colours before the run. Both are done for a part of `color_strength`, 0 to 1. Raises ConfigError.
    """

    preserve_colors: bool = False
    match_colors: str | None = None
    color_space: str = DEFAULT_COLOUR_SPACE
    color_strength: float = 1.0

    def __post_init__(self) -> None:
        check_flag('preserve_colors', self.preserve_colors)
        if self.match_colors is not None:
            check_choice('match_colors', self.match_colors, COLOUR_MATCHING_NAMES)
        check_choice('color_space', self.color_space, COLOUR_SPACE_NAMES)
        check_between('color_strength', self.color_strength, 0, 1)


@dataclass(frozen=True)
class RunConfig:
    """A whole run: what a preset names and a run record keeps. Raises ConfigError."""

    transfer: TransferConfig = field(default_factory=TransferConfig)
    pictures: PictureConfig = field(default_factory=PictureConfig)
    styles: StylesConfig = field(default_factory=StylesConfig)
    masks: MasksConfig = field(default_factory=MasksConfig)
    colours: ColoursConfig = field(default_factory=ColoursConfig)

    def __post_init__(self) -> None:
        if self.transfer.start.init == 'picture' and self.pictures.init_path is None:
            raise ConfigError('Expected init_path for init picture. Received: none.')
        if self.colours.preserve_colors:
            _check_depth(self.pictures.bits, 'colours that are preserved')

    def check_number(self, styles: int) -> None:
        """Raise ConfigError unless the settings are for so many style pictures."""
        self.styles.check_number(styles)
        self.masks.check_number(styles)


def _check_depth(bits: int, work: str) -> None:
    if bits != 8:
        raise ConfigError(f'Expected 8 bits with {work}. Received: {bits}')


def _check_one_a_style(name: str, values: tuple[object, ...], styles: int) -> None:
    if len(values) != styles:
        raise ConfigError(f'Expected {name}: {_each(styles)}. Received: {len(values)}')


def _each(styles: int) -> str:
    return 'one, for the one style' if styles == 1 else f'one for each of the {styles} styles'
