"""A run's pictures as a moving picture: the content, what was saved after iterations, the finished one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from nst_lbfgs.arrays import Pixels
from nst_lbfgs.errors import ImageError, OutputWriteError
from nst_lbfgs.pictures.animation import Timing, write_animation
from nst_lbfgs.pictures.contact_sheet import thumbnail
from nst_lbfgs.pictures.reading import MAX_PIXELS, read_picture
from nst_lbfgs.pictures.size import resize

from .outputs import Outputs
from .saving import Saver

LONGEST_SIDE = 640  # pixels


def frames_of(iterations: Sequence[Path], finished: Path, longest_side: int, limit: int) -> list[Pixels]:
    """Return the pictures in their order, the finished one last unless the last iteration is the same.

    None has more than `longest_side` pixels a side, no file more than `limit` pixels. Raises ImageError.
    """
    frames = [_read(path, longest_side, limit) for path in iterations]
    if finished.exists():
        last = _read(finished, longest_side, limit)
        if not np.array_equal(last, frames[-1]):
            frames.append(last)
    return frames


def leave_film(
    outputs: Outputs, done: int, content: Pixels, *, overwrite: bool, report: Callable[[str], None]
) -> OutputWriteError | None:
    """Write the animation of a run that has ended after so many iterations, if it is to leave one.

    Return what keeps it from being where it should be. Nothing else of the run is lost by that.
    """
    if outputs.film is None:
        return None
    iterations = list(outputs.iterations_saved(done).values())
    if not iterations:
        report(f'No iteration is saved, so there is no {outputs.film}.')
        return None
    try:
        frames = frames_of(iterations, outputs.picture, LONGEST_SIDE, max(MAX_PIXELS, content.size))
    except ImageError as error:
        return OutputWriteError(f'Could not write {outputs.film}: {error}')
    height, width = frames[0].shape[:2]
    shown = [resize(content, height, width), *frames]
    saver = Saver(report)  # its own: what waits in memory for room is pictures
    saver.save(outputs.film, partial(write_animation, frames=shown, timing=Timing(), overwrite=overwrite))
    saver.finish()
    if saver.problem is None:
        report(f'{outputs.film}: {len(shown)} frames, {width} x {height} pixels')
    return saver.problem


def _read(path: Path, longest_side: int, limit: int) -> Pixels:
    return thumbnail(read_picture(path, max_pixels=limit).pixels, longest_side)
