"""Searches left and taken up again, and searches whose numbers go wrong, on known functions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from nst_lbfgs.errors import LineSearchError, NonFiniteLossError
from nst_lbfgs.search.curvature import CurvatureMemory, Pairs
from nst_lbfgs.search.evaluations import Evaluation, Place, Terms
from nst_lbfgs.search.initial_hessian import SpectralInverseHessian
from nst_lbfgs.search.lbfgs import Box, Ending, StopSearch
from nst_lbfgs.search.listener import Listener
from nst_lbfgs.search.recovery import Search

from ..support.settings import transfer_config

SIZE = 48
START = np.random.default_rng(1).normal(0, 3, SIZE)
WIDE = Box(np.full(SIZE, -1e9), np.full(SIZE, 1e9))
CURVATURES = np.logspace(0, 3, SIZE)


def valley(x):
    """A convex function of condition 1000 with a quartic part, 0 at 0, and its gradient."""
    return (float(0.5 * x @ (CURVATURES * x) + 0.25 * np.sum(x**4)), CURVATURES * x + x**3)


class Run(Listener):
    """One search, with what it told its callers."""

    def __init__(self, function, *, state=None, box=WIDE, initial=None, **settings):
        self.losses, self.marks, self.states, self.reports = [], [], [], []
        self.config = transfer_config(**{'iterations': 6, 'evaluations_per_iteration': 8} | settings)
        self._function = function
        self.search = Search(
            self._evaluate,
            START.copy(),
            self.config,
            initial=initial,
            box=box,
            state=state,
            listener=self,
        )

    def _evaluate(self, x):
        loss, gradient = self._function(x)
        self.losses.append(loss)
        return Evaluation(Terms(loss, 0.0, 0.0), gradient)

    def iteration_done(self, search, iteration, place):
        self.marks.append((iteration, place.x.copy()))
        self.states.append(search.state)

    def trouble(self, text):
        self.reports.append(text)

    def run(self):
        self.ending = self.search.run()
        return self


def inverse_hessian(pairs, initial):
    """The BFGS inverse Hessian of the pairs, densely, by its definition."""
    identity = np.eye(len(pairs.steps[0]))
    s, y = pairs.steps[-1].astype(float), pairs.gradient_changes[-1].astype(float)
    h = s @ y / (y @ initial @ y) * initial
    for s, y in zip(pairs.steps, pairs.gradient_changes):
        s, y = s.astype(float), y.astype(float)
        v = identity - np.outer(y, s) / (s @ y)
        h = v.T @ h @ v + np.outer(s, s) / (s @ y)
    return h


def random_pairs(count, seed=0):
    generator = np.random.default_rng(seed)
    steps = generator.normal(size=(count, SIZE)).astype(np.float32)
    return Pairs(tuple(steps), tuple((CURVATURES * steps).astype(np.float32)))


def spectral(pairs=Pairs()):
    """An initial matrix for pictures of 4 x 4 pixels that has learnt from the pairs."""
    hessian = SpectralInverseHessian((4, 4, 3), 0.45)
    hessian.learn(
        [(hessian.powers(s), hessian.powers(y)) for s, y in zip(pairs.steps, pairs.gradient_changes)]
    )
    return hessian


@pytest.mark.parametrize('count', [1, 2, 7])
@pytest.mark.parametrize('name', ['unit', 'spectral'])
def test_the_direction_is_minus_the_inverse_hessian_times_the_gradient(name, count):
    gradient, pairs = np.linspace(-2, 3, SIZE), random_pairs(count)
    if name == 'unit':
        memory, initial = CurvatureMemory(10, pairs), np.eye(SIZE)
    else:
        memory = CurvatureMemory(10, pairs, SpectralInverseHessian((4, 4, 3), 0.45))
        initial = np.stack([spectral(pairs).times(column) for column in np.eye(SIZE)], axis=1)
    expected = -inverse_hessian(pairs, initial) @ gradient
    np.testing.assert_allclose(
        memory.direction(gradient, 1.0), expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max()
    )


def test_the_first_direction_has_the_length_asked_for_where_the_initial_matrix_is_the_unit_matrix():
    gradient = np.linspace(-2, 3, SIZE)
    direction = CurvatureMemory(5, initial=spectral()).direction(gradient, 4.0)
    np.testing.assert_allclose(np.cross(direction[:3], -spectral().times(gradient)[:3]), 0, atol=1e-12)
    matrix = np.stack([spectral().times(column) for column in np.eye(SIZE)], axis=1)
    assert direction @ np.linalg.solve(matrix, direction) == pytest.approx(16.0)


def test_a_gradient_of_zero_has_no_direction():
    assert not CurvatureMemory(5, initial=spectral()).direction(np.zeros(SIZE), 4.0).any()


def test_directions_are_in_the_precision_of_the_gradient():
    gradient = np.linspace(-2, 3, SIZE).astype(np.float32)
    wide = CurvatureMemory(9, random_pairs(7), spectral()).direction(gradient.astype(float), 1.0)
    narrow = CurvatureMemory(9, random_pairs(7), spectral()).direction(gradient, 1.0)
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, wide, rtol=1e-3, atol=1e-4 * np.abs(wide).max())


def test_the_memory_is_that_of_scipys_l_bfgs():
    """The pairs kept from the iterates are those that scipy used, of which `hess_inv` has copies."""
    memory = CurvatureMemory(5, Pairs())
    memory.add(START, valley(START)[1])
    result = minimize(
        valley,
        START,
        jac=True,
        method='L-BFGS-B',
        options={'maxcor': 5, 'maxiter': 12},
        callback=lambda x: memory.add(x.copy(), valley(x)[1]),
    )
    ours, scipys = memory.pairs(), result.hess_inv
    assert len(ours.steps) == 5
    for step, change in zip(ours.steps[:-1], ours.gradient_changes[:-1]):
        # scipy keeps them in a ring, and its last pair is not in it yet when it stops.
        at = np.argmin(np.linalg.norm(scipys.sk - step, axis=1))
        np.testing.assert_allclose(scipys.sk[at], step, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(scipys.yk[at], change, rtol=1e-4, atol=1e-4)


def test_pairs_without_curvature_are_not_taken_from_a_state():
    """As a damaged or foreign checkpoint may have them: they would point uphill, or divide by zero."""
    (step, *_), (change, *_) = random_pairs(1).steps, random_pairs(1).gradient_changes
    memory = CurvatureMemory(5, Pairs((step, 0 * step, step), (change, change, -change)))
    assert len(memory.pairs().steps) == 1


def test_pairs_without_curvature_are_left_out():
    memory = CurvatureMemory(3, Pairs())
    for iterate, gradient in ((0.0, 0.0), (1.0, -1.0), (2.0, 5.0)):
        memory.add(np.full(4, iterate), np.full(4, gradient))
    assert len(memory.pairs().steps) == 1


@pytest.mark.parametrize(
    'settings', [{'restart': True}, {'initial': spectral()}, {'initial': spectral(), 'restart': True}]
)
@pytest.mark.parametrize('cut', range(5))
def test_a_search_goes_on_bit_for_bit(cut, settings):
    """With restarts, and with an initial matrix: all of its steps are ours."""
    whole = Run(valley, **settings).run()
    resumed = Run(valley, state=whole.states[cut], **settings).run()
    for (_, expected), (_, actual) in zip(whole.marks[cut + 1 :], resumed.marks, strict=True):
        np.testing.assert_array_equal(actual, expected)
    assert resumed.losses == whole.losses[-len(resumed.losses) :]
    assert resumed.states[-1].done == whole.states[-1].done


@pytest.mark.parametrize('initial', [None, spectral()])
@pytest.mark.parametrize('cut', range(5))
def test_the_loss_goes_on_falling_as_it_would_have(initial, cut):
    """Without restarts the evaluations after the cut are those of the search that was never left, but
    for rounding; fresh memory would make others."""
    settings = {'initial': initial, 'history': 5}
    whole = Run(valley, **settings).run()
    state = whole.states[cut]
    expected = whole.losses[state.done.evaluations :]
    resumed = Run(valley, state=state, **settings).run()
    fresh = Run(valley, state=replace(state, pairs=Pairs()), **settings).run()
    assert len(resumed.losses) == len(expected)
    np.testing.assert_allclose(resumed.losses[:8], expected[:8], rtol=1e-3)
    assert np.max(np.abs(np.log(fresh.losses[:8] / np.array(expected[:8])))) > 0.05


def test_a_search_that_was_resumed_can_be_resumed_again():
    whole = Run(valley).run()
    state = whole.states[0]
    for expected in whole.states[1:4]:
        state = Run(valley, state=state).run().states[0]
        assert state.done == expected.done
        assert len(state.pairs.steps) == len(expected.pairs.steps)
    assert state.terms.loss == pytest.approx(expected.terms.loss, rel=0.05)


def test_stopped_in_mid_iteration_the_state_is_that_of_the_last_step():
    def stop(x):
        if len(run.losses) == 13:
            raise StopSearch('enough')
        return valley(x)

    run = Run(stop)
    with pytest.raises(StopSearch):
        run.run()
    state = run.search.state
    assert state.done.iterations == 1 and 8 < state.done.evaluations <= 13
    assert valley(state.iterate)[0] == run.losses[state.done.evaluations - 1]


def test_bounds_hold_throughout_and_after_resuming():
    box, seen = Box(np.full(SIZE, 0.5), np.full(SIZE, 2.0)), []

    def watched(x):
        seen.append(x.copy())
        return valley(x)

    whole = Run(watched, box=box, bounds=True, evaluations_per_iteration=3).run()
    Run(watched, box=box, bounds=True, state=whole.states[0], evaluations_per_iteration=3).run()
    assert np.min(seen) == 0.5 and np.max(seen) <= 2.0
    np.testing.assert_allclose(whole.search.x, 0.5)


def failing(evaluations, value=np.nan):
    """valley, but at these evaluations, counted from 1, the loss goes wrong, unless x is known."""
    count, known = 0, set()

    def function(x):
        nonlocal count
        count += 1
        loss, gradient = valley(x)
        if count in evaluations and x.tobytes() not in known:
            if not np.isfinite(value):
                raise NonFiniteLossError(f'The loss is {value}')
            return value, gradient
        known.add(x.tobytes())
        return loss, gradient

    return function


@pytest.mark.parametrize('restart', [False, True])
def test_after_one_bad_number_the_search_goes_on_from_the_best_with_fresh_memory(restart):
    run = Run(failing({11}), restart=restart).run()
    assert run.ending is Ending.ALL_DONE
    assert len(run.reports) == 1 and 'evaluation 11' in run.reports[0]
    assert 'fresh memory' in run.reports[0]
    assert run.losses[10] == min(run.losses[:11])
    assert [iteration for iteration, _ in run.marks] == list(range(6))


def test_the_second_time_it_goes_on_within_bounds():
    box, seen = Box(np.full(SIZE, -1.0), np.full(SIZE, 1.0)), []
    broken = failing({11, 14})

    def watched(x):
        seen.append(x.copy())
        return broken(x)

    run = Run(watched, box=box).run()
    assert run.ending is Ending.ALL_DONE
    assert 'fresh memory' in run.reports[0] and 'within bounds' in run.reports[1]
    assert np.max(np.abs(seen[:14])) > 1 and np.max(np.abs(seen[14:])) <= 1
    assert run.search.state.bounded


@pytest.mark.parametrize('bounds, reports', [(False, 2), (True, 1)])
def test_the_third_time_it_gives_up(bounds, reports):
    run = Run(failing(range(11, 99)), bounds=bounds)
    with pytest.raises(NonFiniteLossError):
        run.run()
    assert len(run.reports) <= reports


@pytest.mark.parametrize('restart', [False, True])
def test_an_exploding_loss_is_a_failed_line_search(restart):
    """Finite but useless numbers: L-BFGS-B tries shorter and shorter steps, then fails."""
    run = Run(failing(range(12, 200), 1e30), restart=restart, iterations=40).run()
    assert run.ending is Ending.CONVERGED
    assert 'line search failed' in run.reports[0] and 'within bounds' in run.reports[-1]
    loss = valley(run.search.x)[0]
    assert loss == min(run.losses) and loss < valley(START)[0]


def test_a_loss_that_never_falls_is_an_error():
    run = Run(failing(range(2, 10_000), 1e30))
    with pytest.raises(LineSearchError, match='line search failed'):
        run.run()


def test_a_minimum_ends_the_search_without_an_error():
    run = Run(lambda x: (1.0 + float(x @ x), 2 * x)).run()
    assert run.ending is Ending.CONVERGED
    np.testing.assert_allclose(run.search.x, 0, atol=1e-7)
    assert [iteration for iteration, _ in run.marks] == list(range(len(run.marks)))


def test_bad_numbers_from_the_start_are_an_error():
    with pytest.raises(NonFiniteLossError, match='evaluation 1'):
        Run(failing({1})).run()


def test_numbers_that_keep_going_wrong_use_no_more_than_the_evaluations():
    """Each 9th evaluation fails; troubles far apart count anew, and the search still ends."""
    run = Run(failing(range(9, 2000, 9)), iterations=10).run()
    assert run.ending is Ending.ALL_DONE
    assert len(run.losses) < 10 * 8 + 30


@pytest.mark.parametrize('settings', [{}, {'restart': True}, {'bounds': True}])
@pytest.mark.parametrize('cut', range(5))
def test_stopped_early_a_resumed_search_has_no_worse_best_than_it_began_with(settings, cut):
    """A trial of the first line search is not the best place, though the first that was evaluated since."""
    whole = Run(valley, **settings).run()
    state = whole.states[cut]
    begun = valley(whole.marks[cut][1])[0]
    for evaluations in (1, 2, 3):

        def stop(x, evaluations=evaluations):
            if len(run.losses) == evaluations:
                raise StopSearch('enough')
            return valley(x)

        run = Run(stop, state=state, **settings)
        with pytest.raises(StopSearch):
            run.run()
        assert run.search.best.loss <= begun
        assert valley(run.search.best.x)[0] == run.search.best.loss


def test_the_numbers_of_evaluations_go_on():
    whole = Run(valley).run()
    resumed = Run(valley, state=whole.states[2])
    assert resumed.search.evaluations == whole.states[2].done.evaluations
    resumed.run()
    assert resumed.search.evaluations == whole.search.evaluations == len(whole.losses)


def test_where_nothing_is_left_to_do_an_unknown_loss_is_measured():
    """As in a checkpoint of version 0.1.0 that was left in mid-iteration."""
    whole = Run(valley).run()
    state = replace(whole.search.state, terms=None)
    resumed = Run(valley, state=state).run()
    assert resumed.ending is Ending.ALL_DONE and len(resumed.losses) == 1
    assert resumed.search.place.loss == whole.search.place.loss


def test_the_lowest_trial_is_not_forgotten():
    whole = Run(valley, iterations=1).run()
    lower = Place(np.zeros(SIZE), Terms(0.0, 0.0, 0.0))
    resumed = Run(valley, state=replace(whole.search.state, best=lower), iterations=1).run()
    assert resumed.search.best is lower and resumed.search.state.best.loss == 0
