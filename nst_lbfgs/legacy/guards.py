"""The parts of a script that it runs only where they work: behind try, behind a test of versions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_ABSENCE = ('ImportError', 'ModuleNotFoundError', 'AttributeError', 'NameError')
_ANYTHING = ('Exception', 'BaseException')
_VERSION_TESTS = ('version', 'version_info', '__version__', 'TYPE_CHECKING', 'PY2', 'PY3', 'hasattr')
_BACKEND_TESTS = ('backend', '_BACKEND')
_OTHER_BACKENDS = ('theano', 'cntk')


def guarded_nodes(tree: ast.AST) -> set[ast.AST]:
    """Return the nodes whose failure, or absence, the script provides for."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try):
            found |= _of_attempt(node)
        elif isinstance(node, (ast.If, ast.IfExp)):
            found |= _of_test(node)
    return found


def _of_attempt(attempt: ast.Try) -> set[ast.AST]:
    """Return what either half of a try makes optional: all of it for an absence, else imports."""
    caught = {name for handler in attempt.handlers for name in _names_caught(handler)}
    inside = set(_below([*attempt.body, *attempt.handlers, *attempt.orelse]))
    if caught & set(_ABSENCE):
        return inside
    if caught & set(_ANYTHING):
        return {node for node in inside if isinstance(node, (ast.Import, ast.ImportFrom))}
    return set()


def _names_caught(handler: ast.ExceptHandler) -> Iterator[str]:
    if handler.type is None:
        yield 'BaseException'
        return
    for node in ast.walk(handler.type):
        if isinstance(node, (ast.Name, ast.Attribute)):
            yield node.id if isinstance(node, ast.Name) else node.attr


def _of_test(test: ast.If | ast.IfExp) -> set[ast.AST]:
    """Return the branches that a test of versions, or of Keras's backend, may leave out."""
    branches = [_as_list(test.body), _as_list(test.orelse)]
    words = {_word(node) for node in ast.walk(test.test)}
    if words & set(_VERSION_TESTS):
        return set(_below([*branches[0], *branches[1]]))
    if words & set(_BACKEND_TESTS) and isinstance(test.test, ast.Compare):
        equal = isinstance(test.test.ops[0], ast.Eq)
        other = bool(words & set(_OTHER_BACKENDS))
        return set(_below(branches[0 if equal == other else 1]))
    return set()


def _word(node: ast.AST) -> str:
    found = getattr(node, 'attr', getattr(node, 'id', getattr(node, 'value', '')))
    return found if isinstance(found, str) else ''


def _as_list(branch: list[ast.stmt] | ast.expr) -> list[ast.AST]:
    return list(branch) if isinstance(branch, list) else [branch]


def _below(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
        yield from ast.walk(node)
