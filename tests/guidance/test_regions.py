"""Regions from painted maps: flat colours, noise, smooth borders, and colours without counterpart."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from nst_lbfgs.errors import ConfigError
from nst_lbfgs.guidance.regions import TOLERANCE, Regions

RED, GREEN, BLUE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)


def painted(*colours, size=(64, 96)):
    """A map of vertical bands of equal width."""
    bands = np.arange(size[1]) * len(colours) // size[1]
    return np.broadcast_to(np.array(colours, np.uint8)[bands], (*size, 3)).copy()


def jpeg(picture, quality=80):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, 'JPEG', quality=quality)
    return np.array(Image.open(file))


def antialiased(picture):
    """The map as a painting program leaves it: borders three pixels wide, of mixed colours."""
    large = Image.fromarray(picture).resize((picture.shape[1] * 2, picture.shape[0] * 2), Image.NEAREST)
    return np.array(large.resize(picture.shape[1::-1], Image.BICUBIC))


def test_each_colour_is_a_region():
    regions = Regions.from_maps(painted(RED, RED, BLUE), [painted(BLUE, RED)])
    assert regions.colours == ('#ff0000', '#0000ff') and regions.unused == ()
    (red, blue), ((red_source,), (blue_source,)) = regions.masks, regions.source_masks
    assert red.dtype == np.float32 and red[:, :64].all() and not red[:, 64:].any()
    np.testing.assert_array_equal(blue, 1 - red)
    assert blue_source[:, :48].all() and not blue_source[:, 48:].any()
    np.testing.assert_array_equal(red_source, 1 - blue_source)


@pytest.mark.parametrize('spoiled', [jpeg, antialiased, lambda p: jpeg(antialiased(p), 60)])
def test_noise_and_smooth_borders_make_no_regions(spoiled):
    clean = painted(RED, GREEN, BLUE, BLACK)
    regions = Regions.from_maps(spoiled(clean), [spoiled(painted(BLACK, BLUE, GREEN, RED))])
    assert len(regions.colours) == 4 and regions.unused == ()
    np.testing.assert_array_equal(sum(regions.masks), 1)
    expected = Regions.from_maps(clean, [clean])
    for mask in regions.masks:
        wrong = min((np.abs(clean_mask - mask) for clean_mask in expected.masks), key=np.sum)
        assert wrong.any(axis=0).sum() <= 4  # columns, at the one or two borders of the band


def test_a_colour_as_near_as_noise_is_the_same_and_one_beyond_is_not():
    near, beyond = (255 - TOLERANCE + 1, 0, 0), (255 - TOLERANCE, 0, 0)
    assert Regions.from_maps(painted(RED, BLUE), [painted(near, BLUE)]).unused == ()
    with pytest.raises(ConfigError, match='none has #ff0000'):
        Regions.from_maps(painted(RED, BLUE), [painted(beyond, BLUE)])


def test_specks_are_no_colours():
    picture = painted(RED, RED, BLUE)
    picture[5:9, 5:9] = GREEN  # 16 of 6144 pixels
    assert Regions.from_maps(picture, [painted(RED, BLUE)]).colours == ('#ff0000', '#0000ff')


def test_colours_without_counterpart_are_named():
    with pytest.raises(ConfigError, match='none has #0000ff, #000000$'):
        Regions.from_maps(painted(RED, RED, BLUE, BLUE, BLACK), [painted(RED, GREEN), painted(GREEN)])


def test_colours_that_only_style_maps_have_are_unused():
    regions = Regions.from_maps(painted(RED), [painted(RED, GREEN), painted(GREEN, BLUE)])
    assert regions.unused == ('#00ff00', '#0000ff')


def test_a_region_takes_the_pictures_whose_maps_have_its_colour():
    maps = [painted(RED, BLUE, size=(40, 40)), painted(RED, size=(50, 40))]
    regions = Regions.from_maps(painted(RED, RED, BLUE), maps)
    pictures = [np.zeros((40, 40, 3), np.uint8), np.zeros((50, 40, 3), np.uint8)]
    styles = regions.styles(pictures, [3.0, 1.0])
    assert [style.weight for style in styles] == [3.0, 1.0, 3.0]
    assert [style.picture is pictures[0] for style in styles] == [True, False, True]
    assert styles[0].mask is styles[1].mask is regions.masks[0] and styles[2].mask is regions.masks[1]
    assert styles[1].source_mask.all() and styles[1].source_mask.shape == (50, 40)


@pytest.mark.parametrize(
    'pictures, weights, message',
    [
        ([(40, 40, 3)], None, 'Expected 2 pictures, one a style map. Received: 1'),
        ([(40, 40, 3)] * 2, [1.0], 'Expected 2 weights'),
        ([(40, 40, 3), (40, 41, 3)], None, r'style picture 2: of the size of its map, \(40, 40\)'),
    ],
)
def test_pictures_that_do_not_fit_their_maps(pictures, weights, message):
    regions = Regions.from_maps(painted(RED), [painted(RED, size=(40, 40))] * 2)
    with pytest.raises(ConfigError, match=message):
        regions.styles([np.zeros(shape, np.uint8) for shape in pictures], weights)


@pytest.mark.parametrize(
    'content_map, style_maps, message',
    [
        (painted(RED), [], 'Received: none'),
        (painted(RED)[..., 0], [painted(RED)], r'the content map: a picture \(H, W, 3\)'),
        (painted(RED), [painted(RED).astype(float)], 'style map 1'),
        (
            np.indices((64, 96)).sum(0)[..., None].repeat(3, 2).astype(np.uint8) % 2 * 255,
            [painted(RED)],
            'the content map: a picture painted in 1 to 32 flat colours. Received: 0',
        ),
    ],
    ids=['no style map', 'grey', 'floats', 'checkerboard'],
)
def test_maps_that_are_none(content_map, style_maps, message):
    with pytest.raises(ConfigError, match=message):
        Regions.from_maps(content_map, style_maps)
