"""The pictures of a batch: files, folders and patterns, in an order that a person expects."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nst_lbfgs.errors import ConfigError, ImageReadError
from nst_lbfgs.pictures.folder import pictures_in
from nst_lbfgs.pictures.plain import is_plain


@dataclass(frozen=True)
class Found:
    """A picture, and the folder that it was found in below the one that was named, as 'a/b' or ''."""

    path: Path
    folder: str = ''


def pictures_of(given: Sequence[str], *, recursive: bool, leave_out: Path) -> list[Found]:
    """Return the pictures that files, folders and patterns name, in this order, none of those in `leave_out`.

    Those of a folder are in the order of their names, numbers by their size: frame2 before frame10. Files
    that are not there are kept: their jobs fail by themselves. Raises ImageReadError for a folder or a
    pattern without pictures, ConfigError for `leave_out` itself.
    """
    found = [picture for name in given for picture in _pictures(name, recursive, leave_out)]
    if not found:
        raise ConfigError('Expected CONTENT: pictures, folders or patterns. Received: none')
    return found


def in_natural_order(paths: Sequence[Path]) -> list[Path]:
    """Return paths in the order of their names, numbers in them by their size."""
    return sorted(paths, key=lambda path: [_part(part) for part in re.split(r'([0-9]+)', str(path))])


def _part(text: str) -> tuple[int, int, str]:
    return (0, int(text), text) if text.isdecimal() else (1, 0, text)


def _pictures(name: str, recursive: bool, leave_out: Path) -> Iterator[Found]:
    path = Path(name)
    if leave_out.resolve() in (path.resolve(), path.parent.resolve()) and os.path.lexists(path):
        raise ConfigError(f'Expected --out: another folder than that of the pictures. Received: {path}')
    if path.is_dir():
        yield from _in_folders(path, leave_out) if recursive else map(Found, _in_folder(path))
    elif os.path.lexists(path) or is_plain(path) or not glob.has_magic(name):
        yield Found(path)
    else:
        matching = in_natural_order([Path(match) for match in glob.glob(name, recursive=True)])
        pictures = [match for match in matching if match.is_file() and not _is_within(match, leave_out)]
        if not pictures:
            raise ImageReadError(f'No file matches the pattern {name}.')
        yield from map(Found, pictures)


def _is_within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _in_folder(folder: Path) -> list[Path]:
    return in_natural_order(pictures_in(folder))


def _in_folders(top: Path, leave_out: Path) -> Iterator[Found]:
    """Yield the pictures of a folder and of all within it, but for hidden ones and links to folders."""
    some = False
    for folder, names, _ in os.walk(top):
        names[:] = sorted(
            name for name in names if name[0] != '.' and Path(folder, name).resolve() != leave_out.resolve()
        )
        try:
            pictures = _in_folder(Path(folder))
        except ImageReadError:
            continue
        some = True
        below = Path(folder).relative_to(top).as_posix()
        yield from (Found(picture, '' if below == '.' else below) for picture in pictures)
    if not some:
        raise ImageReadError(f'{top} is a folder (directory) without pictures. Expected one at least.')
