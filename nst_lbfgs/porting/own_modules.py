"""A script's own modules: those that it imports, and that they import, from its folder."""

from __future__ import annotations

import ast
from pathlib import Path

from ..errors import LegacyError
from ..legacy.source import read_script


def own_modules(script: Path) -> list[Path]:
    """Return the files of a script's own modules, each once, in the order in which they are imported.

    One that cannot be read ends the search along that way. Raises as `read_script` for the script itself.
    """
    folder = script.parent
    found: list[Path] = []
    waiting = [cell.tree for cell in read_script(script)]
    while waiting:
        for path in _imported(waiting.pop(0), folder):
            if path not in found and path != script:
                found.append(path)
                waiting += _trees(path)
    return found


def _trees(path: Path) -> list[ast.Module]:
    try:
        return [cell.tree for cell in read_script(path)]
    except LegacyError:
        return []


def _imported(tree: ast.Module, folder: Path) -> list[Path]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ''
            names += [module, *(f'{module}.{alias.name}'.lstrip('.') for alias in node.names)]
    return [path for name in names if name for path in _files(name, folder)]


def _files(name: str, folder: Path) -> list[Path]:
    """Return the files of a module in the script's folder: a package's own, and the module's."""
    parts = name.split('.')
    places = [folder.joinpath(*parts[: depth + 1]) for depth in range(len(parts))]
    files = [file for place in places for file in (place / '__init__.py', place.with_suffix('.py'))]
    return [file for file in files if file.is_file()]
