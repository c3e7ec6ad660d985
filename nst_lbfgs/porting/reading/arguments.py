"""A script's command line: what argparse was told, and what `args.name` stands for."""

from __future__ import annotations

import ast
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from .values import UNKNOWN, Number, Text


@dataclass
class Arguments:
    """What `parse_args` returned."""

    defaults: dict[str, Any]
    types: dict[str, str]
    lines: dict[str, int]

    def get(self, name: str, samples: MutableMapping[str, float]) -> Any:
        """Return the value of one argument; its default, or a number that stands for any, as its sample."""
        if name not in self.lines:
            return UNKNOWN
        code, lines = f'args.{name}', frozenset({self.lines[name]})
        if self.types.get(name) in ('int', 'float'):
            sample = self.defaults.get(name) or 3
            samples[code] = sample
            return Number(sample, {code: 1}, lines)
        default = self.defaults.get(name)
        if default is None or isinstance(default, str):
            return Text(default or '', code, lines)
        return default


@dataclass
class Parser:
    """An argparse parser: its calls, whose text can be kept."""

    made: ast.Call
    arguments: Arguments = field(default_factory=lambda: Arguments({}, {}, {}))
    added: list[ast.Call] = field(default_factory=list)

    def call(self, name: str, node: ast.Call) -> Any:
        """Do one of the parser's methods."""
        if name == 'parse_args':
            return self.arguments
        if name == 'add_argument':
            self._add(node)
        return UNKNOWN

    def _add(self, node: ast.Call) -> None:
        names = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if not names:
            return
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        long = next((name for name in names if name.startswith('--')), names[0])
        dest = _constant(keywords.get('dest')) or long.lstrip('-').replace('-', '_')
        self.added.append(node)
        self.arguments.lines[dest] = node.lineno
        self.arguments.types[dest] = getattr(keywords.get('type'), 'id', 'str')
        self.arguments.defaults[dest] = _constant(keywords.get('default'))


def _constant(node: ast.expr | None) -> Any:
    """Return a literal's value, also that of `-1.0`."""
    try:
        return None if node is None else ast.literal_eval(node)
    except ValueError:
        return None
