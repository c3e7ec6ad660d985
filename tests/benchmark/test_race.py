"""The race: marks, its end, and the clock."""

from __future__ import annotations

import time

import numpy as np
import pytest

from nst_lbfgs.benchmark import race
from nst_lbfgs.benchmark.pairs import Pair
from nst_lbfgs.errors import MeasurementError


def test_a_race_has_marks_and_our_way_ends_at_the_loss(pair, network):
    old = race.race_old_way(pair, network, [1, 2])
    assert [mark.iterations for mark in old.marks] == [1, 2]
    assert len(old.seconds) == len(old.losses) >= 40
    assert old.seconds == sorted(old.seconds)
    assert old.marks[0].seconds < old.marks[1].seconds
    target = old.marks[0].loss
    ours = race.race_our_way('float32', pair, network, 2, target)
    assert ours.marks == []
    assert ours.losses[-1] <= target < min(ours.losses[:-1])


def test_a_race_that_cannot_be_won_ends_after_as_many_steps_as_the_old_way_has_evaluations(
    pair, network, monkeypatch
):
    monkeypatch.setattr(race, 'EVALUATIONS', 3)
    assert len(race.race_our_way('float32', pair, network, 2, 0.0).losses) == 6


def test_an_old_way_that_ends_early_is_no_race(network):
    grey = np.full((32, 32, 3), 128, np.uint8)
    with pytest.raises(MeasurementError, match='before its iteration 2'):
        race.race_old_way(Pair(grey, grey), network, [1, 2])


def test_the_clock_stands_still_while_it_is_stopped(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, 'perf_counter', lambda: now[0])
    clock = race.Clock()
    now[0] += 2
    with clock.stopped():
        now[0] += 30
    now[0] += 1
    assert clock.seconds == 3
