"""A style picture with the content's colours, and a content picture with the style's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray, PictureArray, Pixels
from ..checks import check_between, check_choice
from ..errors import ConfigError
from .colour_statistics import ColourStatistics
from .distribution_transfer import transferred
from .palette import Palette, palette_of, repainted
from .pixel_bands import check_pixels

NOTICED_VARIANCE = 1.0  # of a direction of colour: what rounding and JPEG leave in a grey picture
TINY = 1e-8  # variance, in values of 0 to 255 squared, added so that every matrix has an inverse

Matrix = NDArray[np.floating[Any]]


def match_colours(style: Pixels, content: Pixels, method: str, strength: float = 1.0) -> Pixels:
    """Return the style picture with the distribution of the content's colours, in its own size.

    Pictures are sRGB, uint8 (H, W, 3), of any two sizes, and matched as they are encoded, as the source
    does, not in linear light. `method` is one of

        pca        x to C^1/2 S^-1/2 (x - mean of style) + mean of content; C and S are the covariances
        cholesky   L_C L_S^-1 in place of that, with L L^T the Cholesky decompositions
        histogram  the whole distribution, nearly (`distribution_transfer.py`), then pca

    `strength`, 0 to 1, is how far each colour moves there; 0 changes no pixel. Before it is rounded and
    clipped to 0 to 255 the outcome has the content's mean and covariance. One exception: a direction of
    colour in which the style varies with a variance below 1, that is noise of a grey picture, is stretched
    as if it were 1, and only that part of the content's covariance is reached.

    Source: Gatys et al., Controlling Perceptual Factors in Neural Style Transfer (2017), section 5.2, and
    Preserving Color in Neural Artistic Style Transfer (2016), section 3; pca is that of Hertzmann's
    Image Analogies (2001). Raises ConfigError.
    """
    check_choice('method', method, MATCHINGS)
    check_between('strength', strength, 0, 1)
    check_pixels('style', style)
    check_pixels('content', content)
    palette = palette_of(style)
    colours = palette.colours
    matched = matched_colours(palette, palette_of(content), method)
    return repainted(style, palette, colours + strength * (matched - colours))


def matched_colours(style: Palette, content: Palette, method: str) -> FloatArray:
    """Return what each of the style's colours becomes, (n, 3), neither rounded nor clipped."""
    colours, others = style.colours, content.colours
    if method == 'histogram':
        colours = transferred(colours, style.counts, others, content.counts)
    source, target = ColourStatistics.of(colours, style.counts), ColourStatistics.of(others, content.counts)
    matrix = MATCHINGS[method](
        _steadied(source.covariance, target.covariance), _plus(target.covariance, TINY)
    )
    return np.asarray(_mapped(colours, matrix, source.mean, target.mean), np.float64)


def monge_kantorovich(
    pixels: PictureArray, content: ColourStatistics, style: ColourStatistics
) -> PictureArray:
    """Return pixels (..., 3) of the content with the style's mean and, nearly, its covariance; not clipped.

    Of all linear maps that do that, this one moves colours least:

        T (x - mean of content) + mean of style, T = A^-1/2 (A^1/2 B A^1/2)^1/2 A^-1/2

    A and B are the covariances of content and style plus 1, in values of 0 to 255 squared, so that noise
    stays noise. Floats, 0 to 255, come back in the precision that they have. Source: Pitié and Kokaram,
    The linear Monge-Kantorovitch linear colour mapping for example-based colour transfer (2007).

    Raises ConfigError for pixels of other shapes or of whole numbers.
    """
    if not np.issubdtype(pixels.dtype, np.floating) or pixels.shape[-1:] != (3,):
        raise ConfigError(f'Expected floating-point pixels (..., 3). Received: {pixels.dtype} {pixels.shape}')
    root, inverse = _roots(_plus(content.covariance, NOTICED_VARIANCE))
    middle, _ = _roots(root @ _plus(style.covariance, NOTICED_VARIANCE) @ root)
    return _mapped(pixels, inverse @ middle @ inverse, content.mean, style.mean)


def _pca(source: Matrix, target: Matrix) -> Matrix:
    return _roots(target)[0] @ _roots(source)[1]


def _cholesky(source: Matrix, target: Matrix) -> Matrix:
    return np.linalg.cholesky(target) @ np.linalg.inv(np.linalg.cholesky(source))


MATCHINGS: Mapping[str, Callable[[Matrix, Matrix], Matrix]] = {
    'histogram': _pca,  # as the last step
    'pca': _pca,
    'cholesky': _cholesky,
}


def _steadied(source: Matrix, target: Matrix) -> Matrix:
    """Return the source's covariance with no variance so small that noise would be stretched.

    Where the target varies as little, it stays as it is: equal covariances stay equal.
    """
    variances, axes = np.linalg.eigh(source)
    wanted = np.einsum('ij,ik,kj->j', axes, target, axes)
    variances = np.maximum(variances, np.minimum(wanted, NOTICED_VARIANCE))
    return _plus((axes * variances) @ axes.T, TINY)


def _plus(covariance: Matrix, variance: float) -> Matrix:
    return covariance + variance * np.eye(3)


def _roots(covariance: Matrix) -> tuple[Matrix, Matrix]:
    """Return the symmetric square root and its inverse."""
    variances, axes = np.linalg.eigh(covariance)
    deviations = np.sqrt(variances)
    return (axes * deviations) @ axes.T, (axes / deviations) @ axes.T


def _mapped(pixels: PictureArray, matrix: Matrix, mean: Matrix, to_mean: Matrix) -> PictureArray:
    """Return matrix (x - mean) + to_mean for each pixel x."""
    offset = to_mean - matrix @ mean
    mapped: PictureArray = pixels @ matrix.T.astype(pixels.dtype)
    mapped += offset.astype(pixels.dtype)
    return mapped
