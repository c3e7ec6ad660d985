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
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
from PIL import Image

from ..arrays import Pixels
from ..child_process import python_command, started
from ..child_process.limits import ONE_THREAD, limit_memory, limit_seconds, time_was_up
from ..errors import ImageError, ImageReadError, ImageSizeError
from ..quiet import silent_stderr
from .decoding import decode
from .resolution import Dpi

# Until format and size are known, and for each million pixels after that: twice and more of what sound
# pictures took on a Xeon of 2.1 GHz, most where Pillow decodes in Python.
SECONDS = 6
SECONDS_A_MEGAPIXEL = {'AVIF': 0.5, 'BMP': 2.0, 'JPEG2000': 1.5, 'PPM': 8.0, 'QOI': 8.0}
OTHER_SECONDS_A_MEGAPIXEL = 0.2
# The same of address space. At the start Python and its libraries have 0.2 GB of it; a picture of many
# pixels may have as much as decoders were seen to keep, and its file.
BYTES = 1_400_000_000
START_BYTES = 300_000_000
BYTES_A_PIXEL = {'AVIF': 24, 'JPEG2000': 24, 'WEBP': 24}
OTHER_BYTES_A_PIXEL = 16
DIED_OF_PYTHON = 1
KILLED = -9
ERRORS: dict[str, type[ImageError]] = {kind.__name__: kind for kind in (ImageReadError, ImageSizeError)}


def decode_in_process(
    path: Path, file: BinaryIO, background: tuple[int, int, int] | None, max_pixels: int
) -> tuple[Pixels, Pixels | None, Dpi | None, str]:
    """Return what `decode` returns of an open file, and the SHA-256 of its bytes, within the limits.

    Raises ImageReadError if the limit of time is reached or the decoder crashes, ImageSizeError at
    the limit of memory, and what `decode` raises.
    """
    os.lseek(file.fileno(), 0, os.SEEK_SET)  # the process begins where the descriptor stands
    settings = json.dumps([background, max_pixels, SECONDS, BYTES])
    try:
        with started(
            python_command(__name__, str(path), settings),
            env=os.environ | ONE_THREAD | {'PYTHONUTF8': '1'},
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout and process.stderr
            read = _read_answer(process.stdout)
            complaint = process.stderr.read().decode(errors='replace')
            process.wait()
    except OSError as error:
        raise ImageReadError(f'{path} cannot be read: no process can be started: {error}') from error
    if read is None or process.returncode:
        raise _why_it_died(path, process.returncode, complaint)
    return read


def _read_answer(stream: IO[bytes]) -> tuple[Pixels, Pixels | None, Dpi | None, str] | None:
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
    return pixels, alpha, answer['dpi'] and tuple(answer['dpi']), answer['sha256']


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
    _decode_avif_in_one_thread()
    try:
        data = sys.stdin.buffer.read()
        digest = hashlib.sha256(data).hexdigest()
        allow = partial(_allow_for_pixels, seconds, size, len(data))
        with silent_stderr():  # nobody reads it meanwhile: a library that prints much would wait
            pixels, alpha, dpi = decode(path, data, background, max_pixels, on_open=allow)
    except MemoryError:
        _put({'error': 'ImageSizeError', 'message': f'{path} needs more memory than there is.'})
    except ImageError as error:
        _put({'error': type(error).__name__, 'message': str(error)})
    else:
        height, width = pixels.shape[:2]
        arrays = [pixels] if alpha is None else [pixels, alpha]
        size = {'height': height, 'width': width, 'alpha': alpha is not None}
        _put(size | {'dpi': dpi, 'sha256': digest}, *arrays)


def _allow_for_pixels(seconds: int, size: int, length: int, image: Image.Image) -> None:
    """Raise the limits to what a sound picture of this format, size and length may need."""
    count, name = image.width * image.height, image.format or ''
    a_megapixel = SECONDS_A_MEGAPIXEL.get(name, OTHER_SECONDS_A_MEGAPIXEL)
    limit_seconds(seconds + int(a_megapixel * count / 1_000_000))
    a_pixel = BYTES_A_PIXEL.get(name, OTHER_BYTES_A_PIXEL)
    limit_memory(max(size, START_BYTES + length + a_pixel * count))


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
