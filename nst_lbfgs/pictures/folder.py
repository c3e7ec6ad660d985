"""A folder in place of style pictures."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import ImageReadError

EXTENSIONS = (
    '.avif',
    '.bmp',
    '.gif',
    '.j2k',
    '.jp2',
    '.jpeg',
    '.jpg',
    '.pgm',
    '.png',
    '.ppm',
    '.qoi',
    '.tif',
    '.tiff',
    '.webp',
)


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures in a folder, by their extensions, in the order of their names.

    Hidden files, other files, and what is in folders within it do not count. Raises ImageReadError if
    there is none, or the folder cannot be read.
    """
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise ImageReadError(f'Cannot read the folder {folder}: {error.strerror}') from error
    found = [folder / name for name in names if name.lower().endswith(EXTENSIONS) and name[0] != '.']
    pictures = [path for path in found if not path.is_dir()]
    if not pictures:
        raise ImageReadError(f'{folder} is a folder (directory) without pictures. Expected one at least.')
    return pictures
