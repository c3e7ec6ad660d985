"""Every start: style, grey, blends, and the content in the styles' colours."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs import StartConfig, Style
from nst_lbfgs.guidance.given import Given
from nst_lbfgs.guidance.starting_picture import starting_picture, with_styles_colours, without_noise
from nst_lbfgs.pictures.colour_statistics import ColourStatistics

LEFT = np.zeros((40, 48), np.float32)
LEFT[:, :24] = 1


def start(content, styles, config, init=None):
    """Return the picture to start from, and what it is without noise."""
    given = Given.checked(content, styles)
    return starting_picture(given, init, config), without_noise(given, init, config)


def noisy(level, seed):
    """A picture of noise around a colour, whose statistics are its own."""
    picture = np.random.default_rng(seed).normal(level, (30, 20, 10), (40, 48, 3))
    return picture.clip(0, 255).round().astype(np.uint8)


@pytest.mark.parametrize('kind', ['content', 'picture', 'gray', 'style'])
def test_starts_without_noise(kind, town, stripes):
    wide = np.concatenate([stripes, 255 - stripes], axis=1)
    picture, calm = start(town, [wide, stripes], StartConfig(kind, init_colors='own'), stripes)
    np.testing.assert_array_equal(picture, calm)
    if kind == 'style':  # the first one, squashed: its right half is where that is in the original
        assert picture.shape == town.shape
        np.testing.assert_allclose(picture[:, 28:].mean(), wide[:, 56:].mean(), rtol=0.02)
    else:
        expected = {'content': town, 'picture': stripes, 'gray': np.full(town.shape, 127.5)}
        np.testing.assert_array_equal(picture, expected[kind])


def test_a_blend_has_its_share_of_noise(town, stripes):
    noise, nothing = start(town, stripes, StartConfig('noise', 7))
    assert nothing is None and noise.min() < 1 and noise.max() > 254
    for share in (0, 0.25, 1):
        blend, calm = start(town, stripes, StartConfig(f'blend:{share}', 7, 'own'))
        np.testing.assert_allclose(blend, (1 - share) * town + share * noise)
        np.testing.assert_allclose(calm, (1 - share) * town + share * 127.5)


def test_matched_content_has_the_styles_mean_and_covariance():
    """Of two styles by their weights; but for what is clipped, and 1 that is added to each variance."""
    content, styles = noisy(100, 0), [Style(noisy(150, 1), 3.0), Style(noisy((90, 120, 60), 2))]
    matched = with_styles_colours(Given.checked(content, styles))
    each = [ColourStatistics.of(style.picture) for style in styles]
    expected, found = ColourStatistics.mixed(each, [3, 1]), ColourStatistics.of(matched)
    assert matched.dtype == np.float32 and 0 <= matched.min() and matched.max() <= 255
    np.testing.assert_allclose(found.mean, expected.mean, atol=1)
    np.testing.assert_allclose(found.covariance, expected.covariance, atol=0.05 * expected.covariance.max())


def test_only_the_part_of_a_style_that_counts_gives_its_colours(town):
    style = np.concatenate([noisy(60, 1)[:, :24], noisy(200, 2)[:, :24]], axis=1)
    matched = with_styles_colours(Given.checked(town, Style(style, source_mask=LEFT)))
    np.testing.assert_allclose(matched.mean(axis=(0, 1)), style[:, :24].mean(axis=(0, 1)), atol=3)


def test_each_region_is_matched_to_its_own_styles():
    """And where no style goes the content stays."""
    content, right = noisy(100, 0), 1 - LEFT
    right[:, 36:] = 0
    styles = [Style(noisy(180, 1), mask=LEFT), Style(noisy(60, 2), mask=right)]
    matched = with_styles_colours(Given.checked(content, styles))
    assert matched[:, :24].mean() == pytest.approx(180, abs=2)
    assert matched[:, 24:36].mean() == pytest.approx(60, abs=2)
    np.testing.assert_array_equal(matched[:, 36:], content[:, 36:])


def test_regions_that_overlap_are_averaged():
    content, styles = noisy(100, 0), [Style(noisy(160, 1)), Style(noisy(80, 2), mask=LEFT)]
    matched = with_styles_colours(Given.checked(content, styles))
    assert matched[:, 24:].mean() == pytest.approx(160, abs=3)
    assert matched[:, :24].mean() == pytest.approx(120, abs=3)


def test_a_blend_is_of_the_matched_content(town, stripes):
    _, calm = start(town, stripes, StartConfig('blend:0.5', init_colors='matched'))
    matched = with_styles_colours(Given.checked(town, stripes))
    np.testing.assert_allclose(calm, 0.5 * matched + 0.5 * 127.5, rtol=1e-5)
