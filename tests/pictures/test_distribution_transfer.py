"""The rotations, and how near one distribution comes to another."""

from __future__ import annotations

import itertools

import numpy as np

from nst_lbfgs.pictures.distribution_transfer import ROTATIONS, rotations, transferred


def clouds():
    """Return two distributions of colours, (n, 3) and (m, 3), of different shapes, with counts."""
    random = np.random.default_rng(0)
    two_heaps = np.concatenate((random.normal(60, 12, (900, 3)), random.normal((200, 170, 60), 9, (600, 3))))
    bent = random.uniform(0, 1, 2000)
    curve = np.stack((255 * bent, 255 * bent**3, 120 * np.sin(7 * bent) + 128), axis=1)
    curve += random.normal(0, 5, curve.shape)
    return two_heaps, random.integers(1, 9, 1500) * 1.0, curve, random.integers(1, 5, 2000) * 1.0


def quantiles(values, counts):
    order = np.argsort(values)
    ranks = (np.cumsum(counts[order]) - counts[order] / 2) / counts.sum()
    return np.interp((np.arange(500) + 0.5) / 500, ranks, values[order])


def largest_distance(colours, counts, others, other_counts):
    """Return the largest of the mean distances between quantiles along 50 axes."""
    axes = np.random.default_rng(1).normal(size=(50, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    return max(
        np.abs(quantiles(colours @ axis, counts) - quantiles(others @ axis, other_counts)).mean()
        for axis in axes
    )


def test_rotations_are_rotations_and_all_different():
    turns = rotations()
    assert len(turns) == ROTATIONS
    for turn in turns:
        np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(turn) > 0.999
    apart = [np.abs(one - other).max() for one, other in itertools.combinations(turns, 2)]
    assert min(apart) > 0.3


def test_the_distributions_are_nearly_the_same_along_every_axis():
    """From 85 values apart to less than 4 of 255, along the worst of 50 axes."""
    colours, counts, others, other_counts = clouds()
    before = largest_distance(colours, counts, others, other_counts)
    after = largest_distance(transferred(*clouds()), counts, others, other_counts)
    assert before > 80 and after < 4


def test_a_distribution_is_left_as_it_is_by_itself():
    colours, counts, _, _ = clouds()
    np.testing.assert_allclose(transferred(colours, counts, colours, counts), colours, atol=1e-9)


def test_counts_are_as_good_as_repeating():
    colours, counts, others, other_counts = clouds()
    repeated = transferred(
        colours.repeat(counts.astype(int), axis=0),
        np.ones(int(counts.sum())),
        others.repeat(other_counts.astype(int), axis=0),
        np.ones(int(other_counts.sum())),
    )
    expected = transferred(*clouds()).repeat(counts.astype(int), axis=0)
    np.testing.assert_allclose(repeated, expected, atol=1e-6)


def test_two_colours_go_to_the_middle_of_their_halves():
    """Each to the median of as many of the others as it counts for."""
    line = np.linspace(0, 200, 401)[:, np.newaxis].repeat(3, axis=1)
    moved = transferred(np.array([[9.0, 9, 9], [99.0, 99, 99]]), np.array([1.0, 1.0]), line, np.ones(401))
    np.testing.assert_allclose(moved, [[50] * 3, [150] * 3], atol=2)


def test_what_is_stretched_has_no_gaps():
    """Colours that share a bin are told apart when the bin is spread over many values."""
    narrow, wide = (
        np.linspace(*ends, 400)[:, np.newaxis].repeat(3, axis=1) for ends in ((100, 110), (0, 250))
    )
    steps = np.diff(transferred(narrow, np.ones(400), wide, np.ones(400)), axis=0)
    assert steps.min() > 0 and steps.max() < 3 * steps.mean()


def test_one_colour_stays_finite():
    one = np.array([[7.0, 7, 7]])
    assert np.isfinite(transferred(one, np.ones(1), *clouds()[2:])).all()
    np.testing.assert_array_equal(transferred(one, np.ones(1), one, np.ones(1)).round(9), one)
