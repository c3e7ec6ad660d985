"""What the installed TensorFlow and Keras have by which name, read from their files, not by importing."""

from __future__ import annotations

import ast
import functools
from importlib.util import find_spec
from pathlib import Path


@functools.cache
def public_names(module: str) -> frozenset[str] | None:
    """Return the names in a module of TensorFlow's or Keras's public interface.

    None if there is no such module, or not as a file that says so.
    """
    folder = _folder(module)
    if folder is None or not (folder / '__init__.py').is_file():
        return None
    tree = ast.parse((folder / '__init__.py').read_text(encoding='utf-8'))
    names = {path.name for path in folder.iterdir() if path.is_dir()}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == 'setattr':
            names |= {str(arg.value) for arg in node.args[1:2] if isinstance(arg, ast.Constant)}
    return frozenset(names)


def has_module(module: str) -> bool:
    """Return whether an installed package has a module of this name, public or not, as a file."""
    root, *rest = module.split('.')
    spec = find_spec(root)
    if spec is None or spec.origin is None:
        return False
    path = Path(spec.origin).parent.joinpath(*rest)
    return path.is_dir() or path.with_suffix('.py').is_file() or public_names(module) is not None


def has_name(full: str) -> bool | None:
    """Return whether `tensorflow.nn.relu` is there; None where that cannot be told.

    Looks no further than to the first part that is no module of the public interface.
    """
    parts = full.split('.')
    for end in range(1, len(parts)):
        names = public_names('.'.join(parts[:end]))
        if names is None:
            return None if end > 1 else False
        if parts[end] not in names:
            return False
    return True


def _folder(module: str) -> Path | None:
    root, *rest = module.split('.')
    spec = find_spec(root)
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    if root == 'tensorflow' and rest:
        return home.joinpath('_api', 'v2', *rest)
    return home.joinpath(*rest)
