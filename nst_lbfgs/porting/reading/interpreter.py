"""Follows a script's statements on sample values; calls nothing but the functions in `functions`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..imports import imported_names
from .calls import Calls
from .values import UNKNOWN, Number, Picture, Placeholder, Terms, Text

SEARCHES = ('fmin_l_bfgs_b',)
_LARGEST_LOOP = 1000
_OPERATIONS = Calls.OPERATIONS


@dataclass(frozen=True)
class Search:
    """A call of L-BFGS: its start, its numbers, and how often it is called."""

    start: Any
    settings: Mapping[str, Any]
    calls: Number
    line: int


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Interpreter(Calls):
    """What became of a script's names, its losses and its searches.

    seed: of the sample features, whose shapes it changes too.
    """

    def __init__(self, tree: ast.Module, seed: int) -> None:
        super().__init__(imported_names(tree), seed)
        self.searches: list[Search] = []
        self.not_followed: list[tuple[int, str]] = []
        self._calls = Number(1)
        self._run(tree.body)

    # --- statements

    def _run(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            method = getattr(self, f'_do_{type(statement).__name__}', None)
            if method is not None:
                method(statement)

    def _do_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.scope[node.name] = node

    def _do_Expr(self, node: ast.Expr) -> None:
        self.value(node.value)

    def _do_Return(self, node: ast.Return) -> None:
        raise _Return(UNKNOWN if node.value is None else self.value(node.value))

    def _do_Assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self._assign(target, value, node.lineno)

    def _do_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assign(node.target, self.value(node.value), node.lineno)

    def _do_AugAssign(self, node: ast.AugAssign) -> None:
        target = node.target
        if isinstance(target, ast.Subscript):
            self._by_hand(target)
            return
        operation = _OPERATIONS.get(type(node.op))
        before = self.value(_loaded(target))
        value = UNKNOWN if operation is None else self.operate(operation, before, self.value(node.value))
        self._assign(target, value, node.lineno)

    def _by_hand(self, target: ast.Subscript) -> None:
        """Note that `picture[:, :, 0] -= 103.939` prepares a picture."""
        picture = self.value(target.value)
        if isinstance(picture, Picture) and isinstance(target.value, ast.Name):
            self.scope[target.value.id] = replace(picture, prepared='by hand')

    def _assign(self, target: ast.expr, value: Any, line: int) -> None:
        if isinstance(target, ast.Name):
            self.scope[target.id] = _at(value, line)
        elif isinstance(target, (ast.Tuple, ast.List)):
            known = isinstance(value, (tuple, list)) and len(value) == len(target.elts)
            for place, part in enumerate(target.elts):
                self._assign(part, value[place] if known else UNKNOWN, line)
        elif isinstance(target, ast.Subscript):
            owner, key = self.value(target.value), self.value(target.slice)
            if isinstance(owner, dict) and isinstance(key, Text):
                owner[key.value] = _at(value, line)

    def _do_If(self, node: ast.If) -> None:
        test = self.truth(self.value(node.test))
        if test is None:
            self._note_unfollowed(node)
        else:
            self._run(node.body if test else node.orelse)

    def _note_unfollowed(self, node: ast.If) -> None:
        """Note a branch that would change what is followed."""
        names = {
            name.id
            for statement in [*node.body, *node.orelse]
            for name in ast.walk(statement)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        }
        if any(isinstance(self.scope.get(name), (Terms, Number, Picture, Text)) for name in names):
            self.not_followed.append((node.lineno, f'if {ast.unparse(node.test)}'))

    def _do_With(self, node: ast.With) -> None:
        self._run(node.body)

    def _do_Try(self, node: ast.Try) -> None:
        self._run([*node.body, *node.orelse, *node.finalbody])

    def _do_While(self, node: ast.While) -> None:
        self._run(node.body)

    def _do_For(self, node: ast.For) -> None:
        items = self.value(node.iter)
        outside, before = self._calls, len(self.searches)
        rounds = self._rounds(node, items)
        if isinstance(items, range):
            items = [Number(item) for item in items]
        if not isinstance(items, (list, tuple)) or len(items) > _LARGEST_LOOP:
            items = [UNKNOWN]  # once, whatever it goes over
        self._calls = rounds if _searches(node) else outside
        for item in items:
            self._assign(node.target, item, node.lineno)
            self._run(node.body)
            if len(self.searches) > before:  # the rounds of this loop are the iterations
                calls = self.searches[-1].calls
                self.searches[-1] = replace(self.searches[-1], calls=rounds if calls is outside else calls)
                break
        self._calls = outside

    def _rounds(self, node: ast.For, items: Any) -> Number:
        """Return how often a loop goes round, with the lines that say so; without `powers` if unknown."""
        numbers = [
            number
            for call in ast.walk(node.iter)
            if isinstance(call, ast.Call)
            for argument in call.args
            if isinstance(number := self.value(argument), Number)
        ]
        lines = frozenset[int]().union(*(number.lines for number in numbers)) | {node.lineno}
        if isinstance(items, (range, list, tuple)):
            return Number(len(items), {}, lines)
        return replace(items, lines=lines) if isinstance(items, Number) else Number(1, None, lines)

    # --- calls of the script's own functions, and of the search

    def call_own(self, function: ast.FunctionDef, arguments: list[Any], named: dict[str, Any]) -> Any:
        """Follow a function of the script's."""
        spec = function.args
        names = [argument.arg for argument in [*spec.posonlyargs, *spec.args]]
        values = dict(zip(names[len(names) - len(spec.defaults) :], map(self.value, spec.defaults)))
        values |= {
            argument.arg: self.value(default)
            for argument, default in zip(spec.kwonlyargs, spec.kw_defaults)
            if default is not None
        }
        values |= dict(zip(names, arguments)) | named
        with self.scope.inner(values):
            try:
                self._run(function.body)
            except _Return as ending:
                return ending.value
        return UNKNOWN

    def call_search(self, node: ast.Call, arguments: list[Any], named: dict[str, Any]) -> Any:
        """Note a call of L-BFGS and return its picture, as it returned it."""
        start = arguments[1] if len(arguments) > 1 else named.get('x0', UNKNOWN)
        self.searches.append(Search(start, named, self._calls, node.lineno))
        return (start, UNKNOWN, UNKNOWN)


def _loaded(target: ast.expr) -> ast.expr:
    return ast.Name(target.id, ast.Load()) if isinstance(target, ast.Name) else target


def _at(value: Any, line: int) -> Any:
    """Return a value that knows the line at which it got a name."""
    if isinstance(value, Terms):
        return value.at(line)
    if isinstance(value, (Number, Text, Picture, Placeholder)):
        return replace(value, lines=value.lines | {line})
    return value


def _searches(node: ast.AST) -> bool:
    """Return whether a loop calls L-BFGS itself: its rounds are then the iterations."""
    return any(
        isinstance(call, ast.Call) and getattr(call.func, 'attr', getattr(call.func, 'id', '')) in SEARCHES
        for call in ast.walk(node)
    )
