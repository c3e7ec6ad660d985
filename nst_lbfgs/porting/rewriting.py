"""A script's syntax tree with the old names replaced, and everything else as it was."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from .imports import import_lines, imported_names, loads_keras_first
from .names import BUILTINS, Today, is_dropped, is_only_in_run, today

_NO_LONGER_TAKEN = ('disp', 'iprint')  # by SciPy 1.18's fmin_l_bfgs_b
DROPPED = 'pass  # no longer: '


Found = tuple[int, str, str]
"""A line, what stood there, and what stands there now."""


@dataclass(frozen=True)
class Rewriting:
    """A script's new text, what was changed, and what only `nst-lbfgs run` can do."""

    text: str
    changes: list[Found]
    left: list[Found]


def rewrite(text: str, legacy_names: Set[str] = frozenset(), first_lines: Sequence[str] = ()) -> Rewriting:
    """Return a Python 3 script with imports and names of today.

    It begins with an import of `legacy_names` and `first_lines`. Raises SyntaxError.
    """
    wrapper = MetadataWrapper(cst.parse_module(text))
    transformer = _Transformer(ast.parse(text))
    transformer.wanted = {name: name for name in legacy_names}
    module = wrapper.visit(transformer)
    if loads_keras_first(
        ast.parse('\n'.join([*_imports(transformer.wanted), module.code]))
    ):  # and TensorFlow, without the settings of `run`
        transformer.use(Today('backend', is_legacy=True))
    new = _with_lines_at_top(module, [*_imports(transformer.wanted), *first_lines])
    new = re.sub(rf'^{re.escape(DROPPED)}', '# no longer: ', new, flags=re.MULTILINE)
    return Rewriting(new, transformer.changes, transformer.left)


class _Transformer(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, tree: ast.Module) -> None:
        super().__init__()
        self.names = imported_names(tree)
        self.own = _bound_names(tree)
        self.wanted: dict[str, str] = {}
        self.changes: list[Found] = []
        self.left: list[Found] = []

    # --- statements

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
        old = [_code(statement) for statement in original_node.body]
        new = [
            line
            for before, after in zip(original_node.body, updated_node.body)
            for line in self._lines_of(before, after)
        ]
        if new == [_code(statement) for statement in updated_node.body]:
            return updated_node
        self._note(original_node, '; '.join(old), '; '.join(new) or 'nothing')
        new = new or [DROPPED + ' '.join('; '.join(old).split())]
        lines = [cst.ensure_type(cst.parse_statement(line), cst.SimpleStatementLine) for line in new]
        comment = (
            {} if new[0].startswith(DROPPED) else {'trailing_whitespace': updated_node.trailing_whitespace}
        )
        lines[0] = lines[0].with_changes(leading_lines=updated_node.leading_lines, **comment)
        return cst.FlattenSentinel(lines)

    def _lines_of(self, before: cst.BaseSmallStatement, after: cst.BaseSmallStatement) -> list[str]:
        """Return the statements that stand for one."""
        if isinstance(before, (cst.Import, cst.ImportFrom)):
            return import_lines(_code(before), self.own)
        if isinstance(before, cst.Expr) and self._is_of_no_use(before.value):
            return []
        return [_code(after)]

    def _is_of_no_use(self, value: cst.BaseExpression) -> bool:
        code = _code(value)
        if code.startswith('get_ipython()'):
            return True
        full = self._full(value.func) if isinstance(value, cst.Call) else None
        return full is not None and is_dropped(full)

    # --- names

    def visit_Import(self, node: cst.Import) -> bool:
        return False  # done by its statement

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        return today(self._full(node) or '') is None  # else done as a whole

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        full = self._full(original_node)
        new = today(full) if full is not None else None
        if full is not None and is_only_in_run(full):
            self._keep(original_node, full)
        if new is None or self._is_legacy_already(original_node):
            return updated_node
        code = self.use(new)
        self._note(original_node, _code(original_node), code)
        return cst.parse_expression(code)

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.BaseExpression:
        new = BUILTINS.get(original_node.value)
        if new is None or original_node.value in self.own:
            return updated_node
        self._note(original_node, original_node.value, new)
        return updated_node.with_changes(value=new)

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.Call:
        if self._full(original_node.func) != 'scipy.optimize.fmin_l_bfgs_b':
            return updated_node
        kept = [
            argument
            for argument in updated_node.args
            if argument.keyword is None or argument.keyword.value not in _NO_LONGER_TAKEN
        ]
        if len(kept) == len(updated_node.args):
            return updated_node
        self._note(original_node, 'iprint= or disp=', 'nothing')
        kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated_node.with_changes(args=kept)

    def _full(self, node: cst.BaseExpression) -> str | None:
        """Return 'keras.backend.sum' for `K.sum`, or None for what is no imported name."""
        if isinstance(node, cst.Name):
            return self.names.get(node.value) if node.value not in self.own else None
        if isinstance(node, cst.Attribute):
            owner = self._full(node.value)
            return None if owner is None else f'{owner}.{node.attr.value}'
        return None

    def _is_legacy_already(self, node: cst.BaseExpression) -> bool:
        """Return whether the import of what an attribute is of has made it the legacy API's."""
        while isinstance(node, cst.Attribute):
            node = node.value
        new = today(self._full(node) or '')
        return new is not None and new.is_legacy

    def use(self, new: Today) -> str:
        """Return how a name of today is written here; it is imported if it has to be."""
        if new.is_legacy:
            first, dot, rest = new.name.partition('.')
            self.wanted[first] = f'legacy_{first}' if first in self.own else first
            return f'{self.wanted[first]}{dot}{rest}'
        for bound, full in self.names.items():
            if new.name.startswith(full + '.') and bound not in self.own:
                return bound + new.name[len(full) :]
        return new.name

    def _keep(self, node: cst.CSTNode, full: str) -> None:
        self.left.append((self._line(node), full, 'as it is: only `nst-lbfgs run` supplies it'))

    def _note(self, node: cst.CSTNode, old: str, new: str) -> None:
        self.changes.append((self._line(node), ' '.join(old.split()), new))

    def _line(self, node: cst.CSTNode) -> int:
        return int(self.get_metadata(PositionProvider, node).start.line)


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node).rstrip('; ')


def _bound_names(tree: ast.Module) -> set[str]:
    """Return the names that a script itself gives a meaning, imports aside."""
    return {
        getattr(node, 'id', getattr(node, 'name', getattr(node, 'arg', '')))
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.arg))
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    }


def _imports(wanted: dict[str, str]) -> list[str]:
    names = sorted(name if name == bound else f'{name} as {bound}' for name, bound in wanted.items())
    return [f'from nst_lbfgs.legacy import {", ".join(names)}'] if names else []


def _with_lines_at_top(module: cst.Module, lines: Sequence[str]) -> str:
    """Return a module's text with statements before its own, but for docstring and `__future__`."""
    if not lines:
        return module.code
    has_docstring = module.get_docstring() is not None
    place = 0
    while place < len(module.body) and (
        (place == 0 and has_docstring) or '__future__' in _code(module.body[place])
    ):
        place += 1
    statements = [cst.parse_statement(line) for line in lines]
    return module.with_changes(body=[*module.body[:place], *statements, *module.body[place:]]).code
