"""The arithmetic of bands, against bands that are followed through the network row by row."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nst_lbfgs.network.bands import Rows, bands_of, groups_of, rows_forwards, stages_of
from nst_lbfgs.network.layers import LAYER_NAMES

HEIGHTS = st.integers(32, 700)
ROWS = st.integers(16, 300)
DEPTHS = st.integers(1, len(LAYER_NAMES))
many = settings(deadline=None, max_examples=50)


def right_rows(layers, height, inputs):
    """Yield for each layer the rows of the whole that the features of a band start at, and which are right.

    A row is right if nothing that it is computed from lies beyond a border of the band that is none of the
    picture's, and if poolings join the pairs that they join in the whole.
    """
    start, right = inputs.start, [True] * inputs.height
    ends_with_the_picture = inputs.stop == height
    for layer in layers:
        if layer.endswith('_pool'):
            if start % 2:
                right = [False] * len(right)
            right = [above and below for above, below in zip(right[::2], right[1::2])]
            start, height = start // 2, height // 2
        else:
            above = [start == 0, *right[:-1]]
            below = [*right[1:], ends_with_the_picture]
            right = [all(three) for three in zip(above, right, below)]
        yield layer, start, right


def stage_heights(layers, height):
    """Yield each group of layers with the height of its input."""
    for group in groups_of(layers):
        yield group, height
        height >>= sum(layer.endswith('_pool') for layer in group)


@many
@given(HEIGHTS, ROWS, DEPTHS)
def test_each_row_that_counts_is_right(height, rows, depth):
    for layers, own_height in stage_heights(LAYER_NAMES[:depth], height):
        for band in bands_of(layers, own_height, rows):
            assert 0 <= band.inputs.start < band.inputs.stop <= own_height
            for layer, start, right in right_rows(layers, own_height, band.inputs):
                counted, own = band.counted[layer], band.own[layer]
                assert (own.start + start, own.stop + start) == counted
                assert 0 <= own.start < own.stop <= len(right)
                assert all(right[slice(*own)])


@many
@given(HEIGHTS, ROWS, DEPTHS)
def test_each_row_of_each_layer_counts_once(height, rows, depth):
    for layers, own_height in stage_heights(LAYER_NAMES[:depth], height):
        bands, layer_height = bands_of(layers, own_height, rows), own_height
        for layer in layers:
            layer_height = layer_height // 2 if layer.endswith('_pool') else layer_height
            counted = [row for band in bands for row in range(*band.counted[layer])]
            assert counted == list(range(layer_height))


@many
@given(HEIGHTS, ROWS, DEPTHS)
def test_bands_have_about_the_rows_that_are_asked_for(height, rows, depth):
    """And 22 more at most: around them at the first two blocks, and what is left of a division."""
    for layers, own_height in stage_heights(LAYER_NAMES[:depth], height):
        bands = bands_of(layers, own_height, rows)
        assert max(band.inputs.height for band in bands) <= rows + 22
        if own_height <= rows:
            assert [band.inputs for band in bands] == [Rows(0, own_height)]


@many
@given(HEIGHTS, ROWS, DEPTHS)
def test_each_layer_is_in_one_stage_and_the_last_ones_are_no_higher_than_a_band(height, rows, depth):
    stages = stages_of(LAYER_NAMES[:depth], height, rows)
    assert [layer for stage in stages.banded for layer in stage] + list(stages.whole) == list(
        LAYER_NAMES[:depth]
    )
    heights = dict(stage_heights(LAYER_NAMES[:depth], height))
    assert all(heights[stage] > rows for stage in stages.banded)
    assert all(own <= rows for group, own in heights.items() if group[0] in stages.whole)


def test_the_first_two_blocks_are_one_stage():
    assert [group[0] for group in groups_of(LAYER_NAMES)] == [
        'block1_conv1',
        'block3_conv1',
        'block4_conv1',
        'block5_conv1',
    ]


@pytest.mark.parametrize(
    'rows, width, other, expected', [(64, 100, 100, 128), (64, 100, 200, 64), (1, 2, 9, 1)]
)
def test_a_wider_picture_has_fewer_rows_in_a_band(rows, width, other, expected):
    assert rows_forwards(rows, width, other) == expected
