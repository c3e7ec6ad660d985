"""The L-BFGS driver on functions whose minimum is known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import fmin_l_bfgs_b

from nst_lbfgs.search.evaluations import Evaluation, Evaluations, Terms
from nst_lbfgs.search.lbfgs import Box, Descent, Ending, StopSearch

from ..support.settings import transfer_config

START = np.linspace(-1.5, 2, 12)


def rosenbrock(x):
    """Return the chained Rosenbrock function, 0 at (1, ..., 1), and its gradient."""
    a, b = x[:-1], x[1:]
    gradient = np.zeros_like(x)
    gradient[:-1] = -400 * a * (b - a**2) - 2 * (1 - a)
    gradient[1:] += 200 * (b - a**2)
    return float(np.sum(100 * (b - a**2) ** 2 + (1 - a) ** 2)), gradient


def evaluations_of(function, **settings):
    """Return the evaluations of a function that returns the loss and the gradient."""

    def evaluate(x):
        loss, gradient = function(x)
        return Evaluation(Terms(0.0, loss, 0.0), gradient)

    tell = settings.pop('tell', lambda count, loss: None)
    return Evaluations(evaluate, tell, **settings)


def run(function, marked=0, count=0, box=None, start=START, **settings):
    """Return the ending, the marked iterates and the number of evaluations at each mark."""
    marks = []
    evaluations = evaluations_of(function, count=count)
    descent = Descent(
        evaluations,
        transfer_config(**settings),
        lambda iteration, place: marks.append((iteration, place.x, evaluations.count)),
        marked=marked,
        box=box,
    )
    return descent.run(start.copy()), marks


@pytest.mark.parametrize('restart', [False, True])
def test_the_minimum_is_found(restart):
    _, marks = run(rosenbrock, iterations=40, restart=restart)
    np.testing.assert_allclose(marks[-1][1], np.ones(12), atol=1e-3)


@pytest.mark.parametrize('restart', [False, True])
def test_iterations_are_marked_from_zero_with_falling_loss(restart):
    ending, marks = run(rosenbrock, iterations=4, evaluations_per_iteration=8, restart=restart)
    assert [iteration for iteration, _, _ in marks] == [0, 1, 2, 3]
    losses = [rosenbrock(x)[0] for _, x, _ in marks]
    assert losses == sorted(losses, reverse=True)
    assert ending is Ending.ALL_DONE


def test_restarts_are_the_keras_examples_loop():
    x, expected = START.copy(), []
    for _ in range(3):
        x, _, _ = fmin_l_bfgs_b(rosenbrock, x, maxfun=20)
        expected.append(x)
    _, marks = run(rosenbrock, iterations=3, restart=True, history=10)
    for (_, actual, _), wanted in zip(marks, expected):
        np.testing.assert_array_equal(actual, wanted)


def test_one_continuous_call_spends_each_iterations_evaluations_and_little_more():
    _, marks = run(rosenbrock, iterations=4, evaluations_per_iteration=5)
    for iteration, _, count in marks:
        assert 5 * (iteration + 1) <= count < 5 * (iteration + 2)


def test_continuous_iterates_are_those_of_a_single_uninterrupted_call():
    steps = []
    fmin_l_bfgs_b(
        rosenbrock, START.copy(), factr=0, pgtol=0, maxiter=30, callback=lambda x: steps.append(x.copy())
    )
    _, marks = run(rosenbrock, iterations=4, evaluations_per_iteration=5, history=10)
    for _, x, _ in marks:
        assert any(np.array_equal(x, step) for step in steps)


def test_marked_iterates_are_copies():
    _, marks = run(rosenbrock, iterations=3, evaluations_per_iteration=4)
    assert len({x.tobytes() for _, x, _ in marks}) == 3


def test_a_minimum_ends_the_search_early():
    ending, marks = run(lambda x: (1.0 + float(x @ x), 2 * x), iterations=10)
    assert ending in (Ending.CONVERGED, Ending.LINE_SEARCH_FAILED) and not marks


def test_a_search_that_cannot_succeed_is_reported():
    """A function that grows with every call, whatever x is, has no descent direction."""
    calls = itertools.count(1.0)
    ending, marks = run(lambda x: (next(calls), 2 * x), iterations=3)
    assert ending is Ending.LINE_SEARCH_FAILED and not marks


@pytest.mark.parametrize('restart', [False, True])
def test_what_is_done_is_not_done_again(restart):
    ending, marks = run(
        rosenbrock, marked=2, count=16, iterations=4, evaluations_per_iteration=8, restart=restart
    )
    assert ending is Ending.ALL_DONE
    assert [iteration for iteration, _, _ in marks] == [2, 3]


@pytest.mark.parametrize('restart', [False, True])
def test_a_box_is_never_left(restart):
    seen = []

    def watched(x):
        seen.append(x.copy())
        return rosenbrock(x)

    run(watched, box=Box(np.full(12, -0.5), np.full(12, 0.7)), iterations=3, restart=restart)
    assert np.min(seen) >= -0.5 and np.max(seen) <= 0.7
    assert np.max(seen) == 0.7  # the minimum at 1 is outside


@pytest.mark.parametrize('restart', [False, True])
def test_a_callback_may_stop_the_search(restart):
    def stop(iteration, place):
        raise StopSearch('enough')

    with pytest.raises(StopSearch, match='enough'):
        Descent(evaluations_of(rosenbrock), transfer_config(restart=restart), stop).run(START.copy())


@pytest.mark.parametrize('restart', [False, True])
@pytest.mark.parametrize('words', ['', 'CONVERGENCE: NORM OF PROJECTED GRADIENT <= PGTOL'])
def test_convergence_is_read_from_the_gradient_and_not_from_scipys_words(restart, words, monkeypatch):
    """At a minimum the gradient is 0; elsewhere a call that lowers nothing has failed, whatever it says."""

    def fmin(*arguments, **settings):
        x, loss, outcome = fmin_l_bfgs_b(*arguments, **settings)
        return x, loss, outcome | {'task': words}

    monkeypatch.setattr('nst_lbfgs.search.lbfgs.fmin_l_bfgs_b', fmin)
    at_minimum, _ = run(lambda x: (1.0, np.zeros_like(x)), iterations=2, restart=restart)
    assert at_minimum is Ending.CONVERGED
    calls = itertools.count(1.0)
    growing, _ = run(lambda x: (next(calls), 2 * x), iterations=2, restart=restart)
    assert growing is Ending.LINE_SEARCH_FAILED


@pytest.mark.parametrize('restart', [False, True])
def test_a_gradient_that_points_out_of_the_box_counts_as_0(restart):
    box = Box(np.full(12, -1.0), np.full(12, 1.0))
    ending, _ = run(lambda x: (float(x.sum()), np.ones(12)), box=box, start=-np.ones(12), restart=restart)
    assert ending is Ending.CONVERGED
