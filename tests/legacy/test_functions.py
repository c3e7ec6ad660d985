"""K.function, K.gradients, K.variable: what scripts compute with."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs.errors import LegacyError
from nst_lbfgs.legacy import backend as K
from nst_lbfgs.legacy.tensors import leaf_value

OPERATORS = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / b,
    lambda a, b: a**b,
    lambda a, b: b + a,
    lambda a, b: b - a,
    lambda a, b: b * a,
    lambda a, b: b / a,
    lambda a, b: b**a,
]


@pytest.mark.parametrize('operator', OPERATORS)
@pytest.mark.parametrize(
    'other', [2, 2.0, np.float64(2.0), np.float32(2.0), np.array([2.0, 3.0]), np.int64(2)]
)
def test_variable_takes_every_operator_on_either_side(operator: object, other: object) -> None:
    """A float32 variable with a number or array, left or right, gives float32 as NumPy would."""
    value = np.float32([1.5, 4.0])
    result = operator(K.variable(value), other)  # type: ignore[operator]
    assert K.dtype(result) == 'float32'
    expected = operator(value, np.asarray(other, 'float32'))  # type: ignore[operator]
    np.testing.assert_allclose(K.eval(result), expected, rtol=1e-6)


def test_adding_to_a_variable_leaves_its_value() -> None:
    """`loss += x` gives a new tensor; the variable keeps what it held."""
    start = loss = K.variable(1.0)
    loss += K.variable(2.0)
    loss -= 0.5
    assert K.eval(loss) == 2.5 and K.get_value(start) == 1.0


def test_function_returns_numpy_and_scalars() -> None:
    """Outputs are NumPy arrays, a scalar a NumPy scalar; a single output comes bare."""
    x = K.placeholder((2,))
    total, squares = K.function([x], [K.sum(x), K.square(x)])([[1.0, 2.0]])
    assert isinstance(total, np.float32) and total == 3
    np.testing.assert_array_equal(squares, np.float32([1, 4]))
    assert K.function([x], K.sum(x))([[1.0, 2.0]]) == 3


def test_any_tensor_can_be_fed() -> None:
    """An intermediate tensor given a value replaces what it would be computed from."""
    x = K.placeholder((2,))
    middle = x * 2
    assert K.function([middle], [K.sum(middle + 1)])([[1.0, 1.0]])[0] == 4


def test_feeding_the_wrong_shape_or_number_is_an_error() -> None:
    """As in TensorFlow 1, a value must fit its placeholder."""
    x = K.placeholder((2,))
    function = K.function([x], [K.sum(x)])
    with pytest.raises(ValueError, match=r'shape \(2,\).*\(3,\)'):
        function([[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match='1 input'):
        function([[1.0, 2.0], 3.0])


def test_a_bound_network_takes_another_number_of_pictures() -> None:
    """The input of a network built on a batch may be fed more or fewer rows than that."""
    import keras

    from nst_lbfgs.legacy import Input

    x = Input(tensor=K.variable(np.ones((3, 2))))
    y = keras.layers.Dense(1, kernel_initializer='ones')(x)
    assert K.function([x], [y])([np.ones((1, 2))])[0].tolist() == [[2.0]]
    assert K.eval(y).shape == (3, 1)


def test_placeholder_without_a_value_is_named() -> None:
    """An output that needs an unfed placeholder says which."""
    with pytest.raises(LegacyError, match='missing'):
        K.eval(K.sum(K.placeholder((2,), name='missing')))


def test_gradients_are_a_list_that_can_be_computed_with() -> None:
    """K.gradients gives a list, its tensors can be normalised, differentiated, and are right."""
    x = K.placeholder((3,))
    grads = K.gradients(K.sum(K.pow(x, 3)), x)
    assert type(grads) is list and len(grads) == 1
    normalised = grads[0] / (K.sqrt(K.mean(K.square(grads[0]))) + 1e-5)
    second = K.gradients(K.sum(grads[0]), [x])[0]
    value = np.float32([1, 2, 3])
    found, norm, twice = K.function([x], [grads[0], normalised, second])([value])
    first = 3 * value**2
    np.testing.assert_allclose(found, first, rtol=1e-6)
    np.testing.assert_allclose(norm, first / (np.sqrt((first**2).mean()) + 1e-5), rtol=1e-5)
    np.testing.assert_allclose(twice, 6 * value, rtol=1e-6)


def test_gradient_of_what_does_not_matter_is_none() -> None:
    """As tf.gradients: None in the list for a variable that the loss does not depend on."""
    x, y = K.placeholder((1,)), K.variable([2.0])
    found = K.gradients(K.sum(x * x), [y, x])
    assert found[0] is None and K.function([x], [found[1]])([[3.0]])[0] == 6


def test_gradient_against_a_variable_and_a_weight() -> None:
    """A variable's gradient is not cut off because its value is otherwise constant."""
    import keras

    layer = keras.layers.Dense(1, use_bias=False)
    v = K.variable([[1.0, 2.0]])
    loss = K.sum(layer(v) * 3)
    by_value, by_weight = K.function([], K.gradients(loss, [v, layer.kernel]))([])
    np.testing.assert_allclose(by_value, 3 * np.asarray(layer.kernel).T, rtol=1e-6)
    np.testing.assert_allclose(by_weight, [[3.0], [6.0]], rtol=1e-6)


def test_constants_follow_changes_of_what_they_depend_on() -> None:
    """What is computed once is computed again after set_value, assign and set_weights."""
    import keras

    layer = keras.layers.Dense(1, kernel_initializer='ones')
    v, x = K.variable([[1.0, 1.0]]), K.placeholder(())
    function = K.function([x], [x + K.sum(layer(v))])
    assert function([1.0])[0] == 3
    K.set_value(v, [[2.0, 2.0]])
    assert function([1.0])[0] == 5
    layer.kernel.value.assign_add([[1.0], [1.0]])
    assert function([1.0])[0] == 9
    layer.set_weights([np.zeros((2, 1)), np.ones(1)])
    assert function([1.0])[0] == 2


def test_updates_are_carried_out_after_the_outputs() -> None:
    """`updates=` assigns pairs and K.update's, and outputs show the values before."""
    v, x = K.variable(1.0), K.placeholder(())
    step = K.function([x], [v + x], updates=[(v, v + x)])
    assert [step([2.0])[0], step([2.0])[0]] == [3, 5] and K.get_value(v) == 5
    K.function([], [v], updates=[K.update_sub(v, 4.0)])([])
    assert K.get_value(v) == 1


def test_slices_take_symbolic_ends() -> None:
    """x[:K.shape(x)[0] - 1] is computed when the length is known."""
    x = K.placeholder((None,))
    shorter = K.function([x], [x[: K.shape(x)[0] - 1]])
    np.testing.assert_array_equal(shorter([[1.0, 2.0, 3.0]])[0], [1, 2])


def test_a_long_sum_does_not_exhaust_the_stack() -> None:
    """A loss of 1200 terms is lowered without recursion."""
    x = K.placeholder(())
    loss = K.variable(0.0)
    for _ in range(1200):
        loss += x
    assert K.function([x], [loss])([1.0])[0] == 1200


def test_backend_functions_of_numbers_inside_a_lambda() -> None:
    """K.one_hot([2], 4) and its like are computed there; a placeholder from outside is refused."""
    import keras

    x, weight = K.placeholder((1, 4)), K.variable([1.0, 2.0, 3.0, 4.0])
    y = keras.layers.Lambda(lambda t: t * K.one_hot([2], 4) + K.sum(K.square(weight)))(x)
    assert K.function([x], [y])([[[5.0, 6.0, 7.0, 8.0]]])[0].tolist() == [[30.0, 30.0, 37.0, 30.0]]
    with pytest.raises(LegacyError, match='only inside K.function'):
        leaf_value(K.square(x))
