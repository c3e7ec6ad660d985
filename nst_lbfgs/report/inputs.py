"""The pictures and masks that went into a run, as its page shows them: small, and inside the page.

They may lie anywhere, in formats that no browser shows, and move: so the page has its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ImageError
from ..pictures.embedding import embedded
from ..pictures.masks import BLACK, mask_values
from ..pictures.plain import is_plain, plain_picture
from ..pictures.reading import WHITE, Picture, read_picture
from ..records.history import count
from ..run_config import RunConfig
from .links import shown_name

CONTENT_SIDE, OTHER_SIDE = 1024, 640  # pixels, at most
OVER_RESULT = ('style_masks', 'content_mask', 'keep')
MASKS = (*OVER_RESULT, 'style_source_masks')
TITLES = {
    'style_masks': 'where style {} goes',
    'style_source_masks': 'the part of style {} that counts',
    'content_mask': 'how much the content counts',
    'keep': 'what is kept',
}

Place = tuple[str, int]
"""Which picture: 'content', 'style' or the setting that names a mask, and its number from 0."""
Pictures = Mapping[Place, Picture | str]
"""What went in, as it was read, or why it cannot be shown."""


@dataclass(frozen=True)
class Shown:
    """A picture of the page; without a `source` it cannot be shown, for the reason in `note`.

    `detail` says how a style picture was used.
    """

    title: str
    name: str
    source: str | None
    note: str = ''
    detail: str = ''


def places_of(record: Mapping[str, Any]) -> Iterator[tuple[Place, str, object]]:
    """Yield each picture and mask of a record with its path and its digest, content and styles first."""
    yield ('content', 0), record['content_path'], record.get('content_sha256')
    digests = record.get('style_sha256')
    for number, path in enumerate(record['style_paths']):
        yield ('style', number), path, _nth(digests, number)
    of_masks = record.get('mask_sha256')
    for name, paths in record['config'].masks.paths().items():
        for number, path in enumerate(paths):
            digests = of_masks.get(name) if isinstance(of_masks, dict) else None
            yield (name, number), path, _nth(digests, number)


def read_inputs(record: Mapping[str, Any], folder: Path) -> dict[Place, Picture | str]:
    """Read what a record names, from where it says; a relative path is looked for in `folder`."""
    return {place: _read(folder / path, path, place, digest) for place, path, digest in places_of(record)}


def size_of(record: Mapping[str, Any]) -> tuple[int, int]:
    """Return the height and width of a record's result. Raises RecordError."""
    return max(1, count(record.get('height'))), max(1, count(record.get('width')))


def content_and_styles(inputs: Mapping[Place, Shown]) -> list[Shown]:
    """Return what a run was made of; what is both content and style, as in a reconstruction, once."""
    shown: dict[tuple[str, str | None], Shown] = {}
    for (name, _), picture in inputs.items():
        if name in ('content', 'style'):
            shown.setdefault((picture.name, picture.source), picture)
    return list(shown.values())


def shown_inputs(record: Mapping[str, Any], pictures: Pictures) -> dict[Place, Shown]:
    """Return every input as the page shows it. Raises RecordError."""
    shown, size = {}, size_of(record)
    for place, path, _ in places_of(record):
        picture = pictures[place]
        title = _title(place, len(record['style_paths']))
        detail = _detail(record['config'], place, len(record['style_paths']))
        over_result = place[0] in ('content', *OVER_RESULT) or place == ('regions', 0)
        if isinstance(picture, str):
            shown[place] = Shown(title, shown_name(path), None, picture, detail)
        else:
            side = CONTENT_SIDE if place[0] == 'content' else OTHER_SIDE
            masks = record['config'].masks
            grey = (masks.mask_threshold, masks.invert_masks) if place[0] in MASKS else None
            shape = size if over_result else None
            source = _source(picture, side, shape, grey)
            shown[place] = Shown(title, shown_name(path), source, detail=detail)
    return shown


def _title(place: Place, styles: int) -> str:
    name, number = place
    if name == 'content':
        return 'Content'
    if name == 'style':
        return f'Style {number + 1}' if styles > 1 else 'Style'
    which = str(number + 1) if styles > 1 else ''
    if name == 'regions':
        return 'Regions of the content' if number == 0 else f'Regions of style {number}'
    title = TITLES[name].format(which).replace('  ', ' ')
    return f'Mask: {title}'


def _detail(config: RunConfig, place: Place, styles: int) -> str:
    """Return the weight of a style among several, and its scale."""
    name, number = place
    if name != 'style' or not _fits(config, styles):
        return ''
    scale, weights = config.styles.scales_of(styles)[number], config.styles.weights_of(styles)
    size = '' if scale == 1 else f', at {scale:g} of its size'
    if styles == 1:
        return size
    return f', weight {weights[number]:g} ({weights[number] / sum(weights):.0%}){size}'


def _fits(config: RunConfig, styles: int) -> bool:
    """Return whether the settings are for so many styles: a record may be anybody's."""
    scales, weights = config.styles.style_scales, config.styles.style_blend_weights
    return len(scales) in (1, styles) and len(weights) in (0, styles)


@lru_cache(maxsize=64)
def _source(
    picture: Picture, side: int, shape: tuple[int, int] | None, grey: tuple[float | None, bool] | None
) -> str:
    """Return a picture as a data URI; with `grey`, a mask's threshold and whether it is inverted, a mask."""
    pixels = picture.pixels
    if grey is not None:
        values = mask_values(pixels, threshold=grey[0], invert=grey[1])
        pixels = np.repeat(np.uint8(255 * values)[..., None], 3, axis=-1)
    return embedded(pixels, side, shape=shape)


def _read(path: Path, named: str, place: Place, digest: object) -> Picture | str:
    if is_plain(Path(named)):
        return plain_picture(named, 32, 32)
    background = BLACK if place[0] in MASKS else WHITE
    try:
        picture = read_picture(path, background=background)
    except ImageError as error:
        return str(error)
    if picture.sha256 != digest:
        return f'{path} has changed since the run.'
    return picture


def _nth(values: object, number: int) -> object:
    return values[number] if isinstance(values, list) and number < len(values) else None
