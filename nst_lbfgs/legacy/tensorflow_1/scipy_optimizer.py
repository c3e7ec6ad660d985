"""`tf.contrib.opt.ScipyOptimizerInterface`: SciPy's optimizers on a graph's variables.

As in TensorFlow 1.15's contrib/opt: while SciPy searches, the variables are fed, not assigned; they
hold the result when `minimize` returns. One run of the session gives loss and gradient together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.optimize
import tensorflow as tf
from tensorflow.python.framework import ops

from ...errors import LegacyError
from .keras_variables import as_graph_variable
from .lbfgs_lines import printed_as_fortran

Array = np.ndarray[Any, Any]
Evaluate = Callable[[Array], tuple[Any, Array]]
_v1 = tf.compat.v1
_SET_HERE = ('jac', 'callback', 'method', 'constraints', 'bounds')
_ENDED = (
    'Optimization terminated with:\n  Message: %s\n  Objective function value: %f\n'
    '  Number of iterations: %d\n  Number of functions evaluations: %d'
)


class ExternalOptimizerInterface:
    """What any optimizer outside TensorFlow needs of a graph; a subclass has `_minimize`.

    loss: a scalar tensor. var_list: variables, by default all trainable ones.
    var_to_bounds: for some of them (low, high), numbers or arrays of the variable's shape.
    optimizer_kwargs: the subclass's own. Raises LegacyError for constraints (equalities,
    inequalities).
    """

    def __init__(
        self,
        loss: Any,
        var_list: Sequence[Any] | None = None,
        equalities: Any = None,
        inequalities: Any = None,
        var_to_bounds: dict[Any, Any] | None = None,
        **optimizer_kwargs: Any,
    ) -> None:
        if equalities or inequalities:
            raise LegacyError(
                'Expected ScipyOptimizerInterface without constraints. Received: equalities or inequalities'
            )
        self._loss = tf.convert_to_tensor(loss)
        self._vars = list(_v1.trainable_variables() if var_list is None else var_list)
        self._tensors = [as_graph_variable(variable) for variable in self._vars]
        self._shapes = [tuple(tensor.get_shape().as_list()) for tensor in self._tensors]
        self._packed_bounds = self._pack_bounds(var_to_bounds)
        self._packed_loss_grad = _packed(self._gradients(), [t.dtype.base_dtype for t in self._tensors])
        self._packed_var = _packed(self._tensors, [t.dtype.base_dtype for t in self._tensors])
        self._new_values = [
            _v1.placeholder(t.dtype.base_dtype, s) for t, s in zip(self._tensors, self._shapes)
        ]
        self._updates = [_v1.assign(t, value) for t, value in zip(self._tensors, self._new_values)]
        self.optimizer_kwargs = optimizer_kwargs

    def minimize(
        self,
        session: Any = None,
        feed_dict: dict[Any, Any] | None = None,
        fetches: Sequence[Any] | None = None,
        step_callback: Callable[[Array], Any] | None = None,
        loss_callback: Callable[..., Any] | None = None,
        **run_kwargs: Any,
    ) -> None:
        """Minimise the loss and leave the result in the variables.

        fetches: tensors to compute at every evaluation, given to `loss_callback`.
        step_callback: called after each iteration with the variables, flat and one after another.
        run_kwargs: for the last `session.run`, which assigns the result.
        """
        session = session or ops.get_default_session()
        feeds, fetched = dict(feed_dict or {}), list(fetches or [])
        start = session.run(self._packed_var, feed_dict=feeds)

        def evaluate(x: Array) -> tuple[Any, Array]:
            wanted = [self._loss, self._packed_loss_grad, *fetched]
            loss, gradient, *values = session.run(
                wanted, feed_dict={**self._unpacked(x, self._tensors), **feeds}
            )
            if loss_callback is not None:
                loss_callback(*values)
            return loss, gradient

        found = self._minimize(
            initial_val=start,
            loss_grad_func=evaluate,
            step_callback=step_callback,
            optimizer_kwargs=self.optimizer_kwargs,
            packed_bounds=self._packed_bounds,
        )
        session.run(self._updates, feed_dict=self._unpacked(found, self._new_values), **run_kwargs)

    def _minimize(
        self,
        initial_val: Array,
        loss_grad_func: Evaluate,
        step_callback: Callable[[Array], Any] | None,
        optimizer_kwargs: dict[str, Any],
        packed_bounds: list[tuple[float, float]] | None = None,
        **_constraints: Any,
    ) -> Array:
        raise NotImplementedError('Expected a subclass that has _minimize. Received: none')

    def _gradients(self) -> list[Any]:
        """Return the loss's gradients; 0 for a variable that it does not depend on."""
        found = _v1.gradients(self._loss, self._tensors)
        return [
            tf.zeros_like(tensor) if gradient is None else tf.convert_to_tensor(gradient)
            for tensor, gradient in zip(self._tensors, found)
        ]

    def _unpacked(self, x: Array, keys: Sequence[Any]) -> dict[Any, Array]:
        sizes = [int(np.prod(shape)) for shape in self._shapes]
        parts = np.split(np.asarray(x), np.cumsum(sizes)[:-1])
        return {key: part.reshape(shape) for key, part, shape in zip(keys, parts, self._shapes)}

    def _pack_bounds(self, given: dict[Any, Any] | None) -> list[tuple[float, float]] | None:
        if given is None:
            return None
        of_variable = {_name(as_graph_variable(variable)): bounds for variable, bounds in given.items()}
        packed: list[tuple[float, float]] = []
        for tensor, shape in zip(self._tensors, self._shapes):
            low, high = of_variable.get(_name(tensor), (-np.inf, np.inf))
            packed += zip(np.broadcast_to(low, shape).flat, np.broadcast_to(high, shape).flat)
        return packed


class ScipyOptimizerInterface(ExternalOptimizerInterface):
    """SciPy's `minimize`, by default with L-BFGS-B.

    optimizer_kwargs: `method`, `tol`, `options` ({'maxiter': ..., 'ftol': ..., 'gtol': ...}).
    Raises LegacyError or ValueError for arguments that are set here.
    """

    _DEFAULT_METHOD = 'L-BFGS-B'

    def _minimize(
        self,
        initial_val: Array,
        loss_grad_func: Evaluate,
        step_callback: Callable[[Array], Any] | None,
        optimizer_kwargs: dict[str, Any],
        packed_bounds: list[tuple[float, float]] | None = None,
        **_constraints: Any,
    ) -> Array:
        kwargs = dict(optimizer_kwargs)
        method = kwargs.pop('method', self._DEFAULT_METHOD)
        _refuse_what_is_set_here(kwargs)
        with printed_as_fortran(method, kwargs.get('options') or {}, packed_bounds) as (lines, options):
            result = scipy.optimize.minimize(
                lines.watching(_in_double(loss_grad_func)),
                initial_val,
                jac=True,
                method=method,
                bounds=packed_bounds,
                callback=lines.after_each(step_callback),
                **{**kwargs, 'options': options},
            )
        evaluations, iterations = result.get('nfev', 0), result.get('nit', 0)
        _v1.logging.info(_ENDED, result.message, result.fun, iterations, evaluations)
        found: Array = result.x
        return found


def _in_double(loss_grad_func: Evaluate) -> Evaluate:
    """SciPy wants a gradient in double precision, and a number where old scripts have shape (1,)."""

    def evaluate(x: Array) -> tuple[Any, Array]:
        loss, gradient = loss_grad_func(x)
        return np.asarray(loss, 'float64').item(), gradient.astype('float64')

    return evaluate


def _refuse_what_is_set_here(kwargs: dict[str, Any]) -> None:
    for name in _SET_HERE:
        if name in kwargs:
            instead = 'var_to_bounds' if name == 'bounds' else "minimize's arguments"
            raise ValueError(f'Expected {name} to come from {instead}. Received: {name}={kwargs[name]!r}')


def _name(variable: Any) -> str:
    name: str = variable.name
    return name


def _packed(tensors: Sequence[Any], dtypes: Sequence[Any]) -> Any:
    """Return tensors flat and one after another, in the type of the first."""
    return tf.concat([tf.reshape(tf.cast(tensor, dtypes[0]), [-1]) for tensor in tensors], 0)
