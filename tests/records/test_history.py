"""What happened in a run, kept in its record."""

from __future__ import annotations

import json

import pytest

from nst_lbfgs.errors import RecordError
from nst_lbfgs.records import history
from nst_lbfgs.records.history import History, Point, history_of, iterations_of

ITERATION = {
    'iteration': 0,
    'evaluations': 2,
    'loss': 3.0,
    'content_loss': 1,
    'style_loss': 1.5,
    'total_variation_loss': 0.5,
    'seconds': 0.25,
}


def told(*losses):
    """A history of evaluations with these losses."""
    kept = History()
    kept.begin()
    for number, loss in enumerate(losses, start=1):
        kept.evaluated(number, loss)
    return kept


def test_what_is_written_is_read():
    kept = told(5.0, 4.0)
    kept.happened('a disk was full')
    kept.evaluated(3, 3.5)
    assert history_of(json.loads(json.dumps(kept.record()))) == kept
    assert [event.evaluation for event in kept.events] == [2]


def test_an_evaluation_at_a_smaller_size_is_not_kept():
    kept = told(5.0)
    kept.evaluated(0, 1.0)
    assert [point.loss for point in kept.points] == [5.0]


def test_a_long_run_keeps_every_second_or_fourth(monkeypatch):
    monkeypatch.setattr(history, 'MOST_POINTS', 10)
    numbers = [point.evaluation for point in told(*range(100, 0, -1)).points]
    assert numbers == list(range(16, 101, 16))


def test_the_clock_of_a_resumed_run_goes_on_from_the_last_evaluation():
    kept = History([Point(4, 100.0, 2.0)])
    kept.begin()
    kept.evaluated(5, 1.0)
    assert 100 <= kept.points[-1].seconds < 160


def test_a_record_without_a_history_has_an_empty_one():
    assert history_of({}) == History() and iterations_of({}) == []


@pytest.mark.parametrize(
    'written',
    [
        [],
        {'evaluation': [1], 'seconds': [0.1], 'loss': []},
        {'evaluation': [1], 'seconds': [0.1], 'loss': [1.0]},
        {'evaluation': [-1], 'seconds': [0.1], 'loss': [1.0], 'events': []},
        {'evaluation': [1], 'seconds': ['x'], 'loss': [1.0], 'events': []},
        {'evaluation': [1], 'seconds': [0.1], 'loss': [float('nan')], 'events': []},
        {'evaluation': [1], 'seconds': [0.1], 'loss': [10**400], 'events': []},
        {'evaluation': [], 'seconds': [], 'loss': [], 'events': [3]},
        {'evaluation': [], 'seconds': [], 'loss': [], 'events': [{'text': 'x', 'evaluation': True}]},
    ],
)
def test_a_history_that_no_run_has_left_is_refused(written):
    with pytest.raises(RecordError, match='Expected'):
        history_of({'history': written})


@pytest.mark.parametrize(
    'iterations',
    [5, [5], [{}], [ITERATION | {'loss': None}], [ITERATION | {'loss': float('inf')}]],
)
def test_iterations_that_no_run_has_left_are_refused(iterations):
    assert iterations_of({'iterations': [ITERATION]})[0].loss == 3
    with pytest.raises(RecordError, match='Expected'):
        iterations_of({'iterations': iterations})
