"""Imports point one way, and TensorFlow waits until it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LIBRARY = ROOT / 'nst_lbfgs'

# What each room may import of this package; a name not listed may import nothing of it.
ALLOWED = {
    'adam': {'config', 'coordinates', 'optimizers', 'search'},
    'compact_memory': {'config', 'memory_model'},
    'config': {'errors', 'network_layers'},
    'available_memory': set(),
    'checkpoint': {'curvature', 'errors', 'files', 'optimizers', 'record', 'search',
                   'transfer_state'},
    'contact_sheet': {'picture_size'},
    'coordinates': set(),
    'curvature': set(),
    'determinism': {'errors'},
    'device': set(),
    'errors': set(),
    'features': {'errors', 'network_layers', 'vgg19_h5', 'weights'},
    'files': {'errors'},
    'images': {'errors', 'picture_colour', 'silence'},
    'inspection': {'features', 'losses', 'network_layers', 'preprocessing'},
    'journal': {'objective', 'transfer_state'},
    'kernel_speed': set(),
    'losses': set(),
    'memory_model': {'config', 'network_layers'},
    'network_layers': set(),
    'normalised_weights': {'errors', 'files', 'network_layers', 'package_download', 'torch_pickle',
                           'vgg19_h5'},
    'network_pass': {'losses'},
    'objective': {'config', 'errors', 'losses', 'network_layers', 'network_pass', 'preprocessing'},
    'official_weights': {'errors', 'files'},
    'optimizers': {'config', 'curvature'},
    'package_download': {'errors'},
    'picture_colour': set(),
    'picture_output': {'errors', 'files', 'picture_colour'},
    'picture_size': {'errors', 'network_layers'},
    'plain_pictures': {'errors', 'images'},
    'postprocess': {'errors'},
    'precision': {'config', 'kernel_speed'},
    'preprocessing': set(),
    'presets': {'config'},
    'reconstruction': {'config', 'errors'},
    'record': {'config', 'errors'},
    'scales': {'config', 'coordinates', 'errors', 'network_layers', 'objective', 'optimizers', 'search'},
    'search': {'config', 'coordinates', 'curvature', 'errors', 'optimizers'},
    'silence': set(),
    'torch_pickle': {'errors'},
    'transfer': {'adam', 'config', 'coordinates', 'errors', 'features', 'journal',
                 'network_layers', 'objective', 'optimizers', 'precision', 'preprocessing', 'scales',
                 'search',                 'transfer_state', 'weights'},
    'transfer_state': {'search'},
    'vgg19_h5': {'errors', 'network_layers'},
    'weights': {'errors', 'files', 'normalised_weights', 'official_weights', 'vgg19_h5'},
}
# Packages that only these rooms may import.
ONLY_IN = {
    'scipy.optimize': {'optimizers'},
    'PIL': {'contact_sheet', 'images', 'picture_colour', 'picture_output', 'picture_size',
            'postprocess'},
    'tensorflow': {'adam', 'compact_memory', 'determinism', 'device', 'inspection', 'kernel_speed',
                   'losses', 'network_pass', 'objective', 'precision', 'scales'},
    'argparse': set(),
}
# The same for the benchmark's rooms, whose own siblings are named as they import them.
BENCHMARK = {
    'axes': set(),
    'canvas': set(),
    'ceiling': {'device', 'kernel_speed', 'outcomes'},
    'measure': {'ceiling', 'errors', 'features', 'outcomes', 'pairs', 'race', 'rate', 'weights'},
    'old_way': {'features', 'network_layers', 'optimizers', 'preprocessing', 'presets'},
    'our_way': {'config', 'presets'},
    'outcomes': set(),
    'pairs': set(),
    'peak_memory': set(),
    'plot': {'axes', 'canvas'},
    'process': {'errors', 'outcomes'},
    'race': {'errors', 'features', 'objective', 'old_way', 'optimizers', 'our_way', 'outcomes',
             'pairs', 'preprocessing', 'transfer'},
    'rate': {'compact_memory', 'errors', 'features', 'old_way', 'optimizers', 'our_way', 'outcomes', 'pairs',
             'peak_memory', 'precision', 'transfer'},
    'summary': {'our_way', 'outcomes', 'work'},
    'work': {'config', 'network_layers'},
}
BENCHMARK_ONLY_IN = {'scipy.optimize': set(), 'PIL': {'canvas'}, 'tensorflow': {'old_way'},
                     'argparse': set()}
ROOMS = sorted(path.stem for path in LIBRARY.glob('*.py') if path.stem != '__init__')


def imports(path):
    """Yield every module that a file imports at any depth, own modules as '.name'."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield from [f'.{node.module}'] if node.module else (f'.{a.name}' for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f'{node.module}.{alias.name}' for alias in node.names)


@pytest.mark.parametrize('room', ROOMS)
def test_a_room_imports_only_what_it_may(room):
    own = {name[1:] for name in imports(LIBRARY / f'{room}.py') if name.startswith('.')}
    assert own - {'__version__'} <= ALLOWED[room]


@pytest.mark.parametrize('package', ONLY_IN)
def test_a_package_is_imported_only_where_it_belongs(package):
    rooms = {room for room in ROOMS
             if any(name == package or name.startswith(f'{package}.')
                    for name in imports(LIBRARY / f'{room}.py'))}
    assert rooms <= ONLY_IN[package]


def test_the_table_has_no_room_that_is_gone():
    assert set(ALLOWED) <= set(ROOMS)


def test_the_benchmark_imports_only_what_it_may():
    for path in (LIBRARY / 'benchmark').glob('[!_]*.py'):
        modules = list(imports(path))
        own = {name[1:] for name in modules if name.startswith('.')}
        assert own <= BENCHMARK[path.stem]
        for package, rooms in BENCHMARK_ONLY_IN.items():
            found = any(name == package or name.startswith(f'{package}.') for name in modules)
            assert path.stem in rooms or not found


def test_the_library_never_imports_the_command_line():
    for path in LIBRARY.rglob('*.py'):
        assert not any(name.split('.')[0] == 'cli' or name == '.cli' for name in imports(path))


@pytest.mark.parametrize('statement', [
    'import nst_lbfgs',
    'from cli.main import main; main(["--help"])',
    'from cli.main import main; main(["transfer", "--help"])',
    'from cli.main import main; main(["transfer", "a.png", "b.png", "c", "--content-weight", "x"])',
    'from cli.main import main; main(["transfer", "a.png"])',
    'from cli.main import main; main(["presets"]); main(["presets", "d2l"])',
    'from cli.main import main; main(["sweep", "a.png", "b.png", "c", "--vary", "seed=1"])',
    'from cli.main import main; main(["reconstruct", "style", "a.png", "--layer", "block1_conv1"])',
    'from cli.main import main; main(["inspect", "a.png"])',
    'from cli.main import main; main(["bench", "--sizes", "31"])',
    'import cli.bench_run',
])
def test_tensorflow_is_not_loaded(statement):
    program = f"""
import atexit, sys
atexit.register(lambda: print('LOADED:', sorted({{'tensorflow', 'keras'}} & set(sys.modules))))
{statement}
"""
    result = subprocess.run([sys.executable, '-c', program], cwd=ROOT, capture_output=True, text=True)
    assert 'LOADED: []' in result.stdout, result.stdout + result.stderr
    assert 'Traceback' not in result.stderr
