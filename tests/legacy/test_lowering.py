"""What is computed once and what is left out, and that the results do not change by it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from nst_lbfgs.legacy import Input, compiled, functions, lowering
from nst_lbfgs.legacy import backend as K

RNG = np.random.default_rng(11)
FIXED = [RNG.normal(size=(1, 6, 6, 3)) for _ in range(2)]
POINT = RNG.normal(size=(1, 6, 6, 3))


def network(batch: Any, middle: Any = None) -> tuple[Any, Any]:
    """Return the outputs of two convolutions on a batch, with a layer of choice between."""
    x = Input(tensor=batch)
    first = keras.layers.Conv2D(4, 3, activation='relu', padding='same')(x)
    between = middle(first) if middle is not None else first
    second = keras.layers.Conv2D(5, 3, padding='same')(keras.layers.MaxPooling2D()(between))
    keras.layers.Conv2D(6, 3)(second)  # read by nobody
    return first, second


def loss_of(batch: Any, x: Any, middle: Any = None, row: int = 2) -> Any:
    """Return a loss that compares the live row with the fixed ones, and its function."""
    first, second = network(batch, middle)
    loss = K.variable(0.0)
    loss += K.sum(K.square(second[row] - second[0]))
    loss += K.mean(K.abs(K.dot(first[row, :, :, 0], K.transpose(first[1, :, :, 0]))))
    return loss


def built(middle: Any = None) -> tuple[functions.Function, Any]:
    """Return loss and gradient as a function of the live picture, and its compiled graph."""
    x = K.placeholder((1, 6, 6, 3))
    keras.utils.set_random_seed(0)
    loss = loss_of(K.concatenate([K.variable(f) for f in FIXED] + [x], axis=0), x, middle)
    function = K.function([x], [loss] + K.gradients(loss, x))
    return function, function([POINT])


def convolutions(function: functions.Function) -> list[int | None]:
    """Return the batch size of every convolution in the evaluation's graph."""
    graph = function._compiled[False][0]._function.graph
    return [op.inputs[0].shape[0] for op in graph.get_operations() if op.type == 'Conv2D']


def plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch off both gains: no rows, no constants."""
    monkeypatch.setattr(lowering.Lowering, '_concatenated', lambda *_: None)
    monkeypatch.setattr(compiled, '_is_repeatable', lambda _: False)


def test_one_row_and_only_the_layers_that_are_read() -> None:
    """Of three fixed and live rows and three convolutions, two run, on the live row."""
    function, _ = built()
    assert convolutions(function) == [1, 1]


@pytest.mark.parametrize(
    'middle',
    [
        None,
        keras.layers.BatchNormalization(),
        keras.layers.Lambda(lambda t: t - K.mean(t, 0)),
        lambda t: t * 2.0 + np.float32([1, 2, 3, 4]),
        keras.layers.Dropout(0.5),
    ],
)
def test_results_are_those_of_the_plain_computation(middle: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loss and gradient with the gains equal those without, to float32's rounding."""
    _, fast = built(middle)
    plainly(monkeypatch)
    slow_function, slow = built(middle)
    assert 3 in convolutions(slow_function)
    assert fast[0] == pytest.approx(slow[0], rel=1e-5)
    np.testing.assert_allclose(fast[1], slow[1], rtol=1e-4, atol=1e-5 * np.abs(slow[1]).max())


def test_a_layer_that_mixes_rows_is_given_them_all() -> None:
    """A Lambda might look at every row, so all three go through it together."""
    function, _ = built(keras.layers.Lambda(lambda t: t - K.mean(t, 0)))
    assert 3 in convolutions(function)


def test_a_custom_activation_might_mix_rows() -> None:
    """Only Keras's own activations are known to treat rows alone."""
    x = K.placeholder((1, 6, 6, 3))
    layer = keras.layers.Conv2D(2, 3, activation=lambda t: t - K.mean(t, 0))
    y = layer(K.concatenate([K.variable(FIXED[0]), x], axis=0))
    function = K.function([x], [K.sum(y[1])])
    function([POINT])
    assert convolutions(function) == [2]


def test_gradient_against_the_whole_batch_is_whole() -> None:
    """A gradient against the batch itself has all its rows."""
    x = K.placeholder((1, 6, 6, 3))
    batch = K.concatenate([K.variable(f) for f in FIXED] + [x], axis=0)
    loss = loss_of(batch, x)
    whole, live = K.function([x], K.gradients(loss, [batch, x]))([POINT])
    assert whole.shape == (3, 6, 6, 3) and np.abs(whole[0]).max() > 0
    np.testing.assert_allclose(whole[2:], live, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ('key', 'shape'),
    [
        (0, (2, 2)),
        (-1, (2, 2)),
        (slice(1, 3), (2, 2, 2)),
        (slice(None), (3, 2, 2)),
        (slice(0, 3, 2), (2, 2, 2)),
        ((slice(1, 2), 0), (1, 2)),
        ((Ellipsis, 1), (3, 2)),
        (slice(-2, None), (2, 2, 2)),
    ],
)
def test_slices_of_rows_are_those_of_the_batch(key: Any, shape: tuple[int, ...]) -> None:
    """Any slice of a batch carried as rows equals NumPy's slice of the batch."""
    x = K.placeholder((1, 2, 2))
    values = RNG.normal(size=(3, 2, 2)).astype('float32')
    batch = K.concatenate([K.variable(values[:1]), x, K.variable(values[2:])], axis=0) * 2.0
    part = batch[key]
    assert part.shape == shape
    np.testing.assert_allclose(K.function([x], [part])([values[1:2]])[0], 2 * values[key])


def test_random_weights_of_a_sequential_are_computed_once_per_layer() -> None:
    """Keras 3 calls a Sequential's layers anew with every layer added; that costs nothing."""
    model = keras.Sequential([keras.Input(batch_shape=(1, 9, 9, 3))])
    for _ in range(4):
        model.add(keras.layers.Conv2D(2, 3))
    x = model.inputs[0]
    function = K.function([x], [K.sum(layer.output) for layer in model.layers])
    function([np.ones((1, 9, 9, 3))])
    assert len(convolutions(function)) == 4
