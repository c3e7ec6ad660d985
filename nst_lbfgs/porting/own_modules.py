"""A script's own modules: those that it imports, and that they import."""

from __future__ import annotations

import ast
from pathlib import Path

from ..errors import LegacyError
from ..legacy.own_modules import imported_files, own_folders
from ..legacy.source import read_script


def own_modules(script: Path) -> list[Path]:
    """Return the files of a script's own modules, each once, in the order in which they are imported.

    One that cannot be read ends the search along that way. Raises as `read_script` for the script itself.
    """
    trees = [cell.tree for cell in read_script(script)]
    folders = own_folders(script, trees)
    found: list[Path] = []
    waiting = [(tree, script) for tree in trees]
    while waiting:
        tree, file = waiting.pop(0)
        imported = [path for node in ast.walk(tree) for path in imported_files(node, file, folders)]
        for path in imported:
            if path not in found and path != script:
                found.append(path)
                waiting += [(its, path) for its in _trees(path)]
    return found


def _trees(path: Path) -> list[ast.Module]:
    try:
        return [cell.tree for cell in read_script(path)]
    except LegacyError:
        return []
