"""What lies beside a page: the pictures of its run, as links or, for a page that stands alone, inside it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from ..errors import ImageError
from ..files import open_regular
from ..pictures.embedding import data_uri, embedded
from ..pictures.reading import read_picture
from .links import link_to

MEDIA_TYPES = {'.png': 'image/png', '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.webp': 'image/webp'}
"""Of the formats that a browser shows."""

FRAME_SIDE = 640  # pixels, of a picture that goes into the page


@dataclass(frozen=True)
class RunFiles:
    """The files of a run, all in the page's folder; `frames` are the pictures saved after iterations."""

    prefix: Path
    picture: Path
    record: Path
    checkpoint: Path
    frames: Mapping[int, Path] = field(default_factory=dict)


def source_of(path: Path, *, inside: bool) -> str | None:
    """Return what an `img` shows a picture's file by; None if it is not there or cannot be shown.

    `inside` the page goes the picture itself, smaller perhaps. So does one in a format that browsers do
    not show.
    """
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    if not inside and path.suffix.lower() in MEDIA_TYPES:
        return link_to(path.name)
    return _small(path, status.st_mtime_ns, status.st_size)


def whole_source_of(path: Path) -> str | None:
    """Return a picture's file, whole, as a data URI; smaller in a format that browsers do not show."""
    media_type = MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        return source_of(path, inside=True)
    try:
        with open_regular(path) as file:
            return data_uri(file.read(), media_type)
    except OSError:
        return None


@lru_cache(maxsize=1024)
def _small(path: Path, modified: int, length: int) -> str | None:
    """Return a picture's file as a small data URI: made once for each state of the file."""
    try:
        return embedded(read_picture(path).pixels, FRAME_SIDE)
    except ImageError:
        return None
