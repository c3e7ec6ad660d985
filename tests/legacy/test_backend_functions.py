"""Each function of the old backend against NumPy, in one table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nst_lbfgs.errors import LegacyError
from nst_lbfgs.legacy import backend as K
from nst_lbfgs.legacy.old_names import advice, is_old_name

RNG = np.random.default_rng(3)
M = RNG.normal(size=(3, 4)).astype('float32')
N = RNG.normal(size=(4, 2)).astype('float32')
T = RNG.normal(size=(2, 3, 4)).astype('float32')
P = np.abs(M) + 0.5
B = M > 0
PICTURE = RNG.normal(size=(1, 4, 4, 2)).astype('float32')


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


# name, arguments (arrays become tensors), what NumPy says
CASES: list[tuple[str, tuple[Any, ...], Any]] = [
    ('abs', (M,), np.abs(M)),
    ('all', (B, 1), B.all(1)),
    ('any', (B,), B.any()),
    ('arange', (2, 5), np.arange(2, 5)),
    ('argmax', (M,), M.argmax(-1)),
    ('argmin', (M, 0), M.argmin(0)),
    ('batch_dot', (T, T, [2, 2]), np.einsum('bij,bkj->bik', T, T)),
    ('batch_dot', (M, M, 1), (M * M).sum(1, keepdims=True)),
    ('batch_flatten', (T,), T.reshape(2, 12)),
    ('batch_normalization', (M, M.mean(0), M.var(0), None, None), (M - M.mean(0)) / np.sqrt(M.var(0) + 1e-3)),
    ('bias_add', (PICTURE, np.float32([1, 2])), PICTURE + [1, 2]),
    ('binary_crossentropy', (np.float32([1.0]), np.float32([0.25])), [-np.log(0.25)]),
    ('cast', (M, 'int32'), M.astype('int32')),
    ('categorical_crossentropy', (np.float32([0, 1]), np.float32([0.5, 0.5])), np.log(2)),
    ('clip', (M, -0.5, 0.5), M.clip(-0.5, 0.5)),
    ('clip', (M, 0.5, -0.5), M.clip(0.5, 0.5)),
    ('concatenate', ([M, M],), np.concatenate([M, M], -1)),
    ('concatenate', ([T, T], 0), np.concatenate([T, T], 0)),
    ('constant', (2.0, None, (2, 2)), np.full((2, 2), 2.0)),
    ('conv2d', (PICTURE, np.ones((1, 1, 2, 1), 'float32')), PICTURE.sum(-1, keepdims=True)),
    ('cos', (M,), np.cos(M)),
    ('cumprod', (M, 1), M.cumprod(1)),
    ('cumsum', (M,), M.cumsum(0)),
    ('depthwise_conv2d', (PICTURE, np.ones((1, 1, 2, 1), 'float32')), PICTURE),
    ('dot', (M, N), M @ N),
    ('dot', (T, N), T @ N),
    ('dot', (M, N[:, 0]), M @ N[:, 0]),
    ('elu', (M,), np.where(M > 0, M, np.expm1(M))),
    ('equal', (M, M), np.ones((3, 4), bool)),
    ('exp', (M,), np.exp(M)),
    ('expand_dims', (M, 1), M[:, None]),
    ('eye', (3,), np.eye(3)),
    ('flatten', (T,), T.ravel()),
    ('gather', (M, np.array([2, 0])), M[[2, 0]]),
    ('greater', (M, 0), M > 0),
    ('greater_equal', (M, M), M >= M),
    ('hard_sigmoid', (M,), (0.2 * M + 0.5).clip(0, 1)),
    ('identity', (M,), M),
    ('in_test_phase', (M, P, 0), M),
    ('in_train_phase', (M, P, 1), M),
    ('l2_normalize', (M, 1), M / np.linalg.norm(M, axis=1, keepdims=True)),
    ('less', (M, 0), M < 0),
    ('less_equal', (M, M), M <= M),
    ('log', (P,), np.log(P)),
    ('logsumexp', (M, 1), np.log(np.exp(M).sum(1))),
    ('max', (M, 0), M.max(0)),
    ('maximum', (M, 1e-7), np.maximum(M, 1e-7)),
    ('mean', (B,), B.mean()),
    ('mean', (M, (0, 1)), M.mean()),
    ('min', (M, -1, True), M.min(-1, keepdims=True)),
    ('minimum', (M, 0), np.minimum(M, 0)),
    ('not_equal', (M, M), np.zeros((3, 4), bool)),
    ('one_hot', (np.array([0, 2]), 3), [[1, 0, 0], [0, 0, 1]]),
    ('ones', ((2, 3),), np.ones((2, 3))),
    ('ones_like', (M,), np.ones_like(M)),
    ('permute_dimensions', (T, (2, 0, 1)), T.transpose(2, 0, 1)),
    ('pool2d', (PICTURE, (2, 2), (2, 2)), PICTURE.reshape(1, 2, 2, 2, 2, 2).max((2, 4))),
    (
        'pool2d',
        (PICTURE, (2, 2), (2, 2), 'valid', None, 'avg'),
        PICTURE.reshape(1, 2, 2, 2, 2, 2).mean((2, 4)),
    ),
    ('pow', (P, 1.25), P**1.25),
    ('prod', (M, 0), M.prod(0)),
    ('relu', (M,), np.maximum(M, 0)),
    ('repeat', (M, 2), np.repeat(M[:, None], 2, 1)),
    ('repeat_elements', (M, 2, 1), np.repeat(M, 2, 1)),
    ('reshape', (T, (4, -1)), T.reshape(4, -1)),
    ('resize_images', (PICTURE, 2, 3), PICTURE.repeat(2, 1).repeat(3, 2)),
    ('reverse', (M, 1), M[:, ::-1]),
    ('round', (M * 3,), np.round(M * 3)),
    (
        'separable_conv2d',
        (PICTURE, np.ones((1, 1, 2, 1), 'float32'), np.ones((1, 1, 2, 1), 'float32')),
        PICTURE.sum(-1, keepdims=True),
    ),
    ('shape', (T,), [2, 3, 4]),
    ('sigmoid', (M,), sigmoid(M)),
    ('sign', (M,), np.sign(M)),
    ('sin', (M,), np.sin(M)),
    ('slice', (M, [1, 0], [2, 3]), M[1:3, :3]),
    ('softmax', (M,), np.exp(M) / np.exp(M).sum(-1, keepdims=True)),
    ('softplus', (M,), np.log1p(np.exp(M))),
    ('softsign', (M,), M / (1 + np.abs(M))),
    ('spatial_2d_padding', (PICTURE, ((1, 0), (0, 2))), np.pad(PICTURE, ((0, 0), (1, 0), (0, 2), (0, 0)))),
    ('sqrt', (M,), np.sqrt(np.maximum(M, 0))),
    ('square', (M,), M * M),
    ('squeeze', (M[:, :1], 1), M[:, 0]),
    ('stack', ([M, M], 1), np.stack([M, M], 1)),
    ('std', (M,), M.std()),
    ('stop_gradient', (M,), M),
    ('sum', (M, 1), M.sum(1)),
    ('switch', (np.array(True), M, P), M),
    ('switch', (np.array([True, False, True]), M, P), np.where([[1], [0], [1]], M, P)),
    ('tan', (M,), np.tan(M)),
    ('tanh', (M,), np.tanh(M)),
    ('tile', (M, (1, 2)), np.tile(M, (1, 2))),
    ('transpose', (T,), T.T),
    ('var', (M, 0), M.var(0)),
    ('variable', (M,), M),
    ('zeros', ((2,),), np.zeros(2)),
    ('zeros_like', (M,), np.zeros_like(M)),
    ('map_fn', (lambda row: row * 2, M), M * 2),
]


def tensor(argument: Any) -> Any:
    if isinstance(argument, np.ndarray):
        return K.variable(argument, dtype=str(argument.dtype))
    if isinstance(argument, list) and isinstance(argument[0], np.ndarray):
        return [tensor(a) for a in argument]
    return argument


@pytest.mark.parametrize(
    ('name', 'arguments', 'expected'), CASES, ids=[f'{case[0]}-{i}' for i, case in enumerate(CASES)]
)
def test_function_agrees_with_numpy(name: str, arguments: Any, expected: Any) -> None:
    """K.eval of the function of variables gives NumPy's result, and its shape was foreseen."""
    given = arguments if name == 'variable' else [tensor(a) for a in arguments]
    result = getattr(K, name)(*given)
    expected = np.asarray(expected)
    assert K.int_shape(result) == expected.shape
    np.testing.assert_allclose(K.eval(result), expected, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize('name', ['random_normal', 'random_uniform', 'truncated_normal'])
def test_random_functions_give_new_numbers_every_time(name: str) -> None:
    """A random tensor is never taken for a constant: each call draws anew."""
    draw = K.function([], [getattr(K, name)((50,))])
    first, second = draw([])[0], draw([])[0]
    assert first.shape == (50,) and (first != second).any()


def test_dropout_and_binomial_keep_their_share() -> None:
    """Dropout keeps 1 - level of the values and scales them; binomial draws p of ones."""
    kept = K.eval(K.dropout(K.ones((10000,)), 0.25))
    assert set(np.round(np.unique(kept), 4)) == {0.0, np.round(np.float32(1 / 0.75), 4)}
    assert abs((kept > 0).mean() - 0.75) < 0.03
    assert abs(K.eval(K.random_binomial((10000,), 0.3)).mean() - 0.3) < 0.03


def public_functions() -> set[str]:
    """Return the names of the backend's own functions."""
    found = {name for name, value in vars(K).items() if callable(value) and not name.startswith('_')}
    return found - {'Any', 'unsupported'}


def test_every_function_is_one_of_the_old_backend() -> None:
    """What is here had that name in some Keras (`tan` alone had not), and none is called refused."""
    names = public_functions() - {'tan'}
    assert len(names) > 130
    assert [name for name in names if not is_old_name('keras.backend', name)] == []
    assert [name for name in names if advice('keras.backend', name)] == []


def test_every_function_has_a_docstring() -> None:
    """Each backend function says what the original did."""
    assert [name for name in public_functions() if not getattr(K, name).__doc__] == []


def test_what_is_missing_says_so_and_what_to_use() -> None:
    """A function of the old backend that is not here names itself and its replacement."""
    with pytest.raises(LegacyError, match=r'K\.rnn.*keras\.layers\.RNN'):
        K.rnn(None, None)
    assert not hasattr(K, 'set_everything')


def test_data_format_by_its_old_and_new_names() -> None:
    """'th' is channels_first, and set_image_dim_ordering refuses other words."""
    before = K.image_data_format()
    try:
        K.set_image_dim_ordering('th')
        assert (K.image_dim_ordering(), K.image_data_format()) == ('th', 'channels_first')
        with pytest.raises(ValueError, match='th'):
            K.set_image_dim_ordering('channels_first')
    finally:
        K.set_image_data_format(before)


def test_lengths_that_are_tensors_make_a_shape() -> None:
    """K.reshape with entries of K.shape beside numbers, of fixed and of open lengths."""
    for length in (2, None):
        x = K.placeholder((length, 3, 4))
        sizes = K.shape(x)
        flat = K.reshape(x, (sizes[0], sizes[1] * sizes[2]))
        other = K.reshape(x, [sizes[0], -1])
        for found in K.function([x], [flat, other])([T]):
            assert np.allclose(found, T.reshape(2, 12))


def test_transposed_convolution_spreads_each_pixel() -> None:
    """Of either data format, into the shape that is given, its lengths numbers or tensors."""
    kernel = RNG.normal(size=(2, 2, 3, 2)).astype('float32')
    spread = np.einsum('bijc,klmc->bikjlm', PICTURE, kernel).reshape(1, 8, 8, 3)
    x = K.placeholder((1, 4, 4, 2))
    y = K.conv2d_transpose(x, K.variable(kernel), (K.shape(x)[0], 8, 8, 3), strides=(2, 2))
    first = K.conv2d_transpose(
        K.permute_dimensions(x, (0, 3, 1, 2)), kernel, (1, 3, 8, 8), (2, 2), data_format='channels_first'
    )
    found, turned = K.function([x], [y, first])([PICTURE])
    assert np.allclose(found, spread, atol=1e-5)
    assert np.allclose(turned.transpose(0, 2, 3, 1), spread, atol=1e-5)


def test_lengths_and_the_backend_s_name_as_keras_1_had_them() -> None:
    """A number is a shape of one length; `_BACKEND` is what scripts test."""
    assert K.eval(K.zeros(3)).tolist() == [0, 0, 0] and K.eval(K.ones(2)).tolist() == [1, 1]
    assert K._BACKEND == 'tensorflow' == K.backend()
