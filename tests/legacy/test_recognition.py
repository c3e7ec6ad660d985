"""A function made anew for every evaluation is traced once; one that computes something else, anew."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from nst_lbfgs.legacy import backend as K
from nst_lbfgs.legacy import functions

ONES = np.ones((1, 4, 4, 3), 'float32')


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every function that is compiled from now on."""
    found: list[Any] = []
    compile_ = functions.Compiled.__init__

    def counted(self: Any, *args: Any) -> None:
        found.append(self)
        compile_(self, *args)

    monkeypatch.setattr(functions.Compiled, '__init__', counted)
    return found


def pieces() -> tuple[Any, Any, Any]:
    """Return a placeholder, what a layer makes of it with a fixed picture, and that picture."""
    keras.utils.set_random_seed(2)
    x, fixed = K.placeholder((1, 4, 4, 3)), K.variable(2 * ONES)
    return x, keras.layers.Conv2D(2, 3)(K.concatenate([fixed, x], axis=0)), fixed


def test_the_same_outputs_are_traced_once(traces: list[Any]) -> None:
    """K.function([x], outputs) inside the evaluation, outputs made before."""
    x, features, _ = pieces()
    loss = K.sum(K.square(features[1] - features[0]))
    outputs = [loss, *K.gradients(loss, x)]
    found = [K.function([x], outputs)([value * ONES])[0] for value in (0, 1, 2)]
    assert len(traces) == 1 and found[2] == 0 < found[1] < found[0]


def test_loss_and_gradient_made_anew_are_traced_once(traces: list[Any]) -> None:
    """Everything behind the layers is made again for each evaluation."""
    x, features, _ = pieces()

    def evaluate(value: float) -> list[Any]:
        loss = K.variable(0.0)
        loss += 0.025 * K.sum(K.pow(K.clip(K.mean(K.abs(features[1]), axis=(0, 1)), 0.0, None), 1.25))
        loss += K.sum(K.square(x[:, 1:] - x[:, :-1]))
        slope = K.gradients(loss, x)[0]
        slope /= K.sqrt(K.mean(K.square(slope))) + 1e-5
        return list(K.function([x], [loss, slope])([value * ONES]))

    results = [evaluate(value) for value in (1, 2, 3)]
    assert len(traces) == 1
    assert results[0][0] < results[1][0] < results[2][0]


@pytest.mark.parametrize(
    'other',
    [
        lambda x, y: K.sum(y[:, :, :, 1]),
        lambda x, y: K.sum(y[:, :, :, 0] * 2),
        lambda x, y: K.sum(y[:, :, :, 0], axis=0),
        lambda x, y: K.sum(y[:, :, :, 0]) + K.constant(1.0),
        lambda x, y: K.mean(y[:, :, :, 0]),
        lambda x, y: K.sum(K.clip(y[:, :, :, 0], -0.01, 0.01)),
        lambda x, y: K.sum(keras.layers.Conv2D(2, 3)(x)),
    ],
)
def test_what_computes_something_else_is_traced_anew(other: Callable[..., Any], traces: list[Any]) -> None:
    """Another filter, factor, axis, constant, function, limit or layer is never taken for the first."""
    x, y, _ = pieces()
    first = K.function([x], [K.sum(y[:, :, :, 0])])([ONES])[0]
    second = K.function([x], [other(x, y)])([ONES])[0]
    assert len(traces) == 2 and not np.array_equal(first, second)


def test_tensors_read_twice_are_not_taken_for_two(traces: list[Any]) -> None:
    """r - r is 0 and r - s is not, though the two graphs read alike line by line."""
    x = K.placeholder(())
    r, s = K.random_normal((8,)), K.random_normal((8,))
    assert not K.function([x], [r - r + x])([0.0])[0].any()
    assert K.function([x], [r - s + x])([0.0])[0].any()
    assert len(traces) == 2


def test_a_function_of_the_script_s_own_is_read_again(traces: list[Any]) -> None:
    """What it reads besides its arguments may have changed: never recognised."""
    x, scale = K.placeholder((2,)), [1.0]
    found = []
    for scale[0] in (1.0, 3.0):
        y = K.map_fn(lambda row: row * scale[0], x)
        found.append(K.function([x], [y])([[1.0, 2.0]])[0].tolist())
    assert found == [[1.0, 2.0], [3.0, 6.0]] and len(traces) == 2


def test_variables_are_read_and_updated_by_what_was_recognised(traces: list[Any]) -> None:
    """A recognised function sees a variable's latest value, and carries out its update."""
    x, v = K.placeholder(()), K.variable(1.0)
    found = [K.function([x], [x * v], updates=[(v, v + 1.0)])([2.0])[0] for _ in range(3)]
    assert found == [2.0, 4.0, 6.0] and len(traces) == 1


def test_variables_made_anew_have_their_own_values(traces: list[Any]) -> None:
    """A target stored anew for each evaluation is handed in; its gradient and later value are right."""
    x = K.placeholder((2,))
    made = []
    for target in (1.0, 2.0):
        v = K.variable([target, target])
        loss = K.sum(K.square(x - v))
        function = K.function([x], [loss, K.gradients(loss, v)[0], K.square(v) + 1.0])
        made.append((v, function))
        found = function([[3.0, 3.0]])
        assert found[0] == 2 * (3 - target) ** 2
        assert found[1].tolist() == [2 * (target - 3)] * 2 and found[2].tolist() == [target**2 + 1] * 2
    K.set_value(made[0][0], [5.0, 5.0])
    assert made[0][1]([[3.0, 3.0]])[0] == 8.0 and made[1][1]([[3.0, 3.0]])[0] == 2.0
    assert len(traces) == 1


def test_eval_in_a_loop_is_traced_once(traces: list[Any]) -> None:
    """K.eval and tensor.eval of the same tensor, after changes of a variable."""
    v = K.variable(1.0)
    total = v + 1.0
    for value in (1.0, 2.0, 3.0):
        K.set_value(v, value)
        assert K.eval(total) == total.eval() == value + 1
    assert len(traces) == 1


def test_learning_phase_and_precision_are_told_apart(traces: list[Any]) -> None:
    """In training a dropout drops; the function for inference is not used for it."""
    x, phase = K.placeholder((200,)), K.learning_phase()
    for training in (0, 1, 0, 1):
        y = K.in_train_phase(lambda: K.dropout(x, 0.5), x)
        (found,) = K.function([x, phase], [y])([np.ones(200), training])
        assert (found == 0).any() == bool(training)
    assert len(traces) == 2


def test_nothing_is_kept_longer_than_its_placeholder() -> None:
    """Functions are forgotten with the tensors that they were made for."""
    x, features, _ = pieces()
    K.function([x], [K.sum(features)])([ONES])
    gone = weakref.ref(x)
    del x, features
    gc.collect()
    assert gone() is None


def test_only_the_latest_few_are_kept() -> None:
    """A loop over many filters holds no more compiled functions than a few."""
    x, features, _ = pieces()
    for factor in range(7):
        K.function([x], [K.sum(features) * factor])([ONES])
    assert len(x._legacy_compiled) == functions._KEPT
