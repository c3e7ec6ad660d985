"""`scipy.misc`'s picture functions, which SciPy removed in 1.2 and 1.3, as they were.

After scipy 1.1, scipy/misc/pilutil.py: the same arguments, scaling and defaults, on today's Pillow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from ..errors import LegacyError

Array = np.ndarray[Any, Any]

_INTERPOLATIONS = {'nearest': 0, 'lanczos': 1, 'bilinear': 2, 'bicubic': 3, 'cubic': 3}
_FILTERS = {
    'blur': ImageFilter.BLUR,
    'contour': ImageFilter.CONTOUR,
    'detail': ImageFilter.DETAIL,
    'edge_enhance': ImageFilter.EDGE_ENHANCE,
    'edge_enhance_more': ImageFilter.EDGE_ENHANCE_MORE,
    'emboss': ImageFilter.EMBOSS,
    'find_edges': ImageFilter.FIND_EDGES,
    'smooth': ImageFilter.SMOOTH,
    'smooth_more': ImageFilter.SMOOTH_MORE,
    'sharpen': ImageFilter.SHARPEN,
}
_MOVED = {
    'face': 'scipy.datasets.face',
    'ascent': 'scipy.datasets.ascent',
    'derivative': 'scipy.differentiate.derivative',
    'comb': 'scipy.special.comb',
    'factorial': 'scipy.special.factorial',
    'logsumexp': 'scipy.special.logsumexp',
    'imshow': 'PIL.Image.Image.show',
    'lena': 'scipy.datasets.face',
}


def bytescale(
    data: Any, cmin: float | None = None, cmax: float | None = None, high: int = 255, low: int = 0
) -> Array:
    """Return data scaled from [cmin, cmax] (else its own range) to [low, high] as uint8.

    uint8 data come back as they are.
    """
    values: Array = np.asarray(data)
    if values.dtype == np.uint8:
        return values
    if not 0 <= low <= high <= 255:
        raise ValueError(f'Expected 0 <= low <= high <= 255. Received: low={low}, high={high}')
    least = values.min() if cmin is None else cmin
    span = (values.max() if cmax is None else cmax) - least
    if span < 0:
        raise ValueError('Expected cmax of at least cmin. Received: less')
    scale = float(high - low) / (span or 1)
    scaled = (values - least) * scale + low
    return np.asarray(scaled.clip(low, high) + 0.5).astype(np.uint8)


def imread(name: Any, flatten: bool = False, mode: str | None = None) -> Array:
    """Return a picture file as an array; `mode` converts it, `flatten` gives float32 grey."""
    with Image.open(name) as image:
        return fromimage(image, flatten, mode)


def imsave(name: Any, arr: Any, format: str | None = None) -> None:
    """Write an array to a picture file; other types than uint8 are scaled to their range."""
    toimage(arr, channel_axis=2).save(name, *([] if format is None else [format]))


def fromimage(im: Any, flatten: bool = False, mode: str | None = None) -> Array:
    """Return a Pillow image as an array; palettes become RGB or RGBA."""
    if mode is not None:
        im = im if im.mode == mode else im.convert(mode)
    elif im.mode == 'P':
        im = im.convert('RGBA' if 'transparency' in im.info else 'RGB')
    if flatten:
        im = im.convert('F')
    elif im.mode == '1':
        im = im.convert('L')
    return np.array(im)


def toimage(
    arr: Any,
    high: int = 255,
    low: int = 0,
    cmin: float | None = None,
    cmax: float | None = None,
    pal: Any = None,
    mode: str | None = None,
    channel_axis: int | None = None,
) -> Any:
    """Return an array as a Pillow image: two axes as grey, three with 3 or 4 channels.

    `channel_axis` says where the channels are; else they are the first axis of length 3, or 4.
    """
    data = np.asarray(arr)
    if np.iscomplexobj(data):
        raise ValueError('Expected a real array. Received: a complex one')
    if data.ndim == 2:
        return _grey(data, high, low, cmin, cmax, mode)
    if data.ndim != 3 or not {3, 4} & set(data.shape):
        raise ValueError(f"'arr' does not have a suitable array shape for any mode. Received: {data.shape}")
    axis = _channels(data.shape) if channel_axis is None else channel_axis
    if data.shape[axis] not in (3, 4):
        raise ValueError(f'Expected 3 or 4 channels. Received: {data.shape[axis]}')
    pixels = np.moveaxis(bytescale(data, cmin, cmax, high, low), axis, 2)
    kind = mode or ('RGB' if pixels.shape[2] == 3 else 'RGBA')
    size = (pixels.shape[1], pixels.shape[0])
    return Image.frombytes(kind, size, np.ascontiguousarray(pixels).tobytes())


def _grey(data: Array, high: int, low: int, cmin: float | None, cmax: float | None, mode: str | None) -> Any:
    size = (data.shape[1], data.shape[0])
    if mode == 'F':
        return Image.frombytes('F', size, data.astype(np.float32).tobytes())
    if mode == 'I':
        return Image.frombytes('I', size, data.astype(np.uint32).tobytes())
    if mode == '1':
        return Image.fromarray(data > high)
    pixels = bytescale(data, cmin, cmax, high, low)
    return Image.frombytes('L', size, np.ascontiguousarray(pixels).tobytes())


def _channels(shape: tuple[int, ...]) -> int:
    return shape.index(3 if 3 in shape else 4)


def imresize(arr: Any, size: Any, interp: str = 'bilinear', mode: str | None = None) -> Array:
    """Return a picture resized as uint8: to a percentage (int), a fraction, or (rows, columns).

    As the original, arrays other than uint8 are scaled to their range first.
    """
    image = toimage(arr, mode=mode)
    if isinstance(size, (int, np.integer)):
        target = tuple((np.array(image.size) * (size / 100.0)).astype(int))
    elif isinstance(size, (float, np.floating)):
        target = tuple((np.array(image.size) * size).astype(int))
    else:
        target = (size[1], size[0])
    columns, rows = (int(length) for length in target)
    resized = image.resize((columns, rows), resample=_INTERPOLATIONS[interp])
    return fromimage(resized)


def imrotate(arr: Any, angle: float, interp: str = 'bilinear') -> Array:
    """Return a picture turned anticlockwise by `angle` degrees, its size kept."""
    return fromimage(toimage(arr).rotate(angle, resample=_INTERPOLATIONS[interp]))


def imfilter(arr: Any, ftype: str) -> Array:
    """Return a picture filtered by one of Pillow's ready filters, 'blur' to 'sharpen'."""
    if ftype not in _FILTERS:
        raise ValueError(f'Expected one of {sorted(_FILTERS)}. Received: {ftype!r}')
    return fromimage(toimage(arr).filter(_FILTERS[ftype]))


def __getattr__(name: str) -> Any:
    if name not in _MOVED:
        raise AttributeError(f'the old scipy.misc has no {name!r}')

    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise LegacyError(
            f'Expected one of the picture functions of scipy.misc. Received: '
            f'{name}, which is not here; use {_MOVED[name]} instead'
        )

    return refuse
