"""tf.contrib.opt.ScipyOptimizerInterface: what it finds, prints, feeds and calls."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]

QUADRATIC = """
    import numpy as np
    import tensorflow as tf

    x = tf.Variable(np.full((2, 3), 5.0), dtype=tf.float32, name='x')
    unused = tf.Variable(1.0)
    aim = tf.placeholder(tf.float32, ())
    loss = tf.reduce_sum(tf.square(x - aim))
"""


def test_it_finds_the_minimum_and_leaves_it_in_the_variables(run_old: Run, capsys: Capture) -> None:
    """Fed values count, a variable that the loss does not depend on stays, callbacks are called."""
    code = run_old(
        QUADRATIC
        + """
    steps, losses = [], []
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(loss, method='L-BFGS-B', options={'maxiter': 20})
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        optimizer.minimize(
            session, feed_dict={aim: 3.0}, fetches=[loss, x],
            step_callback=lambda flat: steps.append(flat.copy()),
            loss_callback=lambda value, fed: losses.append((float(value), fed.copy())),
        )
        assert np.allclose(session.run(x), 3.0) and session.run(unused) == 1.0
    assert losses[0][0] == 24.0 and np.all(losses[0][1] == 5.0) and losses[-1][0] < 1e-6
    assert steps and all(step.shape == (7,) for step in steps)
    """
    )
    assert code == 0, capsys.readouterr().err


def test_variables_are_fed_until_the_search_has_ended(run_old: Run, capsys: Capture) -> None:
    """A callback that reads the variable gets its value from before, as in TensorFlow 1."""
    code = run_old(
        QUADRATIC
        + """
    session = tf.InteractiveSession()
    session.run(tf.global_variables_initializer())
    seen = []
    tf.contrib.opt.ScipyOptimizerInterface(loss, var_list=[x]).minimize(
        feed_dict={aim: 0.0}, loss_callback=lambda: seen.append(x.eval().max()))
    assert len(seen) > 1 and set(seen) == {5.0} and abs(x.eval().max()) < 1e-3
    """
    )
    assert code == 0, capsys.readouterr().err


def test_bounds_hold_and_lines_are_fortran_s(run_old: Run, capsys: Capture) -> None:
    """disp=1 prints each loss, of shape (1,) too, and projected gradient; SciPy warns of nothing."""
    code = run_old(
        QUADRATIC
        + """
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(
        tf.reshape(loss, [1]), var_list=[x], var_to_bounds={x: (4.0, np.inf)},
        options={'disp': 1, 'ftol': 1e-9, 'gtol': 1e-6})
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        optimizer.minimize(session, {aim: 3.0})
        assert np.allclose(session.run(x), 4.0)
    """
    )
    out, err = capsys.readouterr()
    assert code == 0 and err == ''
    assert 'At iterate    0    f=  2.40000D+01    |proj g|=  1.00000D+00' in out
    assert '|proj g|=  0.00000D+00' in out.splitlines()[-1]


def test_one_run_of_the_session_for_each_evaluation(run_old: Run, capsys: Capture) -> None:
    """Loss and gradient come together, and the graph does not grow on the way."""
    code = run_old(
        QUADRATIC
        + """
    import scipy.optimize
    calls = []
    class Counting(tf.Session):
        def run(self, *args, **kwargs):
            calls.append(len(self.graph.get_operations()))
            return super().run(*args, **kwargs)
    optimizer = tf.contrib.opt.ScipyOptimizerInterface(loss, var_list=[x])
    start = tf.global_variables_initializer()
    with Counting() as session:
        session.run(start)
        evaluations = []
        optimizer.minimize(session, {aim: 3.0}, loss_callback=lambda: evaluations.append(1))
    assert len(calls) == len(evaluations) + 3 and len(set(calls)) == 1, calls
    """
    )
    assert code == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    ('call', 'message'),
    [
        ('(loss, equalities=[loss])', 'Expected ScipyOptimizerInterface without constraints'),
        ('(loss, [x], bounds=[(0, 1)]).minimize(session)', 'Expected bounds to come from var_to_bounds'),
        ('(loss, [3.0])', 'Expected variables to optimise. Received: 3.0'),
    ],
)
def test_what_it_does_not_take_is_said(call: str, message: str, run_old: Run, capsys: Capture) -> None:
    """Constraints, arguments that are set elsewhere, and what is no variable."""
    text = QUADRATIC.replace('aim = tf.placeholder(tf.float32, ())', 'aim = 1.0')
    run = """
    session = tf.Session()
    session.run(tf.global_variables_initializer())
    tf.contrib.opt.ScipyOptimizerInterface"""
    assert run_old(text + run + call + '\n') == 1
    assert message in capsys.readouterr().err


def test_a_subclass_of_the_external_interface_searches_its_own_way(run_old: Run, capsys: Capture) -> None:
    """`_minimize` gets the start, the function of loss and gradient, and gives the result."""
    code = run_old(
        QUADRATIC
        + """
    class Descent(tf.contrib.opt.ExternalOptimizerInterface):
        def _minimize(self, initial_val, loss_grad_func, optimizer_kwargs, **rest):
            for _ in range(optimizer_kwargs['steps']):
                initial_val = initial_val - 0.25 * loss_grad_func(initial_val)[1]
            return initial_val

    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        Descent(loss, var_list=[x], steps=3).minimize(session, {aim: 3.0})
        print(session.run(x)[0, 0])
    """
    )
    assert code == 0
    assert np.isclose(float(capsys.readouterr().out), 3.0 + 2.0 * 0.5**3)
