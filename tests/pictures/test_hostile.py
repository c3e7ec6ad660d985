"""Files that ask for any amount of time or memory: refused or read within limits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nst_lbfgs.errors import ImageError, ImageReadError, ImageSizeError
from nst_lbfgs.pictures import decoding_process
from nst_lbfgs.pictures.ordinary import MOST_SCANS, ORDINARY_SCANS, is_ordinary
from nst_lbfgs.pictures.reading import read_picture
from tests.support.hostile_pictures import HOSTILE, jpeg_profile, jpeg_scans, tiff_strips
from tests.support.made_pictures import encoded, photograph, read

ROOT = Path(__file__).parents[2]
# Reads a file within limits that are a little above the reader's own, and says what it took. Its own
# `ru_maxrss` would begin with what the program that started it had used.
SCRIPT = """
import re, resource, sys
from pathlib import Path
from nst_lbfgs.errors import ImageError
from nst_lbfgs.pictures.reading import read_picture
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
try:
    read_picture(Path(sys.argv[1]))
except ImageError as error:
    assert len(str(error)) < 1000
peak = int(re.search('VmHWM:\\\\s+(\\\\d+)', Path('/proc/self/status').read_text())[1])
for who, most in (
    (resource.RUSAGE_SELF, peak),
    (resource.RUSAGE_CHILDREN, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss),
):
    used = resource.getrusage(who)
    print(used.ru_utime + used.ru_stime, most / 1e6)
"""


@pytest.fixture
def one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding_process, 'SECONDS', 1)


def test_a_file_that_takes_too_long_is_refused(one_second: None) -> None:
    """Three million strips in a picture of 64 x 48 pixels took Pillow 18 s."""
    with pytest.raises(ImageReadError, match='takes longer to read than any sound picture of its size'):
        read(tiff_strips(3_000_000))


def test_a_file_that_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding_process, 'BYTES', 300_000_000)
    with pytest.raises(ImageSizeError, match='needs more memory'):
        read(tiff_strips(1_000_000))


def test_a_jpeg_of_many_scans_is_refused_at_once() -> None:
    """3,000 scans of 88 million pixels took 157 s."""
    assert read(jpeg_scans(MOST_SCANS, side=64)).pixels.shape == (64, 64, 3)
    with pytest.raises(ImageReadError, match='is a JPEG of more than 100 scans'):
        read(jpeg_scans(3_000))


def test_the_steps_of_a_profile_are_left_out() -> None:
    """8,000 elements that share their table took 20 s and 1.4 GB; without, the picture is as it is."""
    steps, plain = jpeg_profile(50), encoded_photograph()
    assert (read(steps).pixels == read(plain).pixels).all()


def encoded_photograph() -> bytes:
    from PIL import Image

    return encoded(Image.fromarray(photograph()), 'JPEG')


def test_a_decoder_that_crashes_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    crash = tmp_path / 'python'
    crash.write_text('#!/bin/sh\nkill -SEGV $$\n')
    crash.chmod(0o755)
    monkeypatch.setattr('sys.executable', str(crash))
    with pytest.raises(ImageReadError, match='is damaged: its decoder crashes on it'):
        read(tiff_strips(1))


@pytest.mark.parametrize(
    'program, message',
    [
        ('echo "ImportError: no numpy" >&2; exit 1', 'cannot be read: ImportError: no numpy'),
        ('kill -KILL $$', 'its process was killed, as when memory runs out'),
        ('printf "half a line"', 'is damaged'),
    ],
)
def test_a_process_that_does_not_answer_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str, message: str
) -> None:
    (tmp_path / 'python').write_text(f'#!/bin/sh\n{program}\n')
    (tmp_path / 'python').chmod(0o755)
    monkeypatch.setattr('sys.executable', str(tmp_path / 'python'))
    with pytest.raises(ImageReadError, match=message):
        read(tiff_strips(1))


def test_without_a_process_there_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr('sys.executable', str(tmp_path / 'missing'))
    with pytest.raises(ImageReadError, match='cannot be read: no process can be started'):
        read(tiff_strips(1))


@pytest.mark.parametrize('name', HOSTILE)
def test_what_is_not_ordinary_is_known_by_its_structure(name: str) -> None:
    """Each kind, at a size that harms nobody, would be read in a process with limits or is harmless."""
    make, count = HOSTILE[name]
    assert not is_ordinary(make(min(count, 140_000)))


@pytest.mark.parametrize('name', HOSTILE)
def test_small_ones_end_in_a_picture_or_our_own_error(name: str, tmp_path: Path) -> None:
    make, count = HOSTILE[name]
    path = tmp_path / 'picture'
    path.write_bytes(make(min(count, 300)))
    try:
        read_picture(path)
    except ImageError as error:
        assert str(path) in str(error)


def test_ordinary_files_are_decoded_without_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What cameras and programs write takes no process; a few scans more than libjpeg's are one of them."""
    from PIL import Image

    monkeypatch.setattr('sys.executable', 'none')
    for file_format, options in (('JPEG', {'progressive': True}), ('PNG', {}), ('WEBP', {})):
        read(encoded(Image.fromarray(photograph()), file_format, **options))
    read(jpeg_scans(ORDINARY_SCANS, side=64))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != 'linux', reason='asks Linux for the most memory used')
@pytest.mark.parametrize('name', HOSTILE)
def test_a_gigabyte_and_a_half_is_enough(name: str, tmp_path: Path) -> None:
    """Every kind, as large as it was found or as a file may be; but for what is sound, text and QOI."""
    make, count = HOSTILE[name]
    if name in ('PPM, numbers', 'QOI, pixels'):
        count //= 100
    path = tmp_path / 'picture'
    path.write_bytes(make(count))
    run = subprocess.run(
        [sys.executable, '-c', SCRIPT, str(path)], cwd=ROOT, capture_output=True, text=True, timeout=3600
    )
    path.unlink()
    assert (run.returncode, run.stderr) == (0, '')
    (seconds, memory), (child_seconds, child_memory) = (
        map(float, line.split()) for line in run.stdout.splitlines()
    )
    print(f'{seconds + child_seconds:.1f} s')  # a slow machine takes longer: `pytest -rP` shows how long
    assert max(memory, child_memory) < 1.5
