"""What goes into a run: each file once, at the size at which it is used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.runs import input_files
from cli.runs.input_files import read_files
from cli.runs.inputs import Inputs
from nst_lbfgs.flat_settings import with_run_settings
from nst_lbfgs.pictures.reading import read_picture
from nst_lbfgs.run_config import RunConfig

pytestmark = pytest.mark.usefixtures('guided')

MASKS = ('left.png', 'right.png')
TWO = ('style.png', 'other.png')


def inputs(*styles, **settings):
    config = with_run_settings(RunConfig(), {'image_height': 40, 'weights': 'random'} | settings)
    return Inputs(read_files(config, Path('base.png'), tuple(map(Path, styles)), max_pixels=None), config)


@pytest.mark.parametrize(
    'settings, sizes',
    [
        ({}, [(40, 48), (32, 48)]),
        ({'style_size': 'content'}, [(40, 48), (40, 48)]),
        ({'style_scales': (2.0,)}, [(80, 96), (64, 96)]),
        ({'style_scales': (1.0, 2.0)}, [(40, 48), (64, 96)]),
        ({'style_scales': (0.9, 1.5), 'style_size': 'content'}, [(36, 43), (60, 72)]),
        ({'image_height': 40, 'image_width': 64}, [(53, 64), (42, 64)]),
    ],
)
def test_the_sizes_of_the_styles(settings, sizes):
    """A style keeps its shape and gets scale times the result's longest side; or it is squashed."""
    run = inputs(*TWO, **settings)
    assert run.style_sizes() == sizes
    arranged = run.arranged()
    assert [style.picture.shape[:2] for style in arranged.styles] == sizes
    assert [pixels.shape[:2] for pixels in run.resized_styles()] == sizes


def test_the_same_picture_twice_is_read_once_and_goes_through_the_network_once(monkeypatch):
    read = []

    def reading(path, **options):
        read.append(str(path))
        return read_picture(path, **options)

    monkeypatch.setattr(input_files, 'read_picture', reading)
    run = inputs('style.png', 'style.png', style_masks=MASKS, content_mask='left.png')
    assert read == ['left.png', 'right.png']
    one, other = run.arranged().styles
    assert one.picture is other.picture
    one, other = inputs('style.png', 'style.png', style_scales=(1.0, 2.0)).arranged().styles
    assert one.picture is not other.picture


def test_masks_are_over_the_result_and_over_the_style_pictures():
    Image.open('left.png').resize((60, 40)).save('wide.png')
    run = inputs(
        *TWO, style_masks=MASKS, style_source_masks=('left.png', 'wide.png'), content_mask='right.png'
    )
    one, other = run.arranged().styles
    assert one.mask[:, :24].min() == 1 and one.mask[:, 24:].max() == 0
    np.testing.assert_array_equal(other.mask, 1 - one.mask)
    assert one.source_mask.shape == (40, 48) and other.source_mask.shape == (32, 48)
    np.testing.assert_array_equal(run.arranged().content_mask, other.mask)
    assert run.notes() == ['wide.png: 60 x 40 brought to 48 x 32']
    assert run.regions == 2


def test_white_is_everywhere_also_where_masks_are_inverted():
    for inverted in (False, True):
        one, other = inputs(*TWO, style_masks=('white', 'left.png'), invert_masks=inverted).arranged().styles
        assert one.mask.min() == 1
        assert other.mask[:, :24].max() == (0 if inverted else 1)


def test_what_is_clear_in_a_mask_is_not_chosen():
    pixels = np.full((40, 48, 4), 255, np.uint8)
    pixels[:, 24:, 3] = 0
    Image.fromarray(pixels).save('clear.png')
    mask = inputs('style.png', content_mask='clear.png').arranged().content_mask
    assert mask[:, :24].min() == 1 and mask[:, 24:].max() == 0


def test_a_squashed_picture_squashes_its_masks():
    run = inputs('style.png', image_width=64, style_size='content', style_masks=('left.png',))
    (style,) = run.arranged().styles
    assert style.mask.shape == (40, 64) and style.mask[:, :31].min() == 1
    Image.new('L', (128, 80), 255).save('of the result.png')
    assert inputs(
        'style.png', image_width=64, keep_feather=0, keep='left.png', content_mask='of the result.png'
    )


def test_what_is_kept_has_a_soft_border_outside():
    keep = inputs('style.png', keep='left.png', keep_feather=8).arranged().keep
    assert keep[:, :24].min() == 1 and keep[:, 32:].max() == 0
    assert (np.diff(keep[0, 23:33]) < 0).all()
    hard = inputs('style.png', keep='left.png', keep_feather=0).arranged().keep
    assert set(np.unique(hard)) == {0, 1} and hard[:, :24].min() == 1


def test_painted_regions():
    """map.png has red and blue halves; style.png has them the other way round, other.png is red alone."""
    run = inputs(*TWO, regions=('map.png', 'style_map.png', 'other_map.png'), style_blend_weights=(3.0, 1.0))
    styles = run.arranged().styles
    assert sorted((style.weight, style.picture.shape[0]) for style in styles) == [
        (1.0, 32),
        (3.0, 40),
        (3.0, 40),
    ]
    for style in styles:
        red = style.mask[0, 0] == 1
        assert style.mask[:, :24].mean() == red and style.mask[:, 24:].mean() == (not red)
        if style.weight == 3:
            assert style.source_mask[:, 24:].mean() == red and style.source_mask[:, :24].mean() == (not red)
    assert run.regions == 2
    assert run.notes() == ['other_map.png: 60 x 40 brought to 48 x 32']
    Image.open('map.png').save('both.png')
    alone = inputs('style.png', regions=('other_map.png', 'both.png'), image_width=60)
    assert 'Not in the content map, so not used: #0000c8' in alone.notes()


def test_the_styles_take_the_colours_of_the_content():
    plain, matched = (
        inputs(*TWO, match_colors=method).arranged().styles[0].picture.reshape(-1, 3).mean(axis=0)
        for method in (None, 'cholesky')
    )
    content = inputs(*TWO).resized_content().reshape(-1, 3).mean(axis=0)
    assert np.abs(matched - content).max() < 8 < np.abs(plain - content).max()
    none = inputs(*TWO, match_colors='cholesky', color_strength=0.0)
    np.testing.assert_array_equal(none.arranged().styles[0].picture, none.resized_styles()[0])
    assert inputs(*TWO, match_colors='pca', style_masks=MASKS).notes() == [
        'The colours of each style are matched to the whole content picture.'
    ]


def test_the_memory_is_that_of_its_styles_and_regions(monkeypatch):
    asked = []
    monkeypatch.setattr('cli.runs.inputs.peak_memory', lambda *sizes, **more: asked.append((sizes[1:], more)))
    run = inputs(*TWO, style_scales=(2.0,), style_masks=MASKS)
    run.memory()
    run.memory(size=(80, 96))
    assert asked == [
        ((40, 48), {'styles': [(80, 96), (64, 96)], 'regions': 2}),
        ((80, 96), {'styles': [(160, 192), (128, 192)], 'regions': 2}),
    ]
