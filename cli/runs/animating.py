"""What `nst-lbfgs animate` does: a run's pictures, in the order in which they came about."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.checks import check_integer
from nst_lbfgs.errors import ConfigError, ImageError, RecordError
from nst_lbfgs.pictures.animation import Timing, check_animation, check_size_for_animation, write_animation
from nst_lbfgs.pictures.reading import MAX_PIXELS, read_picture
from nst_lbfgs.pictures.size import fitted_size, resize
from nst_lbfgs.records.record import read_record

from .outputs import record_of
from .streams import tell


def animate(args: argparse.Namespace) -> int:
    """Write the animation and say what is in it. Raises ConfigError, RecordError, ImageError, OutputError."""
    timing = Timing(args.frame_seconds, args.first_seconds, args.last_seconds, args.plays)
    check_integer('longest_side', args.longest_side)
    check_animation(args.output, overwrite=args.force)
    record_path = record_of(args.prefix)
    record = read_record(record_path)
    iterations = list(_iterations(record_path, record))
    if not iterations:
        raise ConfigError(
            f'Expected pictures of iterations beside {record_path}, as a run with --save-every 1 leaves '
            'them. Received: none'
        )
    limit = MAX_PIXELS if args.max_pixels is None else args.max_pixels
    frames = _frames(iterations, record_path.with_suffix(_suffix(record)), args.longest_side, limit)
    height, width = frames[0].shape[:2]
    check_size_for_animation(args.output, height, width)
    content = _content(record, (height, width), limit)
    shown = frames if content is None else [content, *frames]
    write_animation(args.output, shown, timing, overwrite=args.force)
    tell(f'{args.output}: {len(shown)} frames, {width} x {height} pixels')
    return 0


def _suffix(record: dict[str, Any]) -> str:
    """Return how the names of a run's pictures end; records of old have no name of a picture."""
    return Path(record.get('picture') or '.png').suffix or '.png'


def _iterations(path: Path, record: dict[str, Any]) -> Iterator[Path]:
    """Yield the saved pictures of the run of a record, first iteration first.

    A longer run that once had the same prefix may have left later ones.
    """
    name = re.compile(f'{re.escape(path.stem)}_at_iteration_([0-9]+){re.escape(_suffix(record))}')
    try:
        found = [match for match in map(name.fullmatch, os.listdir(path.parent)) if match]
    except OSError as error:
        raise RecordError(f'Cannot read the folder {path.parent}: {error.strerror}') from error
    numbered = sorted((int(match[1]), match[0]) for match in found)
    for number, file_name in numbered:
        if number < len(record['iterations']):
            yield path.with_name(file_name)


def _frames(iterations: list[Path], finished: Path, longest_side: int, limit: int) -> list[Pixels]:
    """Return the pictures at the size of the animation, the finished one last unless it is there already."""
    frames = [_read(path, longest_side, limit) for path in iterations]
    if finished.exists():
        last = _read(finished, longest_side, limit)
        if not np.array_equal(last, frames[-1]):
            frames.append(last)
    return frames


def _read(path: Path, longest_side: int, limit: int) -> Pixels:
    pixels = read_picture(path, max_pixels=limit).pixels
    height, width = pixels.shape[:2]
    if max(height, width) <= longest_side:
        return pixels
    return resize(pixels, *fitted_size(height, width, longest_side=longest_side))


def _content(record: dict[str, Any], size: tuple[int, int], limit: int) -> Pixels | None:
    """Return the content picture at the frames' size, or say why there is none."""
    path = Path(record['content_path'])
    try:
        picture = read_picture(path, max_pixels=limit)
    except ImageError as error:
        tell(f'{error} The animation begins with the first iteration.')
        return None
    if picture.sha256 != record.get('content_sha256'):
        tell(f'{path} has changed since the run. The animation begins with the first iteration.')
        return None
    return resize(picture.pixels, *size)
