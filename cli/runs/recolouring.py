"""What `nst-lbfgs recolor` does, and what is said of colours that do not fit."""

from __future__ import annotations

import argparse
from pathlib import Path

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.pictures.colour_preservation import preserve_colours
from nst_lbfgs.pictures.reading import MAX_PIXELS, WHITE, read_picture
from nst_lbfgs.pictures.size import resize
from nst_lbfgs.pictures.writing import check_output, check_size_for_format, keeps_alpha, write_picture

from .streams import tell


def recolour(args: argparse.Namespace) -> int:
    """Write the result with the content's colours, and say what had to be changed for that.

    Raises ConfigError for two pictures of different shapes, ImageError and OutputError.
    """
    check_output(args.output, overwrite=args.force)
    limit = MAX_PIXELS if args.max_pixels is None else args.max_pixels
    background = None if keeps_alpha(args.output) else WHITE
    result = read_picture(args.result, background=background, max_pixels=limit)
    check_size_for_format(args.output, *result.pixels.shape[:2])
    content = read_picture(args.content, max_pixels=limit).pixels
    content = _to_size_of(result.pixels, content, args.result, args.content)
    pixels, outside = preserve_colours(result.pixels, content, args.color_space, args.color_strength)
    write_picture(args.output, pixels, overwrite=args.force, alpha=result.alpha, dpi=result.dpi)
    tell(out_of_gamut(outside))
    return 0


def out_of_gamut(share: float) -> str:
    """Return what is to be said of the share of pixels, 0 to 1, whose chroma had to be made smaller."""
    if share == 0:
        return 'No pixel had more colour than sRGB has at its brightness.'
    percent = 'Less than 0.1 %' if share < 0.001 else f'{100 * share:.1f} %'
    return f'{percent} of the pixels had more colour than sRGB has at their brightness; theirs was reduced.'


def _to_size_of(result: Pixels, content: Pixels, result_path: Path, content_path: Path) -> Pixels:
    size, own = result.shape[:2], content.shape[:2]
    if size == own:
        return content
    shown, own_shown = f'{size[1]} x {size[0]}', f'{own[1]} x {own[0]}'
    if not (_is_resized(size, own) or _is_resized(own, size)):
        raise ConfigError(
            f'Expected a content picture of the shape of {result_path}, {shown} pixels. '
            f'Received: {content_path}, {own_shown}'
        )
    tell(f'{content_path} is resized from {own_shown} to {shown} pixels.')
    return resize(content, *size)


def _is_resized(size: tuple[int, ...], original: tuple[int, ...]) -> bool:
    """Return whether one scale brings the original to this size, each side rounded down or up."""
    (height, width), (original_height, original_width) = size, original
    return (height - 1) * original_width < (width + 1) * original_height and (width - 1) * original_height < (
        height + 1
    ) * original_width
