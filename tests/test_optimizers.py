"""The L-BFGS driver on functions whose minimum is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import fmin_l_bfgs_b

from nst_lbfgs.config import TransferConfig
from nst_lbfgs.optimizers import Box, Done, Ending, StopSearch, minimize_lbfgs

START = np.linspace(-1.5, 2, 12)


def rosenbrock(x):
    """Return the chained Rosenbrock function, 0 at (1, ..., 1), and its gradient."""
    a, b = x[:-1], x[1:]
    gradient = np.zeros_like(x)
    gradient[:-1] = -400 * a * (b - a**2) - 2 * (1 - a)
    gradient[1:] += 200 * (b - a**2)
    return float(np.sum(100 * (b - a**2)**2 + (1 - a)**2)), gradient


def run(function, **settings):
    """Return the stop reason, the marked iterates and the number of evaluations at each mark."""
    marks, count = [], 0

    def counted(x):
        nonlocal count
        count += 1
        return function(x)

    reason = minimize_lbfgs(counted, START.copy(), TransferConfig(**settings),
                            lambda iteration, x: marks.append((iteration, x, count)))
    return reason, marks


@pytest.mark.parametrize('restart', [False, True])
def test_the_minimum_is_found(restart):
    _, marks = run(rosenbrock, iterations=40, restart=restart)
    np.testing.assert_allclose(marks[-1][1], np.ones(12), atol=1e-3)


@pytest.mark.parametrize('restart', [False, True])
def test_iterations_are_marked_from_zero_with_falling_loss(restart):
    reason, marks = run(rosenbrock, iterations=4, evaluations_per_iteration=8, restart=restart)
    assert [iteration for iteration, _, _ in marks] == [0, 1, 2, 3]
    losses = [rosenbrock(x)[0] for _, x, _ in marks]
    assert losses == sorted(losses, reverse=True)
    assert reason is Ending.ALL_DONE


def test_restarts_are_the_keras_examples_loop():
    x, expected = START.copy(), []
    for _ in range(3):
        x, _, _ = fmin_l_bfgs_b(rosenbrock, x, maxfun=20)
        expected.append(x)
    _, marks = run(rosenbrock, iterations=3, restart=True)
    for (_, actual, _), wanted in zip(marks, expected):
        np.testing.assert_array_equal(actual, wanted)


def test_one_continuous_call_spends_each_iterations_evaluations_and_little_more():
    _, marks = run(rosenbrock, iterations=4, evaluations_per_iteration=5)
    for iteration, _, count in marks:
        assert 5 * (iteration + 1) <= count < 5 * (iteration + 2)


def test_continuous_iterates_are_those_of_a_single_uninterrupted_call():
    steps = []
    fmin_l_bfgs_b(rosenbrock, START.copy(), factr=0, pgtol=0, maxiter=30,
                  callback=lambda x: steps.append(x.copy()))
    _, marks = run(rosenbrock, iterations=4, evaluations_per_iteration=5)
    for _, x, _ in marks:
        assert any(np.array_equal(x, step) for step in steps)


def test_marked_iterates_are_copies():
    _, marks = run(rosenbrock, iterations=3, evaluations_per_iteration=4)
    assert len({x.tobytes() for _, x, _ in marks}) == 3


def test_a_minimum_ends_the_search_early():
    steps = []
    ending = minimize_lbfgs(lambda x: (1.0 + float(x @ x), 2 * x), START.copy(), TransferConfig(),
                            lambda iteration, x: None, step=steps.append)
    assert ending is Ending.CONVERGED
    np.testing.assert_allclose(steps[-1], 0, atol=1e-7)


def test_what_is_done_is_not_done_again():
    """Two of five iterations, and their 16 evaluations, are behind: three remain."""
    marks = []
    minimize_lbfgs(rosenbrock, START.copy(), TransferConfig(iterations=5, evaluations_per_iteration=8),
                   lambda iteration, x: marks.append(iteration), done=Done(2, 16))
    assert marks == [2, 3, 4]


@pytest.mark.parametrize('restart', [False, True])
def test_the_search_stays_inside_its_box(restart):
    """The minimum, 1, lies outside: all coordinates end on the box's edge or below."""
    box, seen = Box(np.full(12, -2.0), np.full(12, 0.5)), []

    def watched(x):
        seen.append(x.copy())
        return rosenbrock(x)

    minimize_lbfgs(watched, np.clip(START, -2, 0.5), TransferConfig(restart=restart),
                   lambda iteration, x: None, box=box)
    assert np.max(seen) <= 0.5 and np.min(seen) >= -2


@pytest.mark.parametrize('restart', [False, True])
def test_a_callback_may_stop_the_search(restart):
    def stop(iteration, x):
        raise StopSearch('enough')

    with pytest.raises(StopSearch, match='enough'):
        minimize_lbfgs(rosenbrock, START.copy(), TransferConfig(restart=restart), stop)
