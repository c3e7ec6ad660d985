"""What `nst-lbfgs animate` does: a finished run's pictures, in the order in which they came about."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.checks import check_integer
from nst_lbfgs.errors import ConfigError, ImageError, RecordError
from nst_lbfgs.pictures.animation import Timing, check_animation, check_size_for_animation, write_animation
from nst_lbfgs.pictures.reading import MAX_PIXELS, read_picture
from nst_lbfgs.pictures.size import resize
from nst_lbfgs.records.record import read_record

from .film import frames_of
from .outputs import Outputs, record_of, recorded_outputs
from .streams import tell


def animate(args: argparse.Namespace) -> int:
    """Write the animation and say what is in it. Raises ConfigError, RecordError, ImageError, OutputError."""
    timing = Timing(args.frame_seconds, args.first_seconds, args.last_seconds, args.plays)
    check_integer('longest_side', args.longest_side)
    check_animation(args.output, overwrite=args.force)
    record_path = record_of(args.prefix)
    record = read_record(record_path)
    outputs = recorded_outputs(record_path, record)
    iterations = _iterations(outputs, record)
    limit = MAX_PIXELS if args.max_pixels is None else args.max_pixels
    frames = frames_of(iterations, outputs.picture, args.longest_side, limit)
    height, width = frames[0].shape[:2]
    check_size_for_animation(args.output, height, width)
    content = _content(record, (height, width), limit)
    shown = frames if content is None else [content, *frames]
    write_animation(args.output, shown, timing, overwrite=args.force)
    tell(f'{args.output}: {len(shown)} frames, {width} x {height} pixels')
    return 0


def _iterations(outputs: Outputs, record: dict[str, Any]) -> list[Path]:
    """Return the saved pictures of a run, first iteration first. Raises ConfigError, RecordError."""
    done = record.get('iterations')
    if not isinstance(done, list):
        raise RecordError(f'Expected a record with a list of its iterations. Received: {outputs.record}')
    iterations = list(outputs.iterations_saved(len(done)).values())
    if not iterations:
        raise ConfigError(
            f'Expected pictures of iterations beside {outputs.record}, as a run with --save-every 1 leaves '
            'them. Received: none'
        )
    return iterations


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
