"""Names, methods and arguments that Python 3 no longer has, in a tree of a Python 2 script.

The tree, fissix's, is changed in place. Every new call goes to `python_2`, so that no line is added.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .syntax import NAME, call, syntax

_CALLS = {
    'cmp': 'cmp',
    'execfile': 'execfile',
    'file': 'open',
    'intern': 'intern',
    'open': 'open',
    'reduce': 'reduce',
    'reload': 'reload',
    'unicode': 'to_unicode',
}
_TYPES = ('file', 'unicode')
_ATTRIBUTES = {
    ('sys', 'setdefaultencoding'): f'{NAME}.nothing',
    ('sys', 'exc_clear'): f'{NAME}.nothing',
    ('time', 'clock'): 'time.perf_counter',
    ('operator', 'div'): f'{NAME}.divide',
}
_CODECS = ('decode', 'encode')
_DIVISION_METHODS = {'__div__': '__truediv__', '__rdiv__': '__rtruediv__', '__idiv__': '__itruediv__'}


def change_names(tree: Any) -> None:
    """Change names and calls that fissix's own fixes would take for something else."""
    _, symbols, tokens = syntax()
    names = [leaf for leaf in tree.leaves() if leaf.type == tokens.NAME]
    own = {leaf.value for leaf in names if _is_bound(leaf)}
    for leaf in names:
        if leaf.value in _CALLS and leaf.value not in own and _is_function(leaf):
            leaf.value = f'{NAME}.{_CALLS[leaf.value]}'
        elif leaf.value in _DIVISION_METHODS and _DIVISION_METHODS[leaf.value] not in own:
            leaf.value = _DIVISION_METHODS[leaf.value]
    for node in [node for node in tree.pre_order() if node.type == symbols.power]:
        _change_power(node, own)


def _is_function(leaf: Any) -> bool:
    """Return whether a name is called, or is that of a function which is handed on."""
    _, symbols, _ = syntax()
    before, after = leaf.prev_sibling, leaf.next_sibling
    if before is not None and str(before).strip() == '.':
        return False
    if leaf.value in _TYPES:  # `isinstance(x, unicode)` is for fissix
        return leaf.parent.type == symbols.power and after is not None and str(after)[0] == '('
    return after is None or leaf.parent.type != symbols.argument or str(after) != '='


def _is_bound(leaf: Any) -> bool:
    """Return whether the script itself gives a name a meaning here."""
    _, symbols, _ = syntax()
    before, after = leaf.prev_sibling, leaf.next_sibling
    if before is not None and str(before).strip() in ('def', 'class', 'as', 'for'):
        return True
    if after is not None and leaf.parent.type == symbols.expr_stmt and str(after).strip() == '=':
        return True
    return any(node.type == symbols.import_from for node in _ancestors(leaf)) or (
        leaf.parent.type in (symbols.typedargslist, symbols.parameters)
    )


def _ancestors(node: Any) -> Iterator[Any]:
    while node.parent is not None:
        node = node.parent
        yield node


def _change_power(node: Any, own: set[str]) -> None:
    children = node.children
    words = [str(child).strip() for child in children[:2]]
    if len(words) == 2 and (new := _ATTRIBUTES.get((words[0], words[1].lstrip('.')))):
        children[0].value = new
        children[1].remove()
    elif words[0] == 'sorted' and 'sorted' not in own:
        _change_comparison(children[1], position=1)
    elif words[0] == 'map' and words[1].lstrip('( ').startswith('None,'):
        children[0].value = f'{NAME}.map_none'
    else:
        _change_methods(node)


def _change_methods(node: Any) -> None:
    """Change `x.sort(f)` and `x.decode(...)`, which may be followed by more."""
    for method, arguments in zip(node.children[1:], node.children[2:]):
        name = str(method).strip()
        if not str(arguments).startswith('('):
            continue
        if name == '.sort':
            _change_comparison(arguments, position=0)
        elif name in [f'.{codec}' for codec in _CODECS]:
            _call_with_owner(node, method, arguments, name[1:])
            return


def _change_comparison(trailer: Any, position: int) -> None:
    """Make a `cmp` function, by name or by position, a key."""
    trees, symbols, tokens = syntax()
    inside = trailer.children[1]
    arguments = inside.children[::2] if inside.type == symbols.arglist else [inside]
    for place, argument in enumerate(arguments):
        named = argument.type == symbols.argument and str(argument.children[1]) == '='
        if named and str(argument.children[0]).strip() == 'cmp':
            argument.children[0].value = 'key'
            argument.children[2].replace(call('cmp_to_key', [argument.children[2]]))
        elif place == position and not named and str(argument) != ')' and argument.type != symbols.argument:
            new = call('cmp_to_key', [argument.clone()], '')
            key = trees.Leaf(tokens.NAME, 'key', prefix=argument.prefix)
            argument.replace(trees.Node(symbols.argument, [key, trees.Leaf(tokens.EQUAL, '='), new]))


def _call_with_owner(node: Any, method: Any, arguments: Any, function: str) -> None:
    """Make `owner.method(arguments)` within a power `function(owner, arguments)`."""
    trees, symbols, tokens = syntax()
    place = node.children.index(method)
    owner = node.children[:place]
    prefix = node.prefix
    for child in owner:
        child.remove()
    inside = [child.clone() for child in arguments.children[1:-1]]
    method.remove()
    whole = owner[0] if len(owner) == 1 else trees.Node(symbols.power, owner)
    whole.prefix = ''
    arguments.replace(call(function, [whole, *inside], prefix))
