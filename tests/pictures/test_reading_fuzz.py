"""Damaged and hostile files of every format: a picture or an error of ours, in bounded time and memory.

Each is decoded in a process of its own with the limits that `read_picture` sets, but without its start.
"""

from __future__ import annotations

import ast
import os
import struct
import subprocess
import sys
import tempfile
import traceback
import warnings
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nst_lbfgs.child_process.limits import limit_memory, limit_seconds, time_was_up
from nst_lbfgs.errors import ImageError
from nst_lbfgs.pictures import decoding_process
from nst_lbfgs.pictures.decoding import decode
from nst_lbfgs.pictures.reading import MAX_PIXELS, WHITE
from tests.support.hostile_pictures import HOSTILE
from tests.support.made_pictures import (
    cmyk_profile,
    encoded,
    linear_grey_profile,
    photograph,
    png,
    png_chunk,
    swapped_profile,
    tiff,
)
from tests.support.mutations import damaged, many

ROOT = Path(__file__).parents[2]
COUNTS = st.sampled_from([1, 2, 30, 1_000])  # of hostile files: enough for all that is not about size
PNG_SIGNATURE = b'\x89PNG\r\n\x1a\n'


@cache
def samples() -> dict[str, bytes]:
    """Return sound files: every format that is read, most kinds of pixels and compressions."""
    files = _jpegs() | _pngs() | _tiffs() | _others()
    Image.init()
    if 'AVIF' in Image.SAVE:
        files |= _modern('AVIF')
    return files | _modern('WEBP')


def _jpegs() -> dict[str, bytes]:
    colour, exif = Image.fromarray(photograph()), Image.Exif()
    exif[0x0112], exif[0x010E] = 6, 'a description'
    return {
        'jpeg': encoded(colour, 'JPEG', exif=exif, icc_profile=swapped_profile()),
        'jpeg progressive': encoded(colour, 'JPEG', progressive=True),
        'jpeg grey': encoded(colour.convert('L'), 'JPEG', icc_profile=linear_grey_profile()),
        'jpeg cmyk': encoded(colour.convert('CMYK'), 'JPEG', icc_profile=cmyk_profile()),
        'mpo': encoded(colour, 'MPO', save_all=True, append_images=[colour]),
    }


def _pngs() -> dict[str, bytes]:
    colour = Image.fromarray(photograph())
    exif = Image.Exif()
    exif[0x0112] = 5
    palette = colour.quantize(16)
    deep = photograph()[:, :, 0].astype(np.uint16) * 257
    return {
        'png': encoded(colour, 'PNG', exif=exif, icc_profile=swapped_profile()),
        'png alpha': encoded(colour.convert('RGBA'), 'PNG'),
        'png grey alpha': encoded(colour.convert('LA'), 'PNG'),
        'png palette': encoded(palette, 'PNG', transparency=bytes(range(0, 160, 10))),
        'png one bit': encoded(colour.convert('1'), 'PNG'),
        'png deep': encoded(Image.fromarray(deep), 'PNG', icc_profile=linear_grey_profile()),
        'png clear': png(
            np.array([[300, 5]], '>u2'),
            16,
            0,
            (b'tRNS', struct.pack('>H', 300)),
            (b'zTXt', b'Comment\0\0x\x9c\3\0\0\0\0\1'),
            (b'tEXt', b'Title\0none'),
        ),
        'apng': encoded(colour, 'PNG', save_all=True, append_images=[palette.convert('RGB')]),
    }


def _tiffs() -> dict[str, bytes]:
    colour = Image.fromarray(photograph())
    grey = colour.convert('L')
    files = {
        f'tiff {compression}': encoded(colour, 'TIFF', compression=compression)
        for compression in ('raw', 'tiff_lzw', 'tiff_adobe_deflate', 'jpeg', 'packbits')
    }
    return files | {
        'tiff fax': encoded(colour.convert('1'), 'TIFF', compression='group4'),
        'tiff alpha': encoded(colour.convert('RGBA'), 'TIFF', icc_profile=swapped_profile()),
        'tiff cmyk': encoded(colour.convert('CMYK'), 'TIFF', icc_profile=cmyk_profile()),
        'tiff float': encoded(grey.convert('F'), 'TIFF'),
        'tiff integer': encoded(grey.convert('I'), 'TIFF'),
        'tiff palette': encoded(colour.quantize(8), 'TIFF'),
        'tiff lab': encoded(colour.convert('LAB'), 'TIFF'),
        'tiff ycbcr': encoded(colour.convert('YCbCr'), 'TIFF', compression='tiff_lzw'),
        'tiff pages': encoded(colour, 'TIFF', save_all=True, append_images=[colour]),
        'tiff 12 bit': tiff(bytes(range(24)), (4, 4), (12,), 1),
        'tiff premultiplied': tiff(bytes(range(32)), (4, 4), (8, 8), 1, extra=1),
    }


def _modern(file_format: str) -> dict[str, bytes]:
    colour, exif = Image.fromarray(photograph()), Image.Exif()
    exif[0x0112] = 8
    alpha = colour.convert('RGBA')
    alpha.putalpha(100)
    options = {'lossless': True} if file_format == 'WEBP' else {'quality': 100}
    name = file_format.lower()
    return {
        name: encoded(colour, file_format, exif=exif, icc_profile=swapped_profile()),
        f'{name} alpha': encoded(alpha, file_format, **options),
        f'{name} moving': encoded(colour, file_format, save_all=True, append_images=[alpha]),
    }


def _others() -> dict[str, bytes]:
    colour = Image.fromarray(photograph())
    grey, palette = colour.convert('L'), colour.quantize(16)
    files = {
        'gif': encoded(palette, 'GIF', transparency=3),
        'gif moving': encoded(palette, 'GIF', save_all=True, append_images=[grey]),
        'bmp': encoded(colour, 'BMP'),
        'bmp palette': encoded(palette, 'BMP'),
        'jpeg 2000': encoded(colour, 'JPEG2000'),
        'jpeg 2000 codestream': encoded(grey, 'JPEG2000', no_jp2=True),
        'ppm': encoded(colour, 'PPM'),
        'ppm plain': b'P3 # plain\n3 2 255\n' + b'1 2 3 40 50 60 ' * 3,
        'pgm deep': b'P5 3 2 65535\n' + bytes(range(12)),
        'pfm': b'Pf\n2 2\n-1.0\n' + np.float32([0, 0.5, 1, 2]).tobytes(),
    }
    if 'QOI' in Image.SAVE:
        files['qoi'] = encoded(colour, 'QOI')
    return files


def with_checksums(data: bytes) -> bytes:
    """Return a PNG with the checksums of its chunks made right, so that damage goes deeper."""
    result, at = PNG_SIGNATURE, len(PNG_SIGNATURE)
    while at + 8 <= len(data):
        length = min(int.from_bytes(data[at : at + 4], 'big'), max(0, len(data) - at - 12))
        result += png_chunk(data[at + 4 : at + 8], data[at + 8 : at + 8 + length])
        at += length + 12
    return result


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """Draw a damaged file of any format."""
    sound = st.sampled_from(list(samples().values()))
    hostile = st.builds(lambda name, count: HOSTILE[name][0](count), st.sampled_from(list(HOSTILE)), COUNTS)
    data = draw(damaged(draw(sound | sound | sound | hostile)))
    if data.startswith(PNG_SIGNATURE) and draw(st.booleans()):
        return with_checksums(data)
    return data


def check_reader(data: bytes) -> bool:
    """Read `data`; return whether it is a picture, which must be a sound one."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter('error')
        path = Path(folder) / 'picture'
        try:
            pixels, alpha, _ = decode(path, data, WHITE, MAX_PIXELS)
        except ImageError as error:
            assert str(path) in str(error)
            assert '\n' not in str(error)
            return False
    height, width, channels = pixels.shape
    assert height > 0 and width > 0 and channels == 3
    assert pixels.dtype == np.uint8
    assert alpha is None or alpha.shape == (height, width)
    return True


class Tally(NamedTuple):
    """What became of many files, and the most that one of them took: processor seconds, bytes."""

    endings: dict[str, int]
    seconds: float
    bytes: int


def ending_of(data: bytes) -> tuple[str, float, int]:
    """Check the reader on `data` in a process with the limits that `read_picture` sets at first.

    Return 'picture' or 'error', or how the limits or a crash ended it, and seconds and bytes.
    """
    child = os.fork()
    if not child:
        code = 99
        try:
            limit_seconds(decoding_process.SECONDS)
            limit_memory(decoding_process.BYTES)
            code = 0 if check_reader(data) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code != 99, 'see the traceback'
    ending = {0: 'picture', 1: 'error'}.get(code) or ('time' if time_was_up(code) else f'signal {-code}')
    return ending, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def check_many(count: int) -> Tally:
    """Check `count` damaged files, the same ones each time. Not in a process that has threads."""
    endings: dict[str, int] = {}
    longest, largest = 0.0, 0

    @many(count)
    @given(damaged_files())
    def check(data: bytes) -> None:
        nonlocal longest, largest
        ending, seconds, size = ending_of(data)
        endings[ending] = endings.get(ending, 0) + 1
        longest, largest = max(longest, seconds), max(largest, size)

    check()
    return Tally(endings, longest, largest)


def check_many_elsewhere(count: int) -> Tally:
    """Check in a process of its own, which must print nothing but what became of the files."""
    script = f'from tests.pictures.test_reading_fuzz import check_many\nprint(tuple(check_many({count})))\n'
    run = subprocess.run(
        [sys.executable, '-c', script], cwd=ROOT, capture_output=True, text=True, timeout=36_000
    )
    assert (run.returncode, run.stderr) == (0, '')
    return Tally(*ast.literal_eval(run.stdout))


needs_linux = pytest.mark.skipif(sys.platform != 'linux', reason='forks, and asks for the most memory used')

# Animated files are refused; grey premultiplied by alpha is unknown to some Pillows.
REFUSED = ('moving', 'apng', 'premultiplied')


@pytest.mark.parametrize('name', [name for name in samples() if not name.endswith(REFUSED)])
def test_sound_files_are_pictures(name: str) -> None:
    """What is to be damaged is a picture before."""
    assert check_reader(samples()[name])


@needs_linux
def test_damaged_files() -> None:
    """A damaged file is a picture, or an error of ours in one line, or the limits end it."""
    tally = check_many_elsewhere(300)
    assert tally.endings['picture'] > 10 and tally.endings['error'] > 10


@pytest.mark.slow
@needs_linux
def test_many_damaged_files() -> None:
    """Each takes at most 1.5 GB; `pytest -rP` shows what became of them, and the seconds."""
    tally = check_many_elsewhere(int(os.environ.get('NST_LBFGS_TEST_MUTATIONS', 200)))
    print(tally)
    assert tally.bytes < 1_500_000_000
