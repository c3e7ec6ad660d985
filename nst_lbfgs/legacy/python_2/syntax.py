"""fissix's syntax trees, and the calls to `python_2` that are written into them."""

from __future__ import annotations

import importlib
from typing import Any

NAME = 'python_2'
HOME = 'nst_lbfgs.legacy.python_2'


def syntax() -> tuple[Any, Any, Any]:
    """Return fissix's trees, symbols and tokens."""
    return (
        importlib.import_module('fissix.pytree'),
        importlib.import_module('fissix.pygram').python_symbols,
        importlib.import_module('fissix.pgen2.token'),
    )


def call(function: str, arguments: list[Any], prefix: str | None = None) -> Any:
    """Return `python_2.function(arguments)` as a node."""
    trees, symbols, tokens = syntax()
    prefix = arguments[0].prefix if prefix is None else prefix
    inside: list[Any] = []
    for argument in arguments:
        if argument.parent is not None:
            argument = argument.clone()
        argument.prefix = ' ' if inside else ''
        inside += [*([trees.Leaf(tokens.COMMA, ',')] if inside else []), argument]
    opened, closed = trees.Leaf(tokens.LPAR, '('), trees.Leaf(tokens.RPAR, ')')
    trailer = trees.Node(symbols.trailer, [opened, trees.Node(symbols.arglist, inside), closed])
    return trees.Node(symbols.power, [trees.Leaf(tokens.NAME, f'{NAME}.{function}', prefix=prefix), trailer])
