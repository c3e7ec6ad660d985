"""`nst-lbfgs enhance` through `main`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.main import main
from nst_lbfgs.pictures.enhancement import Enhancement, enhance
from nst_lbfgs.pictures.reading import MAX_PIXELS, read_picture
from tests.support.made_pictures import photograph

SAME = ['--brightness', '1', '--color', '1', '--sharpness', '1']
ROOT = Path(__file__).parents[3]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a picture to be enhanced."""
    path = tmp_path / 'in.png'
    Image.fromarray(photograph()).save(path)
    return path


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the error, which must be one line, with nothing beside it."""
    captured = capsys.readouterr()
    assert captured.out == ''
    assert captured.err.startswith('nst-lbfgs: error: ')
    assert captured.err.count('\n') == 1
    return captured.err


def test_factors_reach_the_picture(source: Path, tmp_path: Path) -> None:
    """Each option is its own factor; not given, it is the default."""
    target = tmp_path / 'out.png'
    assert main(['enhance', str(source), str(target), '--brightness', '0.7', '--color=2']) == 0
    expected = enhance(photograph(), Enhancement(brightness=0.7, color=2.0))
    np.testing.assert_array_equal(read_picture(target).pixels, expected)


def test_factors_of_one_copy_the_picture(source: Path, tmp_path: Path) -> None:
    """1, 1 and 1 change no pixel."""
    target = tmp_path / 'out.webp'
    assert main(['enhance', str(source), str(target), *SAME]) == 0
    np.testing.assert_array_equal(read_picture(target).pixels, photograph())


def test_alpha_stays(tmp_path: Path) -> None:
    """Half-clear pixels keep their own colours and their alpha, and are not mixed with white."""
    pixels = np.dstack((photograph(), np.full((24, 32), 128, np.uint8)))
    Image.fromarray(pixels).save(tmp_path / 'in.png')
    assert main(['enhance', str(tmp_path / 'in.png'), str(tmp_path / 'out.tif'), *SAME]) == 0
    with Image.open(tmp_path / 'out.tif') as image:
        np.testing.assert_array_equal(np.asarray(image), pixels)


def test_alpha_becomes_white_in_a_jpeg(tmp_path: Path) -> None:
    """A JPEG has no alpha: what is clear becomes paper."""
    Image.new('RGBA', (16, 16), (0, 0, 0, 0)).save(tmp_path / 'in.png')
    assert main(['enhance', str(tmp_path / 'in.png'), str(tmp_path / 'out.jpg'), *SAME]) == 0
    assert read_picture(tmp_path / 'out.jpg').pixels.min() >= 254


def test_existing_output(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Kept without --force, replaced with it; the input itself can be the output."""
    assert main(['enhance', str(source), str(source)]) == 1
    assert 'exists already' in one_line(capsys)
    np.testing.assert_array_equal(read_picture(source).pixels, photograph())
    assert main(['enhance', str(source), str(source), '--force']) == 0
    np.testing.assert_array_equal(read_picture(source).pixels, enhance(photograph(), Enhancement()))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--brightness', 'nan'], 'Expected brightness: a number from 0 to 1000'),
        (['--color=-1'], 'Expected color: a number from 0 to 1000'),
        (['--sharpness', '1e9'], 'Expected sharpness: a number from 0 to 1000'),
        (['--max-pixels', '0'], 'Expected a limit'),
    ],
)
def test_bad_options(
    source: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    """Values that cannot be used are bad usage: exit code 2, and no output."""
    assert main(['enhance', str(source), str(tmp_path / 'out.png'), *options]) == 2
    assert message in one_line(capsys)
    assert not (tmp_path / 'out.png').exists()


def test_unknown_extension(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A format that cannot be written is bad usage too."""
    assert main(['enhance', str(source), 'out.gif']) == 2
    assert '.webp' in one_line(capsys)


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        (None, 'No such file'),
        (b'', 'is empty'),
        (b'text', 'is not a picture'),
        (b'\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'is damaged or incomplete'),
    ],
)
def test_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, message: str
) -> None:
    """An input that is no picture: one line, exit code 1, and no output."""
    source = tmp_path / 'in.png'
    if content is not None:
        source.write_bytes(content)
    assert main(['enhance', str(source), str(tmp_path / 'out.png')]) == 1
    assert message in one_line(capsys)
    assert not (tmp_path / 'out.png').exists()


def test_output_is_tried_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that does not exist is reported before the input is read."""
    assert main(['enhance', str(tmp_path / 'no.png'), str(tmp_path / 'nowhere' / 'a.png')]) == 1
    assert 'there is no folder' in one_line(capsys)


def test_too_many_pixels(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--max-pixels is the limit, and the error names it."""
    command = ['enhance', str(source), str(tmp_path / 'out.png'), '--max-pixels']
    assert main([*command, '767']) == 1
    assert '--max-pixels' in one_line(capsys)
    assert main([*command, '768']) == 0


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """The help gives the true defaults."""
    with pytest.raises(SystemExit) as caught:
        main(['enhance', '--help'])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert text.count('(default: 1.2)') == 3
    assert f'(default: {MAX_PIXELS}' in text


def test_nothing_heavy_is_loaded_for_help_or_bad_factors() -> None:
    """Help and bad factors are answered without NumPy, Pillow or TensorFlow."""
    script = (
        'import sys\n'
        'from cli.main import main\n'
        "assert main(['enhance', 'a.png', 'b.png', '--color', '-1']) == 2\n"
        "try: main(['enhance', '--help'])\n"
        'except SystemExit: pass\n'
        "print(sorted({'numpy', 'PIL', 'tensorflow'} & set(sys.modules)))\n"
    )
    run = subprocess.run([sys.executable, '-c', script], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout.endswith('\n[]\n'), run.stderr
