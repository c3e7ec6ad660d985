"""A script's own modules, found by its text without importing any of them.

They lie beside the script, in folders that it adds to `sys.path`, and in those of Python's path that
hold sources (PYTHONPATH, a package installed to be edited), not installed packages.
"""

from __future__ import annotations

import ast
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

_INSTALLED = ('site-packages', 'dist-packages')
_OURS = Path(__file__).resolve().parents[2]


def own_folders(script: Path, trees: list[ast.Module]) -> list[Path]:
    """Return the folders in which a script's own modules are looked for, its own folder first.

    trees: the script's, which may add folders.
    """
    on_the_path = [Path(place).resolve() for place in sys.path if place]
    return list(dict.fromkeys([*near_folders(script, trees), *filter(_holds_sources, on_the_path)]))


def near_folders(script: Path, trees: list[ast.Module]) -> list[Path]:
    """Return a script's own folder, and those that it adds: what lies there is meant for it alone."""
    added = [folder for tree in trees for folder in added_folders(tree, script.parent)]
    return list(dict.fromkeys([script.parent, *added]))


def added_folders(tree: ast.Module, folder: Path) -> list[Path]:
    """Return what `sys.path.insert(0, 'src')` and its like add, as far as it is written out.

    folder: what is relative is relative to it.
    """
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    adding = [call for call in calls if ast.unparse(call.func) in ('sys.path.append', 'sys.path.insert')]
    texts = [node.value for call in adding for node in ast.walk(call) if isinstance(node, ast.Constant)]
    return [folder / text for text in texts if isinstance(text, str) and _is_folder(folder / text)]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a text that no path can be
        return False


def imported_files(node: ast.AST, file: Path, folders: list[Path]) -> list[Path]:
    """Return the files of the own modules that a statement imports: their packages' first, then theirs.

    file: where the statement stands, which relative imports count from. A name that is imported from a
    package may be a module too. Nothing for what is no import.
    """
    if isinstance(node, ast.Import):
        names, starts = [alias.name for alias in node.names], folders
    elif isinstance(node, ast.ImportFrom):
        package = f'{node.module}.' if node.module else ''
        names = [node.module or '', *(f'{package}{alias.name}' for alias in node.names)]
        starts = list(file.parents[node.level - 1 : node.level]) if node.level else folders
    else:
        return []
    found = [path for name in names if name for start in starts for path in _files(name, start)]
    return list(dict.fromkeys(found))


def is_installed(path: Path) -> bool:
    """Return whether a path lies among installed packages."""
    return bool(set(_INSTALLED) & set(path.parts))


def _files(name: str, folder: Path) -> Iterator[Path]:
    place = folder
    for part in name.split('.'):
        place = place / part
        yield from (path for path in (place / '__init__.py', place.with_suffix('.py')) if path.is_file())


def _holds_sources(folder: Path) -> bool:
    """Return whether a folder of Python's path has somebody's sources, and not Python's or packages."""
    if not folder.is_dir() or folder == _OURS or is_installed(folder):
        return False
    python = Path(sysconfig.get_path('stdlib')).resolve()
    return python not in (folder, *folder.parents) and not any(folder.glob('*.dist-info'))
