"""The Adam driver against a plain NumPy Adam, and its contract."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nst_lbfgs.search.adam import AdamSearch
from nst_lbfgs.search.evaluations import Evaluation, Terms
from nst_lbfgs.search.lbfgs import Box, StopSearch
from nst_lbfgs.search.listener import Listener

from ..support.settings import transfer_config
from .test_lbfgs import START, rosenbrock

WIDE = Box(np.full(12, -1e9), np.full(12, 1e9))


def numpy_adam(function, x, *, steps, learning_rate, beta_1, epsilon, decay=1.0, decay_every=1):
    """Kingma and Ba (2015), in the form of section 2's last paragraph, which is Keras's:

    x <- x - rate sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon)
    """
    beta_2 = 0.999
    mean, variance = np.zeros_like(x), np.zeros_like(x)
    for t in range(1, steps + 1):
        gradient = function(x)[1]
        mean = beta_1 * mean + (1 - beta_1) * gradient
        variance = beta_2 * variance + (1 - beta_2) * gradient**2
        rate = learning_rate * decay ** ((t - 1) // decay_every)
        rate *= np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        x = x - rate * mean / (np.sqrt(variance) + epsilon)
    return x


class Run(Listener):
    """One search by Adam, with what it told."""

    def __init__(self, settings, function=rosenbrock, box=None, state=None):
        self.marks, self.states, self.counts, self.reports = [], [], [], []
        clip = box is not None
        config = transfer_config(optimizer='adam', precision='float64', clip=clip, **settings)

        def evaluate(x):
            loss, gradient = function(x)
            return Evaluation(Terms(0.0, loss, 0.0), gradient)

        self.search = AdamSearch(evaluate, START.copy(), config, box=box or WIDE, state=state, listener=self)

    def evaluated(self, count, loss):
        self.counts.append(count)

    def iteration_done(self, search, iteration, place):
        self.marks.append((iteration, place.x))
        self.states.append(search.state)

    def trouble(self, text):
        self.reports.append(text)


def run(settings, function=rosenbrock, box=None):
    """Return the marked points, in float64."""
    search = Run(settings, function, box)
    search.search.run()
    return search.marks


@pytest.mark.parametrize('beta_1, epsilon', [(0.9, 1e-7), (0.99, 0.1)])
def test_steps_are_those_of_numpy(beta_1, epsilon):
    marks = run(
        {
            'iterations': 3,
            'evaluations_per_iteration': 7,
            'learning_rate': 0.05,
            'beta_1': beta_1,
            'epsilon': epsilon,
        }
    )
    assert [iteration for iteration, _ in marks] == [0, 1, 2]
    for iteration, x in marks:
        expected = numpy_adam(
            rosenbrock, START, steps=7 * (iteration + 1), learning_rate=0.05, beta_1=beta_1, epsilon=epsilon
        )
        np.testing.assert_allclose(x, expected, atol=1e-5)  # Keras computes the rate in float32


def test_the_learning_rate_falls_in_stairs():
    """0.3 times 0.8 after every 4 steps: the fifth step is the first with 0.24, 0.06 shorter."""
    marks = run(
        {
            'iterations': 9,
            'evaluations_per_iteration': 1,
            'learning_rate': 0.3,
            'learning_rate_decay': 0.8,
            'decay_every': 4,
        }
    )
    for iteration, x in marks:
        expected = numpy_adam(
            rosenbrock,
            START,
            steps=iteration + 1,
            learning_rate=0.3,
            beta_1=0.9,
            epsilon=1e-7,
            decay=0.8,
            decay_every=4,
        )
        np.testing.assert_allclose(x, expected, atol=1e-4)


def test_the_minimum_is_found():
    marks = run(
        {'iterations': 1, 'evaluations_per_iteration': 600, 'learning_rate': 0.05},
        lambda x: (float(x @ x), 2 * x),
    )
    np.testing.assert_allclose(marks[-1][1], 0, atol=1e-3)


def test_every_evaluated_and_marked_point_is_within_the_bounds():
    """The minimum of (x - 3)^2 lies outside: the search ends on the bound."""
    low, high = np.full(12, -1.0), np.linspace(0.5, 2, 12)
    seen = []

    def away(x):
        seen.append(x)
        return float(np.sum((x - 3) ** 2)), 2 * (x - 3)

    marks = run(
        {'iterations': 2, 'evaluations_per_iteration': 100, 'learning_rate': 0.1}, away, Box(low, high)
    )
    for x in [*seen[1:], *(x for _, x in marks)]:
        assert (low <= x).all() and (x <= high).all()
    np.testing.assert_allclose(marks[-1][1], high)


def test_each_step_costs_one_evaluation_and_the_start_one():
    calls = []
    run(
        {'iterations': 2, 'evaluations_per_iteration': 5},
        lambda x: (calls.append(x), (0.0, np.ones_like(x)))[1],
    )
    assert len(calls) == 11


@pytest.mark.parametrize('cut', [0, 1, 2])
def test_taken_up_again_it_is_the_same_bit_for_bit(cut):
    """Moments, bias correction, stairs of the learning rate, and the number of evaluations."""
    settings = {
        'iterations': 4,
        'evaluations_per_iteration': 3,
        'learning_rate': 0.3,
        'learning_rate_decay': 0.8,
        'decay_every': 4,
    }
    whole = Run(settings)
    whole.search.run()
    resumed = Run(settings, state=whole.states[cut])
    resumed.search.run()
    assert resumed.counts == whole.counts[whole.states[cut].done.evaluations :]
    assert resumed.states[-1].done == whole.states[-1].done and not resumed.reports
    for (_, expected), (_, actual) in zip(whole.marks[cut + 1 :], resumed.marks, strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_without_moments_it_says_that_they_are_fresh():
    """As from a checkpoint of version 0.1.0."""
    whole = Run({'iterations': 2, 'evaluations_per_iteration': 3})
    whole.search.run()
    old = replace(whole.states[0], moments=(), gradient=np.empty(0))
    resumed = Run({'iterations': 2, 'evaluations_per_iteration': 3}, state=old)
    resumed.search.run()
    assert len(resumed.reports) == 1 and 'moments of Adam' in resumed.reports[0]
    assert [iteration for iteration, _ in resumed.marks] == [1]


def test_a_callback_may_stop_the_search():
    def stop(search, iteration, place):
        raise StopSearch('enough')

    search = Run({'iterations': 2})
    search.iteration_done = stop
    with pytest.raises(StopSearch, match='enough'):
        search.search.run()


def test_the_best_place_is_not_forgotten_when_it_is_not_the_last():
    """A learning rate that grows leaves it behind, as an interrupted line search can."""
    settings = {
        'evaluations_per_iteration': 1,
        'learning_rate': 0.05,
        'learning_rate_decay': 9,
        'decay_every': 4,
    }
    whole = Run(settings | {'iterations': 10})
    whole.search.run()
    assert whole.search.best.loss < whole.search.place.loss
    resumed = Run(settings | {'iterations': 11}, state=whole.search.state)
    assert resumed.search.best.loss == whole.search.best.loss
    np.testing.assert_array_equal(resumed.search.best.x, whole.search.best.x)


def test_with_nothing_left_to_do_nothing_is_evaluated_or_told():
    whole = Run({'iterations': 2})
    whole.search.run()
    old = replace(whole.search.state, moments=(), gradient=np.empty(0))
    again = Run({'iterations': 2}, state=old)
    again.search.run()
    assert not again.reports and not again.counts and again.search.evaluations == whole.search.evaluations
