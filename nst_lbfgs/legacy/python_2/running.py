"""What a run of a script in Python 2 needs: `python_2` within reach, and its own modules translated too."""

from __future__ import annotations

import ast
import builtins
import importlib.util
import sys
import tokenize
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from .. import python_2
from ..own_modules import is_installed, near_folders, own_folders
from ..replacements import replace
from .recognition import is_for_python_2
from .syntax import NAME
from .translation import translate

if TYPE_CHECKING:
    from ..source import Cell


@contextmanager
def python_2_names(path: Path, cells: list[Cell]) -> Iterator[None]:
    """Within this context translated text works, and a script's own modules are translated.

    Near a script in Python 2 those are all; near one in Python 3, and in the folders of Python's path, those
    that are not for Python 3.
    """
    old = any(cell.is_python_2 for cell in cells)
    if old:
        _say(path)
    trees = [cell.tree for cell in cells]
    near = near_folders(path.resolve(), trees) if old else []
    finder = _OwnModules(own_folders(path.resolve(), trees), in_python_2=near)
    with ExitStack() as undo:
        replace(undo, builtins, NAME, python_2)
        sys.meta_path.insert(0, finder)
        undo.callback(sys.meta_path.remove, finder)
        yield


def _say(path: Path) -> None:
    print(f'nst-lbfgs: {path.name} is in Python 2: translated as it is read', file=sys.stderr)


class _OwnModules(MetaPathFinder):
    """Finds the modules in some folders that are in Python 2, before Python does."""

    def __init__(self, folders: list[Path], *, in_python_2: list[Path]) -> None:
        self._folders = {folder.resolve() for folder in folders}
        self._in_python_2 = {folder.resolve() for folder in in_python_2}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or not self._is_own(Path(spec.origin)):
            return None
        near = not self._in_python_2.isdisjoint(Path(spec.origin).resolve().parents)
        if not near and _is_python_3(spec.origin):
            return None
        return importlib.util.spec_from_file_location(
            fullname,
            spec.origin,
            loader=_Translating(spec.origin),
            submodule_search_locations=spec.submodule_search_locations,
        )

    def _is_own(self, path: Path) -> bool:
        path = path.resolve()
        within = not self._folders.isdisjoint(path.parents) and not is_installed(path)
        return within and path.suffix == '.py'


def _is_python_3(path: str) -> bool:
    try:
        tree = ast.parse(_text(path))
    except (SyntaxError, ValueError):
        return False
    return not is_for_python_2([tree], Path(path).parent)


def _text(path: str) -> str:
    with tokenize.open(path) as file:
        return file.read()


class _Translating(SourceLoader):
    """Loads a module in Python 2; unlike Python's own loader it caches nothing on disk."""

    def __init__(self, path: str) -> None:
        self._path = path

    def get_filename(self, fullname: str) -> str:
        return self._path

    def get_data(self, path: str | bytes) -> bytes:
        return Path(str(path)).read_bytes()

    def get_code(self, fullname: str) -> CodeType | None:
        text = _text(self._path)
        tree: Any = _translated_tree(text, self._path)
        if tree is None:  # newer syntax than fissix knows, or a mistake: Python itself says which
            tree = text
        elif not _is_python_3(self._path):
            _say(Path(self._path))
        return compile(tree, self._path, 'exec', dont_inherit=True)


def _translated_tree(text: str, path: str) -> ast.Module | None:
    from ...errors import LegacyError

    try:
        return translate(text, path, package=True).tree(path)
    except (LegacyError, SyntaxError):
        return None
