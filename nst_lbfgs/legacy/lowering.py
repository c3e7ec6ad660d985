"""From a script's symbolic graph to the values that one evaluation has to compute.

Two things are done on the way, where they can be proved to change nothing:
a batch that concatenates fixed pictures with the one being optimised is carried as separate
`Rows` through layers that treat rows alone, and whatever depends on no fed value is marked as
constant (`live` is false), to be computed once. What no output reads never becomes a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from ..errors import LegacyError
from .overrides import carried_out, overrides_of
from .row_wise import broadcasts_over_rows, is_elementwise, is_network_layer, is_row_wise
from .tensors import (
    Concatenation,
    Constant,
    Gradients,
    Slice,
    Tensor,
    Variable,
    ancestry,
    as_symbolic,
    is_input,
    is_learning_phase,
    leaf_value,
    node_of,
    operation_of,
    source_of,
)

Environment = dict['Value', Any]


@dataclass(eq=False)
class Value:
    """One result inside an evaluation, computed from the values in `inputs`.

    live: whether it may differ from one call to the next.
    """

    compute: Callable[[Environment], Any]
    inputs: tuple[Value, ...]
    live: bool


@dataclass(frozen=True)
class Rows:
    """A batch as consecutive parts: each value holds `counts[i]` rows of it."""

    parts: tuple[Value, ...]
    counts: tuple[int, ...]


def evaluate(values: Iterable[Value], environment: Environment) -> list[Any]:
    """Compute values, and what they need that `environment` lacks; return their results."""
    wanted = list(values)
    stack = [(value, False) for value in reversed(wanted)]
    while stack:
        value, ready = stack.pop()
        if value in environment:
            continue
        if ready:
            environment[value] = value.compute(environment)
        else:
            stack.append((value, True))
            stack.extend((parent, False) for parent in value.inputs)
    return [environment[value] for value in wanted]


class Lowering:
    """Turns symbolic tensors into values, sharing what is computed twice.

    feeds: the symbolic tensors that are given values, each with the value that stands for it.
    What a gradient is taken against is never constant (its value is made live), and is never cut
    into rows.
    """

    def __init__(
        self, feeds: list[tuple[Tensor, Value]], outputs: list[Tensor], *, training: bool, precision: str
    ) -> None:
        self.training = training
        self.precision = precision
        self._lowered: dict[int, Value | Rows] = {id(tensor): value for tensor, value in feeds}
        self._fed = frozenset(self._lowered)
        self._tensors = ancestry(outputs, self._is_fed)  # kept: ids must stay theirs
        self._calls: dict[Any, Value] = {}
        self._pin_differentiated()
        for tensor, value in feeds:
            value.live = value.live or id(tensor) in self._tracked
        for tensor in self._tensors:
            if id(tensor) not in self._lowered:
                self._lowered[id(tensor)] = self._lower(tensor)

    def value_of(self, tensor: Tensor) -> Value:
        """Return the value of one of the outputs, as a whole."""
        return self._whole(self._lowered[id(tensor)])

    def _is_fed(self, tensor: Tensor) -> bool:
        return id(tensor) in self._fed

    def _pin_differentiated(self) -> None:
        self._pinned: set[int] = set()
        self._tracked: set[int] = set()
        for tensor in self._tensors:
            if self._is_fed(tensor) or not isinstance(operation_of(tensor), Gradients):
                continue
            for variable in node_of(tensor).input_tensors[1:]:
                while not self._is_fed(variable) and source_of(variable) is not None:
                    variable = source_of(variable)
                self._tracked.add(id(variable))
                self._pinned.add(id(operation_of(variable)))

    def _lower(self, tensor: Tensor) -> Value | Rows:
        source = source_of(tensor)
        if source is not None:
            return self._lowered[id(source)]
        if isinstance(tensor, (Variable, Constant)):
            return Value(lambda _: leaf_value(tensor), (), id(tensor) in self._tracked)
        if is_learning_phase(tensor):
            return Value(lambda _: tf.constant(int(self.training)), (), False)
        if is_input(tensor):
            return Value(lambda _: _refuse(tensor), (), True)
        operation, node = operation_of(tensor), node_of(tensor)
        if operation is None:
            raise LegacyError(f'Expected a tensor made by Keras. Received: {tensor!r}')
        if isinstance(operation, Gradients):
            return self._pick(self._gradients(node), tensor)
        if id(operation) not in self._pinned:
            rows = self._in_rows(operation, node, tensor)
            if rows is not None:
                return rows
        whole = {id(t): self._whole(self._lowered[id(t)]) for t in node.input_tensors}
        return self._pick(self._call(operation, node, whole), tensor)

    # --- rows of a batch

    def _in_rows(self, operation: Any, node: Any, tensor: Tensor) -> Value | Rows | None:
        inputs = [self._lowered[id(t)] for t in node.input_tensors]
        if _joins_rows(operation):
            return self._concatenated(node.input_tensors, inputs)
        batches = [value for value in inputs if isinstance(value, Rows)]
        if not batches:
            return None
        if isinstance(operation, Slice):
            return self._sliced(batches[0], operation.key)
        if not self._keeps_rows(operation, node, batches):
            return None
        parts = []
        for index in range(len(batches[0].parts)):
            chosen = {
                id(t): value.parts[index] if isinstance(value, Rows) else value
                for t, value in zip(node.input_tensors, inputs)
            }
            parts.append(self._pick(self._call(operation, node, chosen), tensor))
        return Rows(tuple(parts), batches[0].counts)

    def _keeps_rows(self, operation: Any, node: Any, batches: list[Rows]) -> bool:
        if any(batch.counts != batches[0].counts for batch in batches):
            return False
        tensors = node.input_tensors
        if is_row_wise(operation, self.training):
            return len(batches) == len(tensors)
        if not is_elementwise(operation):
            return False
        rank = max(len(t.shape) for t in tensors if isinstance(self._lowered[id(t)], Rows))
        others = [t for t in tensors if not isinstance(self._lowered[id(t)], Rows)]
        others += [
            leaf
            for leaf in tf.nest.flatten((node.arguments.args, node.arguments.kwargs))
            if leaf is not None and not isinstance(leaf, keras.KerasTensor)
        ]
        return all(broadcasts_over_rows(other, rank) for other in others)

    def _concatenated(self, tensors: list[Tensor], inputs: list[Value | Rows]) -> Rows | None:
        flat: list[tuple[Value, int]] = []
        for tensor, value in zip(tensors, inputs):
            if isinstance(value, Rows):
                flat.extend(zip(value.parts, value.counts))
            elif not tensor.shape or tensor.shape[0] is None:
                return None
            else:
                flat.append((value, tensor.shape[0]))
        if all(part.live for part, _ in flat) or not any(part.live for part, _ in flat):
            return None  # nothing to gain
        return _rows(flat)

    def _sliced(self, batch: Rows, key: Any) -> Value | Rows | None:
        first, *rest = key if isinstance(key, tuple) else (key,)
        total = sum(batch.counts)
        if isinstance(first, int) and -total <= first < total:
            index = first % total
            for part, count in zip(batch.parts, batch.counts):
                if index < count:
                    return _slice_of(part, (index, *rest))
                index -= count
        if isinstance(first, slice) and first.step in (None, 1):
            start, stop, _ = first.indices(total)
            return self._span(batch, start, stop, rest)
        return None

    def _span(self, batch: Rows, start: int, stop: int, rest: list[Any]) -> Value | Rows | None:
        flat, begin = [], 0
        for part, count in zip(batch.parts, batch.counts):
            low, high = max(start - begin, 0), min(stop - begin, count)
            begin += count
            if low >= high:
                continue
            untouched = (low, high) == (0, count) and not rest
            kept = part if untouched else _slice_of(part, (slice(low, high), *rest))
            flat.append((kept, high - low))
        if len(flat) == 1:
            return flat[0][0]
        return _rows(flat) if flat else None

    def _whole(self, value: Value | Rows) -> Value:
        if isinstance(value, Value):
            return value
        key = ('join', tuple(map(id, value.parts)))
        if key not in self._calls:
            self._calls[key] = _joined(value.parts)
        return self._calls[key]

    # --- calls of operations

    def _call(self, operation: Any, node: Any, chosen: dict[int, Value]) -> Value:
        inputs = tuple(chosen.values())
        key = self._key(operation, node, inputs)
        if key not in self._calls:
            live = self._is_differentiated(operation) or any(value.live for value in inputs)

            def compute(environment: Environment) -> list[Any]:
                results = {name: environment[value] for name, value in chosen.items()}
                with carried_out(overrides_of(node)):
                    return self._run(operation, node.arguments, results)

            self._calls[key] = Value(compute, inputs, live)
        return self._calls[key]

    def _is_differentiated(self, operation: Any) -> bool:
        """Return whether a gradient is taken against an operation's result or its weights."""
        if id(operation) in self._pinned:
            return True
        weights = getattr(operation, 'variables', ()) if self._tracked else ()
        return any(id(as_symbolic(weight)) in self._tracked for weight in weights)

    def _key(self, operation: Any, node: Any, inputs: tuple[Value, ...]) -> Any:
        """Return what makes two calls the same computation.

        Keras 3 calls every layer of a Sequential anew for each layer added, so the same layer
        is met on the same input many times.
        """
        given = tuple(map(id, inputs))
        if isinstance(operation, keras.layers.Layer) and not self.training:
            others = [
                leaf
                for leaf in tf.nest.flatten(node.arguments.kwargs)
                if not isinstance(leaf, keras.KerasTensor)
            ]
            return (id(operation), given, repr(others), repr(overrides_of(node)))
        return (id(node), given)

    def _pick(self, call: Value, tensor: Tensor) -> Value:
        index = tensor._keras_history.tensor_index
        key = ('output', id(call), index)
        if key not in self._calls:
            self._calls[key] = Value(lambda env: env[call][index], (call,), call.live)
        return self._calls[key]

    def _run(self, operation: Any, arguments: Any, results: dict[int, Any]) -> list[Any]:
        if self.precision == 'bfloat16' and is_network_layer(operation):
            return _flat(_in_bfloat16(operation, arguments, results))
        results = {name: in_full(result) for name, result in results.items()}
        args, kwargs = arguments.fill_in(results)
        if not isinstance(operation, keras.layers.Layer):
            return _flat(operation.call(*args, **kwargs))
        if self.training and operation._call_has_training_arg:
            kwargs['training'] = True  # Keras has noted its default, False, in every call
        return _flat(operation(*args, **kwargs))

    def _gradients(self, node: Any) -> Value:
        loss, *variables = node.input_tensors
        values = tuple(self._whole(self._lowered[id(t)]) for t in (loss, *variables))
        key = ('gradients', id(node))
        if key not in self._calls:

            def compute(environment: Environment) -> list[Any]:
                sources = [_differentiable(t, environment[v]) for t, v in zip(variables, values[1:])]
                found = tf.gradients(in_full(environment[values[0]]), sources)
                return [_gradient(g, t) for g, t in zip(found, variables)]

            self._calls[key] = Value(compute, values, True)
        return self._calls[key]


def in_full(result: Any) -> Any:
    """Return a network's bfloat16 result in float32; anything else as it is."""
    if getattr(result, 'dtype', None) == tf.bfloat16:
        return tf.cast(result, tf.float32)
    return result


def _in_bfloat16(layer: Any, arguments: Any, results: dict[int, Any]) -> Any:
    """Call a layer in bfloat16, its weights staying float32 as they are stored."""
    policy = layer.dtype_policy
    layer.dtype_policy = 'mixed_bfloat16'
    try:
        args, kwargs = arguments.fill_in(results)
        return layer(*args, **kwargs)
    finally:
        layer.dtype_policy = policy


def _differentiable(tensor: Tensor, result: Any) -> Any:
    weight = isinstance(tensor, Variable) and tensor.is_weight
    return tensor.storage.value if weight else result


def _gradient(gradient: Any, variable: Tensor) -> Any:
    if gradient is None:
        raise LegacyError(
            'Expected a loss that depends on what K.gradients differentiates '
            f'against. Received: one that does not depend on {variable.name!r}'
        )
    return tf.cast(tf.convert_to_tensor(gradient), variable.dtype)


def _refuse(tensor: Tensor) -> None:
    raise LegacyError(
        f'Expected a value for every placeholder that the outputs need. '
        f'Received: none for {tensor.name!r} of shape {tensor.shape}'
    )


def _joins_rows(operation: Any) -> bool:
    joining = isinstance(operation, Concatenation) or type(operation) is keras.layers.Concatenate
    return joining and operation.axis == 0


def _rows(flat: list[tuple[Value, int]]) -> Rows:
    """Return rows with neighbours that are both live joined, to be computed together."""
    parts: list[tuple[Value, int]] = []
    for value, count in flat:
        if parts and value.live and parts[-1][0].live:
            last, before = parts.pop()
            value, count = _joined((last, value)), before + count
        parts.append((value, count))
    return Rows(tuple(value for value, _ in parts), tuple(count for _, count in parts))


def _joined(parts: tuple[Value, ...]) -> Value:
    return Value(
        lambda env: tf.concat([in_full(env[part]) for part in parts], 0),
        parts,
        any(part.live for part in parts),
    )


def _slice_of(part: Value, key: tuple[Any, ...]) -> Value:
    return Value(lambda env: in_full(env[part])[key], (part,), part.live)


def _flat(result: Any) -> list[Any]:
    return list(tf.nest.flatten(result))
