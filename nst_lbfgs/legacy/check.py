"""`nst-lbfgs run --check`: what a script uses of the old packages, read without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import LegacyError
from .guards import guarded_nodes
from .old_uses import Use, canonical, in_version_1, module_use, name_use
from .own_modules import added_folders, imported_files, own_folders
from .rebinding import ends_as_its_own, rebound_names
from .source import Cell, dotted_name, presumed_data_format, read_script
from .tensorflow_1.recognition import trees_of, way_of_computing

_KERAS_1 = {
    'nb_filter',
    'nb_row',
    'nb_col',
    'border_mode',
    'subsample',
    'dim_ordering',
    'W_regularizer',
    'b_regularizer',
    'batch_input_shape',
    'output_dim',
}
_METHODS = {
    'set_input': 'layer.set_input',
    'get_output': 'layer.get_output',
    'output_shape': 'layer.output_shape',
    'input_shape': 'layer.input_shape',
    'get_updates': 'optimizer.get_updates',
}
_IN_NOTEBOOKS = ('IPython',)  # what a run supplies


@dataclass
class Report:
    """What a script uses; `str()` is what `--check` prints."""

    script: str
    uses: list[Use] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_supported(self) -> bool:
        """Whether everything that was recognised is supported."""
        return not any(use.problem for use in self.uses)

    def __str__(self) -> str:
        good = _lines_by_name([use for use in self.uses if not use.problem])
        bad = _lines_by_name([use for use in self.uses if use.problem])
        lines = [
            f'{self.script}: ' + ('all supported' if not bad else f'{len(bad)} not supported'),
            *self.notes,
        ]
        lines += ['', f'supported ({len(good)})', *good] if good else []
        lines += ['', f'not supported ({len(bad)})', *bad] if bad else []
        return '\n'.join(lines)


def _lines_by_name(uses: list[Use]) -> list[str]:
    places: dict[tuple[str, str], list[int]] = {}
    for use in uses:
        places.setdefault((use.name, use.problem), []).append(use.line)
    return [
        f'  {name}{": " + problem if problem else ""} '
        f'(line {", ".join(str(line) for line in sorted(set(lines)))})'
        for (name, problem), lines in sorted(places.items())
    ]


def check_script(path: Path) -> Report:
    """Return what a script or notebook uses of Keras, TensorFlow, SciPy, NumPy and Pillow.

    Its own modules beside it are read too. Only names that are written out are seen, not
    arguments that are computed. Raises as `read_script`: a script in Python 2 cannot be read.
    """
    report = Report(str(path))
    cells = read_script(path)
    old = any(cell.is_python_2 for cell in cells)
    report.uses = _Reading(path, in_python_2=old).uses_of(cells, path.resolve())
    if way_of_computing(trees_of(path, cells)) in ('graph', 'eager'):
        report.uses = [in_version_1(use) for use in report.uses]
    if old:
        report.notes.append('Python 2: translated as it is read')
    presumed = presumed_data_format(cells)
    if presumed is not None:
        report.notes.append(f"channels come first (line {presumed[1]}): run with Theano's ordering")
    return report


class _Reading:
    """A script and those of its own modules that were read already."""

    def __init__(self, script: Path, *, in_python_2: bool) -> None:
        self._script = script.resolve()
        self._in_python_2 = in_python_2
        self._folders = own_folders(self._script, [])
        self._read = {self._script}

    def uses_of(self, cells: list[Cell], file: Path) -> list[Use]:
        """Return the uses of a file's cells, which share their names.

        They are labelled with the cell if there are several, and with a file that is not the script.
        """
        self._folders += [
            folder for cell in cells for folder in added_folders(cell.tree, self._script.parent)
        ]
        if self._in_python_2:  # where a package's modules import each other by their mere names
            self._folders.append(file.parent)
        label = self._label(file)
        names: dict[str, str] = {}
        used = {n.id for cell in cells for n in ast.walk(cell.tree) if isinstance(n, ast.Name)}
        uses = []
        for cell in cells:
            shown = cell.name.rpartition(', ')[2] if len(cells) > 1 else label
            found = list(self._cell_uses(cell, names, used))
            uses += [Use(u.line, f'{u.name} [{shown}]' if shown else u.name, u.problem) for u in found]
            uses += self._own_modules(cell.tree, file)
        return uses

    def _cell_uses(self, cell: Cell, names: dict[str, str], used: set[str]) -> Iterator[Use]:
        guarded, rebound = guarded_nodes(cell.tree), rebound_names(cell.tree)
        nodes = sorted(ast.walk(cell.tree), key=lambda node: getattr(node, 'lineno', 0))
        imports = [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
        inner = {node.value for node in nodes if isinstance(node, ast.Attribute)}
        others: list[ast.AST] = [node for node in nodes if node not in inner and node not in set(imports)]
        found: list[tuple[ast.AST, Use]] = []
        found += [(node, use) for node in imports for use in self._import_uses(node, names, used)]
        for node in others:
            found += [(node, use) for use in _uses(node, {} if _first_name(node) in rebound else names)]
        yield from (Use(use.line, use.name) if node in guarded else use for node, use in found)
        for name in ends_as_its_own(cell.tree):
            names.pop(name, None)

    # --- imports

    def _import_uses(
        self, node: ast.Import | ast.ImportFrom, names: dict[str, str], used: set[str]
    ) -> Iterator[Use]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition('.')[0]
                names[alias.asname or root] = alias.name if alias.asname else root
                yield from self._module_use(node.lineno, alias.name)
        elif not node.level and node.module and node.module != '__future__':
            yield from self._names_from(node, node.module, names, used)

    def _names_from(
        self, node: ast.ImportFrom, module: str, names: dict[str, str], used: set[str]
    ) -> Iterator[Use]:
        known = list(self._module_use(node.lineno, module))
        yield from known
        for alias in node.names:
            full, name = canonical(f'{module}.{alias.name}'), alias.asname or alias.name
            names[name] = full
            if any(use.problem for use in known) or self._is_own(module) or alias.name == '*':
                continue
            for use in name_use(node.lineno, full):
                # An old name that is refused may be imported; it is using it that fails.
                harmless = use.problem.startswith('use ') and name not in used
                yield Use(use.line, use.name) if harmless else use

    def _module_use(self, line: int, module: str) -> Iterator[Use]:
        root = module.partition('.')[0]
        supplied = self._script.suffix == '.ipynb' and root in _IN_NOTEBOOKS
        if not supplied and not self._is_own(root):
            yield from module_use(line, module)

    # --- the script's own modules

    def _is_own(self, module: str) -> bool:
        """Return whether it is a module of the script's own, or a folder beside it: a package too."""
        places = [folder.joinpath(*module.split('.')) for folder in self._folders]
        beside = self._script.parent.joinpath(*module.split('.'))
        return beside.is_dir() or any(
            (place / '__init__.py').is_file() or place.with_suffix('.py').is_file() for place in places
        )

    def _own_modules(self, tree: ast.Module, file: Path) -> Iterator[Use]:
        for node in ast.walk(tree):
            for module in imported_files(node, file, self._folders):
                if module.resolve() in self._read:
                    continue
                self._read.add(module.resolve())
                try:
                    yield from self.uses_of(read_script(module), module)
                except LegacyError as error:
                    yield Use(getattr(node, 'lineno', 0), ast.unparse(node), str(error))

    def _label(self, file: Path) -> str:
        if file == self._script:
            return ''
        folder = next((each for each in self._folders if file.is_relative_to(each)), file.parent)
        return str(file.relative_to(folder))


# --- names


def _first_name(node: ast.AST) -> ast.AST:
    """Return what a chain of attributes begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


def _uses(node: ast.AST, names: dict[str, str]) -> Iterator[Use]:
    if isinstance(node, ast.Attribute):
        yield from _attribute(node, names)
    elif isinstance(node, ast.Call):
        yield from (
            Use(node.lineno, f'Keras 1 argument {k.arg}=') for k in node.keywords if k.arg in _KERAS_1
        )
    elif isinstance(node, ast.Name) and node.id in ('xrange', 'raw_input'):
        yield Use(node.lineno, node.id)


def _attribute(node: ast.Attribute, names: dict[str, str]) -> Iterator[Use]:
    """Yield what is to be said of a chain of attributes, from its end."""
    full = dotted_name(node, names)
    if full is not None:
        yield from name_use(node.lineno, canonical(full))
        return
    if node.attr in _METHODS:
        yield Use(node.lineno, _METHODS[node.attr])
    if isinstance(node.value, ast.Attribute):
        yield from _attribute(node.value, names)
