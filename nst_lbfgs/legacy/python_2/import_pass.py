"""Imports of modules that have another name today, in a tree of a Python 2 script."""

from __future__ import annotations

from typing import Any

from .syntax import HOME, syntax

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
# Those of both that Python 3 has no module of the same name for.
GONE_MODULES = frozenset(name for name in (*_RENAMED, *_OURS) if name not in ('pickle', 'string', 'urllib'))


def change_imports(tree: Any) -> None:
    """Import what old modules are called today, under the names that the script knows."""
    trees, symbols, tokens = syntax()
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
