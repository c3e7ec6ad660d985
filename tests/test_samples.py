"""The sample pictures: drawn by seed, and what is committed is what the script draws."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import draw_pictures
import numpy as np
import numpy.typing as npt
import pytest
from drawing.noise import cloud_tile, sample
from drawing.painting import PAINTING_SEED, PAINTING_SIZE, draw_painting
from drawing.render import Buffers, Face, Leaves, Parallel, Pinhole, Scene, draw
from drawing.town import TOWN_SEED, TOWN_SIZE, draw_town
from PIL import Image

Draw = Callable[[int, int, int], Image.Image]
DRAWINGS = [
    pytest.param(draw_painting, id='painting'),
    pytest.param(draw_town, id='town', marks=pytest.mark.slow),
]
VIEWS = [
    Pinhole((60, 80), np.array([1.0, 5.0, -2.0]), 70.0, 33.0),
    Parallel((60, 60), np.array([0.6, 0.8, 0.0]), np.array([3.0, 1.0, 9.0]), 40.0),
]


@pytest.mark.parametrize('drawing', DRAWINGS)
def test_same_seed_draws_the_same_picture_and_another_seed_another(drawing: Draw) -> None:
    """A seed stands for one picture, of the size asked for, in 8-bit RGB."""
    first, again, other = (np.asarray(drawing(96, 72, seed)) for seed in (5, 5, 6))
    assert first.shape == (72, 96, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert np.abs(first.astype(float) - other).mean() > 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ('name', 'drawing', 'size', 'seed'),
    [
        ('town.jpg', draw_town, TOWN_SIZE, TOWN_SEED),
        ('painting.jpg', draw_painting, PAINTING_SIZE, PAINTING_SEED),
    ],
)
def test_committed_picture_is_what_the_script_draws(
    name: str,
    drawing: Draw,
    size: tuple[int, int],
    seed: int,
) -> None:
    """Pixels agree within one level of 255 on average, JPEG libraries and processors apart."""
    committed = _decoded((draw_pictures.SAMPLES / name).read_bytes())
    drawn = _decoded(draw_pictures.jpeg(drawing(*size, seed)))
    assert committed.shape == drawn.shape == (size[1], size[0], 3)
    assert np.abs(committed - drawn).mean() < 1.0


@pytest.mark.parametrize('name', ['town.jpg', 'painting.jpg'])
def test_committed_picture_is_small_enough_to_clone(name: str) -> None:
    """Each sample stays under 500 kB."""
    assert (draw_pictures.SAMPLES / name).stat().st_size < 500_000


@pytest.mark.parametrize('existing', ['town.jpg', 'painting.jpg'])
def test_script_overwrites_nothing_unasked(
    tmp_path: Path,
    existing: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One picture that is there already stops it, before either is drawn."""
    (tmp_path / existing).write_bytes(b'mine')
    with pytest.raises(SystemExit) as stopped:
        draw_pictures.main(['--out', str(tmp_path)])
    assert stopped.value.code == 2
    assert '--force' in capsys.readouterr().err
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(existing, b'mine')]


@pytest.mark.parametrize('arguments', [['--out', 'missing'], ['--seed', '-1']])
def test_script_refuses_a_missing_folder_and_a_negative_seed(
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bad usage ends with exit code 2 and writes nothing."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        draw_pictures.main(['--out', str(tmp_path), *arguments])
    assert stopped.value.code == 2
    assert list(tmp_path.iterdir()) == []


def test_script_writes_both_pictures_and_replaces_them_when_forced(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it draws for a seed is what the JPEGs hold, and nothing else is left behind."""

    def plain(width: int, height: int, seed: int) -> Image.Image:
        return Image.new('RGB', (width, height), (seed, seed, seed))

    monkeypatch.setattr(draw_pictures, 'draw_town', plain)
    monkeypatch.setattr(draw_pictures, 'draw_painting', plain)
    for seed in (50, 90):
        assert draw_pictures.main(['--out', str(tmp_path), '--seed', str(seed), '--force']) == 0
        for name, size in (('town.jpg', TOWN_SIZE), ('painting.jpg', PAINTING_SIZE)):
            with Image.open(tmp_path / name) as picture:
                assert picture.size == size
                assert picture.getpixel((9, 9)) == (seed, seed, seed)
    assert sorted(path.name for path in tmp_path.iterdir()) == ['painting.jpg', 'town.jpg']


@pytest.mark.parametrize('view', VIEWS, ids=['pinhole', 'parallel'])
def test_locate_undoes_project(view: Pinhole | Parallel) -> None:
    """A view finds the point again from where it fell in the picture and how near it was."""
    points = np.random.default_rng(1).uniform((-9, -9, 3), (9, 9, 30), (50, 3))
    np.testing.assert_allclose(view.locate(*view.project(points)), points, atol=1e-9)


def test_the_nearer_face_hides_the_farther_in_either_order() -> None:
    """Drawn near first or far first, the middle of the picture shows the near square."""
    near, far = _square(4.0, 0.8), _square(9.0, 0.2)
    for faces in ([near, far], [far, near]):
        buffers = Buffers.empty(VIEWS[0].shape, 0.0)
        draw(Scene(faces, []), VIEWS[0], buffers)
        row, column = 33, 40
        np.testing.assert_allclose(buffers.albedo[row, column], 0.8)
        np.testing.assert_allclose(buffers.normal[row, column], (0, 0, -1), atol=1e-12)
        np.testing.assert_allclose(1 / buffers.closeness[row, column], 4.0 + 2.0)


def test_of_leaves_in_one_place_the_nearest_is_seen() -> None:
    """Three leaves on one ray, in no order of depth: the one at the front wins its pixels."""
    depth = np.array([20.0, 6.0, 11.0])
    eye = VIEWS[0].eye
    centres = np.stack([eye[0] + 0 * depth, eye[1] + 0 * depth, eye[2] + depth], axis=1)
    colours = np.repeat(np.array([[0.1], [0.5], [0.9]]), 3, axis=1)
    buffers = Buffers.empty(VIEWS[0].shape, 0.0)
    draw(Scene([], [Leaves(centres, np.ones((3, 3)), colours, 0.1)]), VIEWS[0], buffers)
    assert set(np.unique(buffers.albedo)) == {0.0, 0.5}


def test_noise_tiles_are_normalised_and_wrap_around() -> None:
    """Mean 0, deviation 1, and the same value a whole tile further on."""
    tile = cloud_tile(np.random.default_rng(2), 64, 1.5)
    assert abs(tile.mean()) < 1e-12
    assert abs(tile.std() - 1) < 1e-12
    u, v = np.random.default_rng(3).random((2, 20))
    np.testing.assert_allclose(sample(tile, u + 1, v - 2), sample(tile, u, v), atol=1e-9)
    np.testing.assert_allclose(sample(tile, np.array([5 / 64]), np.array([7 / 64])), tile[7, 5])


def _decoded(data: bytes) -> npt.NDArray[np.float64]:
    with Image.open(io.BytesIO(data)) as file:
        return np.asarray(file.convert('RGB'), float)


def _square(distance: float, tone: float) -> Face:
    """A square that faces the pinhole view from straight ahead, at that z."""
    corners = np.array([[-5, 0, distance], [7, 0, distance], [7, 10, distance], [-5, 10, distance]], float)
    return Face(corners, lambda u, v: np.full((len(u), 3), tone))
