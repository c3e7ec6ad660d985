"""Python 2's syntax into Python 3's: fissix, a fork of 2to3, does what 2to3 did; the passes here do the rest.

Meaning is kept where it differs at run time only, as that of `/`: the text then calls `python_2.divide`.
"""

from __future__ import annotations

import ast
import functools
import importlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ...errors import LegacyError

_FIXES = (
    'apply basestring dict except exec filter funcattrs getcwdu has_key isinstance itertools '
    'itertools_imports long map metaclass methodattrs ne next nonzero numliterals paren print raise '
    'raw_input renames repr standarderror sys_exc throw tuple_params types unicode xrange zip input'
).split()
_RELATIVE_IMPORTS = 'import'
TAB = 8  # columns, in Python 2


@dataclass(frozen=True)
class Translation:
    """A script in Python 3, and for each of its lines the line of the original that it came from."""

    text: str
    lines: tuple[int, ...]

    def tree(self, name: str) -> ast.Module:
        """Return the syntax tree with the original's line numbers. Raises SyntaxError."""
        tree = ast.parse(self.text, name)
        node: Any
        for node in ast.walk(tree):
            if hasattr(node, 'lineno'):
                node.lineno = node.end_lineno = self.lines[node.lineno - 1]
                node.col_offset = node.end_col_offset = -1  # none: they are those of another text
        return tree


def translate(
    text: str, name: str, features: frozenset[str] = frozenset(), package: bool = False
) -> Translation:
    """Return a Python 2 script in Python 3.

    name: what to call it; of a module in a package (`package`) it is the path, beside which its implicit
    relative imports are looked for. features: what earlier cells of a notebook imported from `__future__`.
    Raises LegacyError without fissix, or if the text is no Python 2 either.
    """
    fissix = _fissix()
    features = features | future_features(text)
    driver = fissix.driver(no_print='print_function' in features)
    try:
        tree = driver.parse_string(without_tabs(text if text.endswith('\n') else text + '\n'))
        tree.future_features = features
        _change(fissix, tree, name, features, package)
    except (fissix.parse_error, fissix.token_error, AttributeError, AssertionError) as error:
        raise LegacyError(f'{name}: this is no Python 2 either: {error}') from error
    return Translation(str(tree), tuple(_origins(tree)))


def can_translate() -> bool:
    """Return whether fissix is installed."""
    return find_spec('fissix') is not None


def _change(fissix: _Fissix, tree: Any, name: str, features: frozenset[str], package: bool) -> None:
    from .division_pass import change_division
    from .import_pass import change_imports
    from .name_pass import change_names

    change_names(tree)
    fissix.tool(package).refactor_tree(tree, name)
    change_imports(tree)
    if 'division' not in features:
        change_division(tree)


# --- fissix


class _Fissix:
    """The parts of fissix that are needed, its grammar tables made in memory: it would cache them at home."""

    def __init__(self) -> None:
        package: Any = importlib.import_module('fissix')
        with tempfile.TemporaryDirectory() as folder:
            package.CACHE_DIR = Path(folder)
            self._grammars = importlib.import_module('fissix.pygram')
        self._refactor = importlib.import_module('fissix.refactor')
        self._driver = importlib.import_module('fissix.pgen2.driver')
        self._convert = importlib.import_module('fissix.pytree').convert
        self.parse_error = importlib.import_module('fissix.pgen2.parse').ParseError
        self.token_error = importlib.import_module('fissix.pgen2.tokenize').TokenError

    def driver(self, *, no_print: bool) -> Any:
        grammars = self._grammars
        grammar = grammars.python_grammar_no_print_statement if no_print else grammars.python_grammar
        return self._driver.Driver(grammar, convert=self._convert)

    def tool(self, package: bool) -> Any:
        fixes = [*_FIXES, _RELATIVE_IMPORTS] if package else _FIXES
        return self._refactor.RefactoringTool([f'fissix.fixes.fix_{name}' for name in fixes])


@functools.cache
def _fissix() -> _Fissix:
    try:
        return _Fissix()
    except ImportError as error:
        raise LegacyError(
            "Expected fissix, which translates Python 2: pip install 'nst-lbfgs[python2]'. Received: none"
        ) from error


# --- text


def future_features(text: str) -> frozenset[str]:
    """Return what a Python 2 text imports from `__future__`."""
    found: set[str] = set()
    for line in text.splitlines():
        words = line.partition('#')[0].replace(',', ' ').replace('(', ' ').replace(')', ' ').split()
        if words[:3] == ['from', '__future__', 'import']:
            found |= set(words[3:])
    return frozenset(found)


def without_tabs(text: str) -> str:
    """Return a text whose lines are indented by spaces, a tab going to the next column of 8.

    What stands within strings of several lines is left as it is.
    """
    if '\t' not in text:
        return text
    lines = text.splitlines(keepends=True)
    inside = _lines_inside_strings(text)
    for number, line in enumerate(lines, start=1):
        rest = line.lstrip(' \t')
        indent = line[: len(line) - len(rest)]
        if '\t' in indent and number not in inside:
            lines[number - 1] = indent.expandtabs(TAB) + rest
    return ''.join(lines)


def _lines_inside_strings(text: str) -> set[int]:
    tokenize = importlib.import_module('fissix.pgen2.tokenize')
    strings = importlib.import_module('fissix.pgen2.token').STRING
    reader = iter(text.splitlines(keepends=True))
    return {
        line
        for kind, _, start, end, _ in tokenize.generate_tokens(lambda: next(reader, ''))
        if kind == strings
        for line in range(start[0] + 1, end[0] + 1)
    }


def _origins(tree: Any) -> Iterator[int]:
    """Yield for each line of a changed tree the line of the original that it came from."""
    line = last = 1
    origins: dict[int, int] = {}
    for leaf in tree.leaves():
        line += leaf.prefix.count('\n')
        if leaf.lineno:
            origins.setdefault(line, leaf.lineno)
        line += leaf.value.count('\n')
    for number in range(1, line + 1):
        last = origins.get(number, last)
        yield last
