"""Medians and spreads over the repetitions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_lbfgs.benchmark.flops import useful_flops
from nst_lbfgs.benchmark.outcomes import OLD_WAY, Case, Ceiling, Mark, Race, Rate, Record
from nst_lbfgs.benchmark.summary import Spread, race_summaries, rate_summaries
from nst_lbfgs.benchmark.task import our_config


def rate_record(way, repetition, seconds, peak=1000):
    return Record(Case('rate', way, 32, 'p'), repetition, Rate(10, seconds, 1.0, peak))


CEILING = Ceiling({'float32': 2e9, 'bfloat16': 8e9}, {'float32': 1.0, 'bfloat16': 1.0}, {})


def test_a_rate_is_summed_up_by_median_and_spread_and_compared_within_each_repetition():
    """10 evaluations in 10, 20 and 40 s; old ones in 20, 80 and 60: 2, 4 and 1.5 times."""
    records = [
        record
        for repetition, (ours, old) in enumerate([(10, 20), (20, 80), (40, 60)])
        for record in (
            rate_record(OLD_WAY, repetition, old, 3000),
            rate_record('float32', repetition, ours, 1000 + repetition),
        )
    ]
    old, ours = rate_summaries(records)
    assert ours.evaluations_per_second == Spread(0.5, 0.25, 1.0)
    assert ours.times == Spread(2.0, 1.5, 4.0)
    assert old.times == Spread(1.0, 1.0, 1.0)
    assert ours.peak_bytes == Spread(1001, 1000, 1002)
    assert ours.flops.median == 0.5 * useful_flops(our_config('float32'), 32, 32)
    assert ours.share is None


@pytest.mark.parametrize('way, best', [(OLD_WAY, 3e9), ('float32', 3e9), ('bfloat16', 8e9), ('float64', 8e9)])
def test_the_share_is_of_the_best_convolution_in_the_same_precision(way, best):
    ceilings = [
        Record(Case('ceiling'), 0, CEILING),
        Record(Case('ceiling'), 1, replace(CEILING, convolution={'float32': 3e9, 'bfloat16': 1e9})),
    ]
    (one,) = rate_summaries([*ceilings, rate_record(way, 0, 5)])
    assert one.share.median == pytest.approx(one.flops.median / best)


def test_a_failure_is_told_and_the_other_repetitions_count():
    failed = Record(Case('rate', 'float32', 32, 'p'), 0, None, 'killed')
    (one,) = rate_summaries([failed, rate_record('float32', 1, 10)])
    assert one.failures == ('killed',)
    assert one.evaluations_per_second == Spread(1.0, 1.0, 1.0)
    (nothing,) = rate_summaries([failed])
    assert nothing.evaluations_per_second is None and nothing.times is None


def test_a_race_is_summed_up_for_each_mark_within_each_repetition():
    """Old: losses 5 and 2 after 100 and 300 s. Ours: 5 after 4 s, 2 after 10 s, or never."""
    old = Race([1.0], [9.0], [Mark(10, 100.0, 5.0), Mark(25, 300.0, 2.0)])
    case = Case('race', 'bfloat16', 32, 'p')
    records = [
        Record(replace(case, way=OLD_WAY), 0, old),
        Record(case, 0, Race([4.0, 10.0], [5.0, 1.5], [])),
        Record(replace(case, way=OLD_WAY), 1, old),
        Record(case, 1, Race([5.0, 10.0], [4.0, 3.0], [])),
    ]
    first, second = race_summaries(records)
    assert (first.iterations, first.loss.median, first.old_seconds.median) == (10, 5.0, 100.0)
    assert first.sooner == Spread(22.5, 20.0, 25.0) and first.missed == 0
    assert second.iterations == 25 and second.sooner == Spread(30.0, 30.0, 30.0)
    assert second.missed == 1


def test_a_race_without_an_old_way_has_no_ratio():
    case = Case('race', 'float32', 32, 'p')
    records = [
        Record(replace(case, way=OLD_WAY), 0, None, 'killed'),
        Record(case, 0, None, 'no loss'),
        Record(replace(case, pair='q', way=OLD_WAY), 0, Race([1.0], [9.0], [Mark(10, 9.0, 5.0)])),
    ]
    (one,) = race_summaries(records)
    assert one.sooner is None and one.failures == ('killed', 'no loss')


@given(st.lists(st.floats(0.1, 1e9), min_size=1))
def test_the_median_lies_within_the_spread(values):
    spread = Spread.of(values)
    assert min(values) == spread.least <= spread.median <= spread.greatest == max(values)
