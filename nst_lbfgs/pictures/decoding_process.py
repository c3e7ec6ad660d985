"""Decoding in a process with limits: for files that can ask for any amount of time and memory.

The process gets the file as its standard input. It answers with a line of JSON, and then either the pixels
and the alpha, or nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
from PIL import Image

from ..arrays import Pixels
from ..child_process import python_command
from ..child_process.limits import ONE_THREAD, limit_memory, limit_seconds, time_was_up
from ..errors import ImageError, ImageReadError, ImageSizeError
from ..quiet import silent_stderr
from .decoding import decode

SECONDS = 8
# For each million pixels, of formats that Pillow decodes in Python or whose decoders are slow. Three times
# and more of what sound pictures took (measured on a Xeon of 2.1 GHz).
SECONDS_A_MEGAPIXEL = {'AVIF': 0.5, 'BMP': 1.0, 'JPEG2000': 1.0, 'PPM': 2.0, 'QOI': 4.0}
BYTES = 1_400_000_000  # address space, of which 0.2 GB are Python's and its libraries'
# A picture of many pixels needs more than that: up to 19 bytes for each were measured, for JPEG 2000.
BYTES_A_PIXEL = 24
DIED_OF_PYTHON = 1
KILLED = -9
ERRORS: dict[str, type[ImageError]] = {kind.__name__: kind for kind in (ImageReadError, ImageSizeError)}


def decode_in_process(
    path: Path, file: BinaryIO, background: tuple[int, int, int] | None, max_pixels: int
) -> tuple[Pixels, Pixels | None, str]:
    """Return what `decode` returns of an open file, and the SHA-256 of its bytes, within the limits.

    Raises ImageReadError if the limit of time is reached or the decoder crashes, ImageSizeError at
    the limit of memory, and what `decode` raises.
    """
    os.lseek(file.fileno(), 0, os.SEEK_SET)  # the process begins where the descriptor stands
    settings = json.dumps([background, max_pixels, SECONDS, BYTES])
    try:
        process = subprocess.Popen(
            python_command(__name__, str(path), settings),
            env=os.environ | ONE_THREAD | {'PYTHONUTF8': '1'},
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise ImageReadError(f'{path} cannot be read: no process can be started: {error}') from error
    with process:
        assert process.stdout and process.stderr
        try:
            read = _read_answer(process.stdout)
            complaint = process.stderr.read().decode(errors='replace')
        except BaseException:
            process.kill()
            raise
    if read is None or process.returncode:
        raise _why_it_died(path, process.returncode, complaint)
    return read


def _read_answer(stream: IO[bytes]) -> tuple[Pixels, Pixels | None, str] | None:
    """Return what the process has decoded, or None if it died before it had said all."""
    line = stream.readline()
    if not line.endswith(b'\n'):
        return None
    answer = json.loads(line)
    if 'error' in answer:
        raise ERRORS[answer['error']](answer['message'])
    pixels = np.empty((answer['height'], answer['width'], 3), np.uint8)
    alpha = np.empty(pixels.shape[:2], np.uint8) if answer['alpha'] else None
    for array in (pixels, alpha):
        if array is not None and not _filled(array, stream):
            return None
    return pixels, alpha, answer['sha256']


def _filled(array: Pixels, stream: IO[bytes]) -> bool:
    left = array.data.cast('B')
    while left and (count := stream.readinto(left)):  # type: ignore[attr-defined]
        left = left[count:]
    return not left


def _why_it_died(path: Path, exit_code: int, complaint: str) -> ImageError:
    if time_was_up(exit_code):
        return ImageReadError(f'{path} takes longer to read than any sound picture of its size.')
    if exit_code == KILLED:
        return ImageReadError(f'{path} cannot be read: its process was killed, as when memory runs out.')
    if exit_code == DIED_OF_PYTHON:  # the file may be good
        return ImageReadError(f'{path} cannot be read: {(complaint.splitlines() or ["no reason given"])[-1]}')
    return ImageReadError(f'{path} is damaged: its decoder crashes on it.')


def _answer(path: Path, settings: list[Any]) -> None:
    background, max_pixels, seconds, size = settings
    limit_seconds(seconds)
    limit_memory(size)

    def allow_for_pixels(image: Image.Image) -> None:
        pixels = image.width * image.height
        limit_seconds(seconds + int(SECONDS_A_MEGAPIXEL.get(image.format or '', 0) * pixels / 1e6))
        limit_memory(max(size, size // 2 + BYTES_A_PIXEL * pixels))

    _decode_avif_in_one_thread()
    try:
        data = sys.stdin.buffer.read()
        digest = hashlib.sha256(data).hexdigest()
        colours = background and tuple(background)
        with silent_stderr():  # nobody reads it meanwhile: a library that prints much would wait
            pixels, alpha = decode(path, data, colours, max_pixels, on_open=allow_for_pixels)
    except MemoryError:
        _put({'error': 'ImageSizeError', 'message': f'{path} needs more memory than there is.'})
    except ImageError as error:
        _put({'error': type(error).__name__, 'message': str(error)})
    else:
        del data
        height, width = pixels.shape[:2]
        arrays = [pixels] if alpha is None else [pixels, alpha]
        _put({'height': height, 'width': width, 'alpha': alpha is not None, 'sha256': digest}, *arrays)


def _decode_avif_in_one_thread() -> None:
    """Each thread takes address space, and there would be one a core."""
    with suppress(ImportError):  # not every Pillow reads AVIF
        from PIL import AvifImagePlugin

        AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def _put(answer: dict[str, Any], *arrays: Pixels) -> None:
    out = sys.stdout.buffer
    out.write(json.dumps(answer).encode() + b'\n')
    for array in arrays:
        out.write(np.ascontiguousarray(array).data)
    out.flush()


if __name__ == '__main__':  # as `decode_in_process` starts it
    _answer(Path(sys.argv[1]), json.loads(sys.argv[2]))
