"""What fissix leaves to be done in a tree of a Python 2 script: names, imports, `/`.

fissix's own trees are changed in place. Every new call goes to `python_2`, so that no line is added.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

NAME = 'python_2'
HOME = 'nst_lbfgs.legacy.python_2'
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

# Modules of today that have the old ones' names, or all of them that are in use.
_RENAMED = {
    'BaseHTTPServer': 'http.server',
    'ConfigParser': 'configparser',
    'Cookie': 'http.cookies',
    'HTMLParser': 'html.parser',
    'Queue': 'queue',
    'SimpleHTTPServer': 'http.server',
    'SocketServer': 'socketserver',
    'Tkinter': 'tkinter',
    '__builtin__': 'builtins',
    'commands': 'subprocess',
    'cookielib': 'http.cookiejar',
    'copy_reg': 'copyreg',
    'htmlentitydefs': 'html.entities',
    'httplib': 'http.client',
    'thread': '_thread',
    'tkFileDialog': 'tkinter.filedialog',
    'tkMessageBox': 'tkinter.messagebox',
    'ttk': 'tkinter.ttk',
    'xmlrpclib': 'xmlrpc.client',
}
# Modules of ours that do as the old ones did.
_OURS = {
    'StringIO': 'files',
    'cPickle': 'pickle',
    'cStringIO': 'files',
    'pickle': 'pickle',
    'string': 'string',
    'urllib': 'urllib',
    'urllib2': 'urllib',
    'urlparse': 'urllib',
}


def _syntax() -> tuple[Any, Any, Any]:
    """Return fissix's trees, symbols and tokens."""
    return (
        importlib.import_module('fissix.pytree'),
        importlib.import_module('fissix.pygram').python_symbols,
        importlib.import_module('fissix.pgen2.token'),
    )


# --- names


def change_before(tree: Any) -> None:
    """Change names and calls that fissix's own fixes would take for something else."""
    _, symbols, tokens = _syntax()
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
    _, symbols, _ = _syntax()
    before, after = leaf.prev_sibling, leaf.next_sibling
    if before is not None and str(before).strip() == '.':
        return False
    if leaf.value in _TYPES:  # `isinstance(x, unicode)` is for fissix
        return leaf.parent.type == symbols.power and after is not None and str(after)[0] == '('
    return after is None or leaf.parent.type != symbols.argument or str(after) != '='


def _is_bound(leaf: Any) -> bool:
    """Return whether the script itself gives a name a meaning here."""
    _, symbols, _ = _syntax()
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
    trees, symbols, tokens = _syntax()
    inside = trailer.children[1]
    arguments = inside.children[::2] if inside.type == symbols.arglist else [inside]
    for place, argument in enumerate(arguments):
        named = argument.type == symbols.argument and str(argument.children[1]) == '='
        if named and str(argument.children[0]).strip() == 'cmp':
            argument.children[0].value = 'key'
            argument.children[2].replace(_call('cmp_to_key', [argument.children[2]]))
        elif place == position and not named and str(argument) != ')' and argument.type != symbols.argument:
            new = _call('cmp_to_key', [argument.clone()], '')
            key = trees.Leaf(tokens.NAME, 'key', prefix=argument.prefix)
            argument.replace(trees.Node(symbols.argument, [key, trees.Leaf(tokens.EQUAL, '='), new]))


def _call_with_owner(node: Any, method: Any, arguments: Any, function: str) -> None:
    """Make `owner.method(arguments)` within a power `function(owner, arguments)`."""
    trees, symbols, tokens = _syntax()
    place = node.children.index(method)
    owner = node.children[:place]
    prefix = node.prefix
    for child in owner:
        child.remove()
    inside = [child.clone() for child in arguments.children[1:-1]]
    method.remove()
    whole = owner[0] if len(owner) == 1 else trees.Node(symbols.power, owner)
    whole.prefix = ''
    arguments.replace(_call(function, [whole, *inside], prefix))


def _call(function: str, arguments: list[Any], prefix: str | None = None) -> Any:
    """Return `python_2.function(arguments)` as a node."""
    trees, symbols, tokens = _syntax()
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


# --- imports


def change_imports(tree: Any) -> None:
    """Import what old modules are called today, under the names that the script knows."""
    trees, symbols, tokens = _syntax()
    for node in list(tree.pre_order()):
        if node.type == symbols.import_from:
            module = node.children[1]
            name = str(module).strip()
            if name in _RENAMED or name in _OURS:
                new = _RENAMED.get(name) or f'{HOME}.{_OURS[name]}'
                module.replace(trees.Leaf(tokens.NAME, new, (' ', (module.get_lineno(), 0))))
        elif node.type == symbols.import_name:
            statements = _new_import(str(node.children[1]).replace('\\\n', ' '))
            if statements is not None:
                node.replace(trees.Leaf(tokens.NAME, statements, (node.prefix, (node.get_lineno(), 0))))


def _new_import(modules: str) -> str | None:
    """Return the statements for `import MODULES`, on one line, or None if it can stay."""
    wanted = [part.split() for part in modules.split(',')]
    pairs = [(words[0], words[-1]) for words in wanted if words]
    if not any(name in _RENAMED or name in _OURS for name, _ in pairs):
        return None
    ours = [_with_name(_OURS[name], bound) for name, bound in pairs if name in _OURS]
    rest = [_with_name(_RENAMED.get(name, name), bound) for name, bound in pairs if name not in _OURS]
    statements = [f'import {", ".join(rest)}'] if rest else []
    return '; '.join([*statements, *([f'from {HOME} import {", ".join(ours)}'] if ours else [])])


def _with_name(module: str, bound: str) -> str:
    return module if module == bound else f'{module} as {bound}'


# --- division


def change_division(tree: Any) -> None:
    """Make every `/` whose operands may both be integers a call."""
    _, symbols, _ = _syntax()
    for node in list(tree.post_order()):
        if node.type == symbols.term and '/' in [str(child).strip() for child in node.children[1::2]]:
            _change_term(node)
        elif node.type == symbols.expr_stmt and str(node.children[1]).strip() == '/=':
            _change_augmented(node)


def _change_term(node: Any) -> None:
    """Change `a * b / c`, which is one node of five children, from left to right."""
    trees, symbols, _ = _syntax()
    prefix = node.prefix
    parts = list(node.children)
    for part in parts:
        part.remove()
    value = parts[0]
    for operator, operand in zip(parts[1::2], parts[2::2]):
        if str(operator).strip() == '/' and not (_is_float(value) or _is_float(operand)):
            value = _call('divide', [value, operand])
        elif value.type == symbols.term:
            value.append_child(operator)
            value.append_child(operand)
        else:
            value = trees.Node(symbols.term, [value, operator, operand])
    value.prefix = prefix
    node.replace(value)


def _change_augmented(node: Any) -> None:
    """Change `target /= value`; what the target is found by is computed once."""
    trees, symbols, tokens = _syntax()
    target, operator, value = node.children
    if _is_float(value):
        return
    last = str(target.children[-1]).strip() if target.type == symbols.power else ''
    if not last:
        operator.value = '='
        value.replace(_call('divide_in_place', [target, value], prefix=value.prefix))
        return
    owner = target.clone()
    owner.children[-1].remove()
    if len(owner.children) == 1:
        owner = owner.children[0].clone()
    is_item = last.startswith('[')
    key = f'{NAME}.index{last}' if is_item else repr(last.lstrip('. '))
    arguments = [owner, trees.Leaf(tokens.NAME, key), value]
    node.replace(_call('divide_item' if is_item else 'divide_attribute', arguments, prefix=node.prefix))


def _is_float(node: Any) -> bool:
    """Return whether an expression is a float, or an array or a tensor of floats, whatever its names are."""
    _, symbols, tokens = _syntax()
    if node.type == tokens.NUMBER:
        return any(sign in node.value for sign in '.eEj') and not node.value.lower().startswith('0x')
    if node.type == symbols.factor:
        return _is_float(node.children[-1])
    if node.type == symbols.atom and str(node.children[0]).strip() == '(' and len(node.children) == 3:
        return _is_float(node.children[1])
    if node.type == symbols.power:
        is_call = len(node.children) == 2 and str(node.children[0]).strip() == 'float'
        return is_call or (str(node.children[-2]) == '**' and _is_float(node.children[-1]))
    if node.type in (symbols.term, symbols.arith_expr):
        return not any('%' in str(child) for child in node.children[1::2]) and any(
            _is_float(child) for child in node.children[::2]
        )
    return False
