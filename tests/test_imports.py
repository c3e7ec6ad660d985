"""Imports point one way, and TensorFlow waits until it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY = ROOT / 'nst_lbfgs'

# What each room, a folder or a file beside the folders, may import of the other rooms.
ALLOWED = {
    'arrays': set(),
    'banded_evaluation': {
        'arrays',
        'banded_variation',
        'config',
        'guidance',
        'loss_graph',
        'network',
    },
    'banded_variation': {'arrays', 'losses', 'network'},
    'benchmark': {
        'arrays',
        'child_process',
        'config',
        'errors',
        'guidance',
        'machine',
        'network',
        'objective',
        'plots',
        'presets',
        'progress',
        'quiet',
        'search',
        'transfer',
        'weights',
    },
    'checks': {'errors', 'network'},
    'child_process': {'machine'},
    'config': {'checks', 'errors', 'network'},
    'errors': set(),
    'files': {'errors', 'machine'},
    'flat_settings': {'checks', 'config', 'errors', 'pictures', 'run_config'},
    'guidance': {'arrays', 'config', 'errors', 'losses', 'network', 'pictures'},
    'inspection': {'arrays', 'losses', 'network', 'weights'},
    'legacy': {'errors', 'machine', 'quiet', 'weights'},
    'loss_graph': {'arrays', 'config', 'guidance', 'losses', 'network'},
    'losses': {'arrays'},
    'machine': {'arrays', 'config', 'errors', 'network'},
    'network': {'arrays', 'errors', 'losses'},
    'objective': {
        'arrays',
        'banded_evaluation',
        'config',
        'errors',
        'guidance',
        'loss_graph',
        'network',
        'search',
        'targets',
        'whole_evaluation',
    },
    'pictures': {'arrays', 'checks', 'child_process', 'errors', 'files', 'network', 'quiet'},
    'plots': set(),
    'porting': {'errors', 'legacy', 'network'},
    'presets': {'config', 'flat_settings', 'run_config'},
    'progress': {'arrays', 'errors', 'network', 'search'},
    'progress_bar': {'config', 'errors', 'progress', 'search'},
    'pyramid': {'arrays', 'config', 'errors', 'guidance', 'network', 'objective', 'search'},
    'quiet': {'child_process', 'errors', 'machine'},
    'reconstruction': {'checks', 'config', 'errors'},
    'records': {
        '__init__',
        'checks',
        'config',
        'errors',
        'files',
        'flat_settings',
        'machine',
        'pictures',
        'progress',
        'run_config',
        'search',
    },
    'report': {
        '__init__',
        'config',
        'errors',
        'files',
        'flat_settings',
        'pictures',
        'presets',
        'progress',
        'records',
        'run_config',
        'search',
    },
    'run_config': {'checks', 'config', 'errors', 'pictures'},
    'search': {'arrays', 'config', 'errors'},
    'side_by_side': {'arrays', 'errors', 'guidance', 'pictures', 'transfer'},
    'targets': {'arrays', 'banded_evaluation', 'config', 'guidance', 'loss_graph', 'network'},
    'transfer': {
        'arrays',
        'config',
        'errors',
        'guidance',
        'machine',
        'network',
        'objective',
        'pictures',
        'progress',
        'progress_bar',
        'pyramid',
        'search',
        'weights',
    },
    'whole_evaluation': {'arrays', 'config', 'loss_graph', 'network'},
    'weights': {'arrays', 'child_process', 'errors', 'files', 'network', 'quiet'},
}
# The only modules that may import these packages.
ONLY_IN = {
    'scipy.optimize': {'benchmark.old_way', 'legacy', 'search.lbfgs'},
    'PIL': {'legacy', 'pictures'},
    'matplotlib': {'benchmark.plot', 'plots'},
    'tensorflow': {
        'banded_evaluation',
        'banded_variation',
        'benchmark.old_way',
        'guidance',
        'inspection',
        'legacy',
        'loss_graph',
        'losses',
        'machine',
        'network',
        'objective',
        'quiet',
        'search.adam',
        'targets',
        'whole_evaluation',
    },
    'jinja2': {'report.rendering'},
    'markupsafe': {'report.rendering'},
    'tqdm': {'progress_bar'},
    'argparse': set(),
}
MODULES = {
    '.'.join(path.relative_to(LIBRARY).with_suffix('').parts): path for path in sorted(LIBRARY.rglob('*.py'))
}


def imports(name):
    """Yield every module that a module imports at any depth, by its whole name."""
    package = ['nst_lbfgs', *name.split('.')[:-1]]
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = package[: len(package) - node.level + 1] if node.level else []
            module = '.'.join(origin + ([node.module] if node.module else []))
            yield module
            yield from (f'{module}.{alias.name}' for alias in node.names)


def rooms_imported(room):
    """Return the other rooms that a room's modules import."""
    rooms = {
        path.stem if path.parent == LIBRARY else path.relative_to(LIBRARY).parts[0]
        for path in MODULES.values()
    }
    parts = [
        module.split('.')
        for name in MODULES
        if name.split('.')[0] == room
        for module in imports(name)
        if module.startswith('nst_lbfgs.')
    ]
    return {part[1] if part[1] in rooms else '__init__' for part in parts} - {room}


@pytest.mark.parametrize('room', sorted(ALLOWED))
def test_a_room_imports_only_what_it_may(room):
    assert rooms_imported(room) == ALLOWED[room]


def test_the_table_has_every_room():
    assert set(ALLOWED) == {name.split('.')[0] for name in MODULES} - {'__init__', '__main__'}


def test_no_imports_go_round_in_a_circle():
    order = TopologicalSorter({room: allowed - {'__init__'} for room, allowed in ALLOWED.items()})
    assert set(order.static_order()) == set(ALLOWED)


@pytest.mark.parametrize('package', ONLY_IN)
def test_a_package_is_imported_only_where_it_belongs(package):
    for name in MODULES:
        if any(module == package or module.startswith(f'{package}.') for module in imports(name)):
            assert name in ONLY_IN[package] or name.split('.')[0] in ONLY_IN[package]


def test_the_library_never_imports_the_command_line():
    for name in MODULES:
        assert not any(module.startswith(('cli', 'nst_lbfgs.cli')) for module in imports(name))


@pytest.mark.parametrize(
    'statement',
    [
        'import nst_lbfgs',
        'import nst_lbfgs as n; from nst_lbfgs.progress_bar import Bar; Bar(n.TransferConfig(), None)',
        'from cli.main import main; main(["--help"])',
        'from cli.main import main; main(["transfer", "--help"])',
        'from cli.main import main; main(["transfer", "a.png", "b.png", "c", "--content-weight", "x"])',
        'from cli.main import main; main(["transfer", "a.png"])',
        'from cli.main import main; main(["presets"]); main(["presets", "d2l"])',
        'from cli.main import main; main(["sweep", "a.png", "b.png", "c", "--vary", "seed=1"])',
        'from cli.main import main; main(["reconstruct", "style", "a.png", "--layer", "block1_conv1"])',
        'from cli.main import main; main(["inspect", "a.png"])',
        'from cli.main import main; main(["port", "samples/experiment.py"])',
        'from cli.main import main; main(["bench", "--sizes", "31"])',
        'from cli.main import main; main(["report", "tests/records/version_0_1_0/none"])',
        'import cli.runs.benchmark',
    ],
)
def test_tensorflow_is_not_loaded(statement):
    assert not {'tensorflow', 'keras'} & loaded_by(statement)


@pytest.mark.parametrize(
    'arguments',
    [
        ['transfer', '--help'],
        ['transfer', 'a.png', 'b.png', 'c', '--iter', '0'],
        ['sweep', 'a.png', 'b.png', 'c', '--vary', 'content_weight=-1'],
        ['sweep', 'a.png', 'b.png', '', '--vary', 'content_weight=1'],
        ['reconstruct', 'style', 'a.png', '--layer', 'block9_conv1'],
        ['inspect', 'a.png', '--image-height', '0'],
        ['port', 'a.py'],
    ],
    ids=' '.join,
)
def test_bad_usage_and_help_need_no_scipy(arguments):
    assert 'scipy' not in loaded_by(f'from cli.main import main; main({arguments})')


def test_what_only_masks_need_waits_for_them():
    loaded = loaded_by('import cli.runs.starting, nst_lbfgs.guidance.receptive')
    assert 'scipy.optimize' in loaded and 'scipy.ndimage' not in loaded


@pytest.mark.parametrize(
    'arguments', [['transfer', '--help'], ['report', '--help'], ['report']], ids=' '.join
)
def test_help_and_bad_usage_need_no_templates(arguments):
    assert not {'jinja2', 'scipy', 'numpy'} & loaded_by(f'from cli.main import main; main({arguments})')


def loaded_by(statement):
    """Return the modules that a statement loads in a process of its own, without a traceback."""
    program = f"""
import atexit, sys
atexit.register(lambda: print('LOADED:', *sys.modules))
{statement}
"""
    result = subprocess.run([sys.executable, '-c', program], cwd=ROOT, capture_output=True, text=True)
    assert 'Traceback' not in result.stderr, result.stderr
    *_, loaded = result.stdout.partition('LOADED: ')
    assert loaded, result.stdout
    return set(loaded.split())
