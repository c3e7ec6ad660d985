"""`nst-lbfgs recolor` through `main`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from cli.main import main
from cli.runs.recolouring import out_of_gamut
from nst_lbfgs.pictures.colour_preservation import preserve_colours
from nst_lbfgs.pictures.reading import read_picture
from nst_lbfgs.pictures.size import resize
from tests.support.error_lines import error_line
from tests.support.made_pictures import photograph

ROOT = Path(__file__).parents[3]
RESULT = np.ascontiguousarray(photograph()[::-1, :, ::-1])


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """A working directory with result.png and content.png, both 32 x 24, of different colours."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(RESULT).save('result.png')
    Image.fromarray(photograph()).save('content.png')
    return tmp_path


def recolor(*options, result='result.png', content='content.png', out='out.png'):
    return main(['recolor', result, content, out, *options])


@pytest.mark.parametrize(
    ('options', 'space', 'strength'),
    [
        ([], 'yiq', 1.0),
        (['--color-space', 'lab'], 'lab', 1.0),
        (['--color-strength=0.4'], 'yiq', 0.4),
        (['--color_space', 'lab', '--color_strength', '0'], 'lab', 0.0),
    ],
)
def test_options_reach_the_picture(pictures, capsys, options, space, strength):
    assert recolor(*options) == 0
    expected, share = preserve_colours(RESULT, photograph(), space, strength)
    np.testing.assert_array_equal(read_picture(pictures / 'out.png').pixels, expected)
    assert capsys.readouterr() == ('', out_of_gamut(share) + '\n')


@pytest.mark.parametrize(
    ('share', 'percent'), [(0.00001, 'Less than 0.1 %'), (0.003, '0.3 %'), (0.25, '25.0 %'), (1.0, '100.0 %')]
)
def test_what_is_said_of_colours_that_do_not_fit(share, percent):
    said = ' of the pixels had more colour than sRGB has at their brightness; theirs was reduced.'
    assert out_of_gamut(share) == percent + said
    assert out_of_gamut(0.0) == 'No pixel had more colour than sRGB has at its brightness.'


def test_content_of_another_size_is_resized_and_that_is_said(pictures, capsys):
    large = photograph(97, 129)
    Image.fromarray(large).save('content.png')
    assert recolor() == 0
    expected, _ = preserve_colours(RESULT, resize(large, 24, 32))
    np.testing.assert_array_equal(read_picture(pictures / 'out.png').pixels, expected)
    said = capsys.readouterr().err.splitlines()
    assert said[0] == 'content.png is resized from 129 x 97 to 32 x 24 pixels.'
    assert len(said) == 2


# Width and height of the content, for a result of 32 x 24.
@pytest.mark.parametrize('size', [(1, 1), (4, 3), (1000, 750), (1000, 781), (1000, 719), (33, 24), (131, 96)])
def test_shapes_that_rounding_explains(pictures, size):
    Image.new('RGB', size, (200, 90, 30)).save('content.png')
    assert recolor() == 0


@pytest.mark.parametrize('size', [(24, 32), (1000, 810), (1000, 690), (36, 24), (320, 300), (1, 9)])
def test_shapes_that_rounding_does_not_explain(pictures, capsys, size):
    Image.new('RGB', size).save('content.png')
    assert recolor() == 2
    shown = f'{size[0]} x {size[1]}'
    assert error_line(capsys) == (
        'nst-lbfgs: error: Expected a content picture of the shape of result.png, 32 x 24 pixels. '
        f'Received: content.png, {shown}'
    )
    assert not (pictures / 'out.png').exists()


def test_profiles_are_read_and_alpha_stays(pictures):
    """The result's alpha, with its colours under it; the content's colours through its profile."""
    alpha = np.linspace(0, 255, 24 * 32).astype(np.uint8).reshape(24, 32)
    Image.fromarray(np.dstack((RESULT, alpha))).save('result.png')
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('LAB')).tobytes()
    lab = ImageCms.profileToProfile(
        Image.fromarray(photograph()),
        ImageCms.createProfile('sRGB'),
        ImageCms.createProfile('LAB'),
        outputMode='LAB',
    )
    lab.save('content.tif', icc_profile=profile)
    assert recolor(content='content.tif', out='out.tif') == 0
    content = read_picture(pictures / 'content.tif').pixels
    expected, _ = preserve_colours(RESULT, content)
    with Image.open('out.tif') as image:
        np.testing.assert_array_equal(np.asarray(image), np.dstack((expected, alpha)))
    assert np.abs(content.astype(int) - photograph()).mean() < 3


def test_alpha_becomes_white_in_a_jpeg(pictures):
    Image.new('RGBA', (32, 24), (0, 0, 0, 0)).save('result.png')
    assert recolor(out='out.jpg') == 0
    assert read_picture(pictures / 'out.jpg').pixels.min() >= 250


def test_existing_output(pictures, capsys):
    """Kept without --force, replaced with it; the result itself can be the output."""
    assert recolor(out='result.png') == 1
    assert 'exists already' in error_line(capsys)
    np.testing.assert_array_equal(read_picture(pictures / 'result.png').pixels, RESULT)
    assert recolor('--force', out='result.png') == 0
    expected, _ = preserve_colours(RESULT, photograph())
    np.testing.assert_array_equal(read_picture(pictures / 'result.png').pixels, expected)
    assert sorted(path.name for path in pictures.iterdir()) == ['content.png', 'result.png']


@pytest.mark.parametrize(
    ('options', 'code', 'message'),
    [
        (['--color-space', 'lap'], 2, "Expected color_space: one of lab, yiq. Received: 'lap'"),
        (['--color-space', ''], 2, 'Expected color_space: one of lab, yiq'),
        (['--color-strength', '1.01'], 2, 'Expected color_strength: a number from 0 to 1. Received: 1.01'),
        (['--color-strength=-0.1'], 2, 'Expected color_strength: a number from 0 to 1. Received: -0.1'),
        (['--color-strength', 'nan'], 2, 'Expected color_strength: a number from 0 to 1. Received: nan'),
        (['--max-pixels', '0'], 2, 'Expected a limit of at least 1 pixel'),
        (['--max-pixels', '767'], 1, '--max-pixels raises that'),
    ],
)
def test_bad_options(pictures, capsys, options, code, message):
    assert recolor(*options) == code
    assert message in error_line(capsys)
    assert not (pictures / 'out.png').exists()


@pytest.mark.parametrize(
    ('paths', 'code', 'message'),
    [
        ({'out': 'out.gif'}, 2, '.webp'),
        ({'out': 'nowhere/out.png', 'result': 'no.png'}, 1, 'there is no folder'),
        ({'result': 'no.png'}, 1, 'Cannot read no.png: No such file'),
        ({'content': 'no.png'}, 1, 'Cannot read no.png: No such file'),
        ({'content': 'text.png'}, 1, 'text.png is not a picture'),
        ({'result': 'empty.png'}, 1, 'empty.png is empty'),
        ({'result': '.'}, 1, 'Is a directory'),
        ({'content': 'nu\0ll.png'}, 1, 'Cannot read'),
    ],
)
def test_bad_paths(pictures, capsys, paths, code, message):
    (pictures / 'text.png').write_text('text')
    (pictures / 'empty.png').touch()
    assert recolor(**paths) == code
    assert message in error_line(capsys)
    assert not list(pictures.glob('out*'))


def test_too_few_arguments(capsys):
    with pytest.raises(SystemExit) as caught:
        main(['recolor', 'a.png', 'b.png'])
    assert caught.value.code == 2 and 'OUT' in capsys.readouterr().err


def test_help(capsys):
    with pytest.raises(SystemExit) as caught:
        main(['recolor', '--help'])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert '(default: yiq)' in text and '(default: 1.0)' in text


def test_nothing_heavy_is_loaded_for_help_or_bad_values():
    script = (
        'import sys\n'
        'from cli.main import main\n'
        "assert main(['recolor', 'a.png', 'b.png', 'c.png', '--color-strength', '2']) == 2\n"
        "assert main(['recolor', 'a.png', 'b.png', 'c.png', '--color-space', 'rgb']) == 2\n"
        "try: main(['recolor', '--help'])\n"
        'except SystemExit: pass\n'
        "print(sorted({'numpy', 'PIL', 'scipy', 'tensorflow'} & set(sys.modules)))\n"
    )
    run = subprocess.run([sys.executable, '-c', script], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout.endswith('\n[]\n'), run.stderr


def test_nor_tensorflow_or_scipy_for_the_work(pictures):
    program = (
        'import sys\n'
        'from cli.main import main\n'
        "assert main(['recolor', 'result.png', 'content.png', 'out.png']) == 0\n"
        "print(sorted({'scipy', 'tensorflow'} & set(sys.modules)))\n"
    )
    run = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, env={'PYTHONPATH': str(ROOT)}
    )
    assert run.stdout == '[]\n', run.stderr
