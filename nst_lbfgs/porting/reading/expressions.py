"""The expressions of a script that is followed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..names import canonical
from .arguments import Parser
from .functions import on_arrays, plain
from .values import UNKNOWN, Model, Number, Picture, Terms, Text, as_terms, combined


class Scope(dict[str, Any]):
    """A script's names; within a function, its own before the others."""

    @contextmanager
    def inner(self, values: Mapping[str, Any]) -> Iterator[None]:
        """Within this context the names are a function's."""
        outer = dict(self)
        self.update(values)
        try:
            yield
        finally:
            self.clear()
            self.update(outer)


class Expressions:
    """Evaluates expressions; what is not followed is UNKNOWN."""

    OPERATIONS: Mapping[type, Callable[[Any, Any], Any]] = {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.FloorDiv: operator.floordiv,
        ast.Mod: operator.mod,
        ast.Pow: operator.pow,
    }
    _COMPARISONS: Mapping[type, Callable[[Any, Any], Any]] = {
        ast.Eq: operator.eq,
        ast.NotEq: operator.ne,
        ast.Lt: operator.lt,
        ast.LtE: operator.le,
        ast.Gt: operator.gt,
        ast.GtE: operator.ge,
        ast.In: lambda a, b: a in b,
        ast.NotIn: lambda a, b: a not in b,
    }

    def __init__(self, names: Mapping[str, str], seed: int) -> None:
        self.scope = Scope({'__name__': Text('__main__', "'__main__'")})
        self.names = {'python_2': 'python_2', **names}
        self.samples: dict[str, float] = {}
        self.derived: dict[str, Number] = {}
        self.models: list[Model] = []
        self.features: dict[tuple[int, str], Any] = {}
        self.parser: Parser | None = None
        self.loss: Terms | None = None
        self.format = 'channels_last'
        self._seed = seed

    def value(self, node: ast.expr) -> Any:
        """Return what an expression stands for."""
        method = getattr(self, f'_{type(node).__name__}', None)
        if method is None:
            return UNKNOWN
        try:
            return as_terms(method(node))
        except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError):
            return UNKNOWN

    def truth(self, value: Any) -> bool | None:
        """Return whether a value is true, or None if that is not known."""
        if isinstance(value, (bool, np.bool_)):
            return bool(value)
        return bool(plain(value)) if isinstance(value, (Number, Text, list, tuple)) else None

    # --- the simple ones

    def _Constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, bool) or node.value is None or node.value is ...:
            return node.value
        if isinstance(node.value, str):
            return Text(node.value, repr(node.value))
        return Number(node.value) if isinstance(node.value, (int, float)) else UNKNOWN

    def _Name(self, node: ast.Name) -> Any:
        return self.scope.get(node.id, UNKNOWN)

    def _Tuple(self, node: ast.Tuple) -> Any:
        return tuple(self.value(part) for part in node.elts)

    def _List(self, node: ast.List) -> Any:
        return [self.value(part) for part in node.elts]

    def _Dict(self, node: ast.Dict) -> Any:
        return {plain(self.value(k)): self.value(v) for k, v in zip(node.keys, node.values) if k is not None}

    def _Slice(self, node: ast.Slice) -> Any:
        parts = (node.lower, node.upper, node.step)
        return slice(*(None if part is None else plain(self.value(part)) for part in parts))

    def _UnaryOp(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            truth = self.truth(value)
            return UNKNOWN if truth is None else not truth
        return self.operate(operator.mul, Number(-1), value) if isinstance(node.op, ast.USub) else value

    def _IfExp(self, node: ast.IfExp) -> Any:
        test = self.truth(self.value(node.test))
        return UNKNOWN if test is None else self.value(node.body if test else node.orelse)

    def _BoolOp(self, node: ast.BoolOp) -> Any:
        truths = [self.truth(self.value(value)) for value in node.values]
        decisive = isinstance(node.op, ast.Or)
        if decisive in truths:
            return decisive
        return UNKNOWN if None in truths else not decisive

    def _Compare(self, node: ast.Compare) -> Any:
        left, right = self.value(node.left), self.value(node.comparators[0])
        comparison = self._COMPARISONS.get(type(node.ops[0]))
        if comparison is None or len(node.ops) > 1 or UNKNOWN in (left, right):
            return UNKNOWN
        return bool(comparison(plain(left), plain(right)))

    # --- arithmetic

    def _BinOp(self, node: ast.BinOp) -> Any:
        operation = self.OPERATIONS.get(type(node.op))
        if operation is None:
            return UNKNOWN
        return self.operate(operation, self.value(node.left), self.value(node.right))

    def operate(self, operation: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
        """Return the value of an operation on two others."""
        if isinstance(a, Number) and isinstance(b, Number):
            return combined(operation, a, b)
        if isinstance(a, Picture) or isinstance(b, Picture):
            return a if isinstance(a, Picture) else b
        if isinstance(a, Terms) or isinstance(b, Terms):
            return self._operate_on_terms(operation, a, b)
        if isinstance(a, Text) and isinstance(b, Text) and operation is operator.add:
            return Text(a.value + b.value, f'{a.code} + {b.code}', a.lines | b.lines)
        if isinstance(a, list) and isinstance(b, list) and operation is operator.add:
            return [*a, *b]
        return on_arrays(operation)(a, b)

    def _operate_on_terms(self, operation: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
        if operation in (operator.add, operator.sub):
            a, b = (Terms() if isinstance(x, Number) and x.value == 0 else x for x in (a, b))
            if isinstance(a, Terms) and isinstance(b, Terms):
                b = b.times(Number(-1)) if operation is operator.sub else b
                return Terms(a.terms + b.terms)
        if operation is operator.mul and isinstance(a, Number):
            return b.times(a)
        if operation in (operator.mul, operator.truediv) and isinstance(b, Number):
            return a.times(b, inverse=operation is operator.truediv)
        return on_arrays(operation)(a, b)

    # --- comprehensions

    def _ListComp(self, node: ast.ListComp) -> Any:
        return list(self._items(node.elt, node.generators[0]))

    def _GeneratorExp(self, node: ast.GeneratorExp) -> Any:
        return list(self._items(node.elt, node.generators[0]))

    def _DictComp(self, node: ast.DictComp) -> Any:
        pairs = self._items(ast.Tuple([node.key, node.value], ast.Load()), node.generators[0])
        return {plain(key): value for key, value in pairs}

    def _items(self, element: ast.expr, loop: ast.comprehension) -> Iterator[Any]:
        items = self.value(loop.iter)
        for item in items if isinstance(items, (list, tuple)) else ():
            targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
            parts = item if isinstance(loop.target, ast.Tuple) else [item]
            names = {target.id: part for target, part in zip(targets, parts) if isinstance(target, ast.Name)}
            with self.scope.inner(names):
                yield self.value(element)

    # --- names

    def full_name(self, node: ast.expr) -> str | None:
        """Return 'keras.backend.sum' for `K.sum`, by its name of today's, or None for no imported name."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id) if node.id not in self.scope else None
        if isinstance(node, ast.Attribute):
            owner = self.full_name(node.value)
            return None if owner is None else canonical(f'{owner}.{node.attr}')
        return None
