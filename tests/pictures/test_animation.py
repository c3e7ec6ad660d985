"""Moving pictures: what is written is read back, frame by frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_lbfgs.errors import ConfigError, OutputExistsError, OutputWriteError
from nst_lbfgs.pictures import animation
from nst_lbfgs.pictures.animation import (
    Timing,
    check_animation,
    check_size_for_animation,
    write_animation,
)

SHAPE = (33, 47, 3)  # odd, as a video cannot be


def frame(seed):
    """Blocks of 3 x 3 pixels, with little colour: WebP and MP4 have a quarter of the colours' pixels."""
    random = np.random.default_rng(seed)
    blocks = random.integers(40, 216, (11, 16, 1)) + random.integers(-15, 15, (11, 16, 3))
    return np.kron(blocks, np.ones((3, 3, 1), int)).astype(np.uint8)[:, :47]


FRAMES = [frame(seed) for seed in range(4)]
TIMING = Timing(0.1, 0.5, 1.5, plays=3)


def read_back(path):
    """Return the frames, their milliseconds and the option that says how often it is played."""
    with Image.open(path) as image:
        frames, durations = [], []
        for index in range(image.n_frames):
            image.seek(index)
            image.load()
            frames.append(np.asarray(image.convert('RGB')).astype(int))
            durations.append(image.info['duration'])
        return frames, durations, image.info.get('loop')


@pytest.mark.parametrize('name, difference', [('a.gif', 8), ('a.webp', 8), ('a.png', 0), ('A.APNG', 0)])
def test_frames_are_read_back_with_their_times(name, difference, tmp_path):
    write_animation(tmp_path / name, FRAMES, TIMING, overwrite=False)
    frames, durations, loop = read_back(tmp_path / name)
    assert durations == [500, 100, 100, 1500]
    for found, expected in zip(frames, FRAMES, strict=True):
        assert np.abs(found - expected).mean() <= difference
    assert loop == (2 if name.endswith('gif') else 3)  # a GIF counts what follows the first time
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_same_frames_give_the_same_bytes(tmp_path):
    for name in ('one.gif', 'two.gif', 'one.webp', 'two.webp'):
        write_animation(tmp_path / name, FRAMES, TIMING, overwrite=False)
    for extension in ('gif', 'webp'):
        assert (tmp_path / f'one.{extension}').read_bytes() == (tmp_path / f'two.{extension}').read_bytes()


@pytest.mark.parametrize('plays, loop', [(0, 0), (1, None), (2, 1)])
def test_how_often_a_gif_is_played(plays, loop, tmp_path):
    write_animation(tmp_path / 'a.gif', FRAMES, Timing(plays=plays), overwrite=False)
    assert read_back(tmp_path / 'a.gif')[2] == loop


def test_the_colours_of_a_gif_are_the_same_in_all_frames(tmp_path):
    write_animation(tmp_path / 'a.gif', FRAMES, TIMING, overwrite=False)
    palettes = set()
    with Image.open(tmp_path / 'a.gif') as image:
        for index in range(image.n_frames):
            image.seek(index)
            palettes.update(map(bytes, np.asarray(image.convert('RGB')).reshape(-1, 3)))
    assert len(palettes) <= animation.COLOURS


def test_a_video_has_the_frames_at_their_times(tmp_path):
    ffmpeg = pytest.importorskip('imageio_ffmpeg', reason='the extra `video` is not installed')
    path = tmp_path / 'a.mp4'
    write_animation(path, FRAMES, TIMING, overwrite=False)
    video = ffmpeg.read_frames(str(path))
    assert next(video)['size'] == (48, 34)
    shown = [np.frombuffer(data, np.uint8).reshape(34, 48, 3).astype(int) for data in video]
    assert len(shown) == round(animation.VIDEO_RATE * (0.5 + 0.1 + 0.1 + 1.5))
    for moment, expected in ((0.25, 0), (0.55, 1), (0.65, 2), (2.0, 3)):
        found = shown[int(moment * animation.VIDEO_RATE)]
        differences = [np.abs(found[:33, :47] - other).mean() for other in FRAMES]
        assert int(np.argmin(differences)) == expected and differences[expected] < 12


@pytest.mark.parametrize('name', ['a.gif', 'a.webp', 'a.png', 'a.mp4'])
def test_one_frame_is_shown_as_the_last(name, tmp_path):
    if name == 'a.mp4':
        pytest.importorskip('imageio_ffmpeg', reason='the extra `video` is not installed')
    write_animation(tmp_path / name, FRAMES[:1], TIMING, overwrite=False)
    assert (tmp_path / name).stat().st_size > 100
    assert TIMING.of(1) == [1.5] and TIMING.of(2) == [0.5, 1.5]


@pytest.mark.parametrize(
    'settings, message',
    [
        ({'frame_seconds': 0.01}, 'Expected frame_seconds: a number from 0.02 to 60. Received: 0.01'),
        ({'first_seconds': float('nan')}, 'Expected first_seconds'),
        ({'last_seconds': 61}, 'Expected last_seconds'),
        ({'plays': -1}, 'Expected plays: an integer, 0 to 65535'),
        ({'plays': 65_536}, 'Expected plays'),
    ],
)
def test_bad_timing(settings, message):
    with pytest.raises(ConfigError, match=message):
        Timing(**settings)


@pytest.mark.parametrize(
    'frames, message',
    [
        ([], 'Expected frames, at least one'),
        ([FRAMES[0], FRAMES[0][:30]], r'frames of one size, 47 x 33 pixels. Received: frame 2, 47 x 30'),
        ([FRAMES[0].astype(float)], 'Expected frame 1: uint8 pixels'),
    ],
)
def test_bad_frames_leave_nothing(frames, message, tmp_path):
    with pytest.raises(ConfigError, match=message):
        write_animation(tmp_path / 'a.gif', frames, TIMING, overwrite=False)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_known_before(tmp_path):
    (tmp_path / 'there.gif').touch()
    for name, error, message in (
        ('a.avi', ConfigError, 'ends in .apng, .gif, .mp4, .png, .webp. Received: .avi'),
        ('there.gif', OutputExistsError, 'exists already'),
        ('nowhere/a.gif', OutputWriteError, 'there is no folder'),
    ):
        with pytest.raises(error, match=message):
            check_animation(tmp_path / name, overwrite=False)
    check_animation(tmp_path / 'there.gif', overwrite=True)


def test_sizes_that_a_format_does_not_hold():
    check_size_for_animation(Path('a.png'), 70_000, 32)
    with pytest.raises(ConfigError, match='at most 16,383 pixels a side for a.webp, a WEBP file'):
        check_size_for_animation(Path('a.webp'), 32, 16_384)


def test_without_ffmpeg_a_video_is_refused(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__('sys').modules, 'imageio_ffmpeg', None)
    with pytest.raises(OutputWriteError, match='pip install imageio-ffmpeg'):
        check_animation(tmp_path / 'a.mp4', overwrite=False)


@pytest.mark.parametrize('name', ['a.gif', 'a.mp4'])
def test_an_encoder_that_fails_leaves_what_was_there(name, monkeypatch, tmp_path):
    (tmp_path / name).write_text('mine')

    def fail(*_, **__):
        raise OSError('the encoder is ill')

    class Broken:
        write_frames = staticmethod(lambda *_, **__: iter_broken())

    def iter_broken():
        yield
        raise OSError('the encoder is ill')

    monkeypatch.setitem(Image.SAVE_ALL, 'GIF', fail)
    monkeypatch.setattr(animation, '_ffmpeg', lambda: Broken)
    with pytest.raises(OutputWriteError, match='the encoder is ill'):
        write_animation(tmp_path / name, FRAMES, TIMING, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == 'mine'
