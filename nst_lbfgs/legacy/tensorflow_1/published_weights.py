"""VGG's weights in the files that TensorFlow 1's scripts read, for those who have them no longer.

A file that is there is read. For one that is not, `scipy.io.loadmat` and `numpy.load` give the same
structure filled from the weights that `configure` chose, and one line says so. To a script that asks
first whether its file exists, it does.
"""

from __future__ import annotations

import ast
import functools
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np

from ..applications import MODULES
from ..replacements import once_imported, replace
from .absent_weights import AbsentWeights
from .behaviour import outside_the_graph
from .vgg_matlab_file import matlab_network

Array = np.ndarray[Any, Any]
_NAME = re.compile(r'vgg[\w-]*?(16|19)\.(mat|npy)$')
# What scripts compare the size with, of the files that were published.
_BYTES = {('19', 'mat'): 534904783}
_CONNECTED = {'fc6': (25088, 4096), 'fc7': (4096, 4096), 'fc8': (4096, 1000)}


def stand_in(undo: ExitStack, trees: list[ast.Module]) -> None:
    """Let the files' readers answer for files that are not there; `undo` ends this."""
    edition = first_edition(trees)
    once_imported(
        undo, 'scipy.io', lambda io: replace(undo, io, 'loadmat', _loading_matlab(io.loadmat, edition))
    )
    replace(undo, np, 'load', _loading_numpy(np.load))
    replace(undo, os, 'stat', _existing(os.stat))


def first_edition(trees: list[ast.Module]) -> bool:
    """Return whether a script indexes layers as the first edition of the .mat file had them."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    keys = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    chains = [chain for node in nodes if isinstance(node, ast.Subscript) for chain in [_indices(node)]]
    if 'meta' in keys or any(_holds(chain, (0, 0, 2)) for chain in chains):
        return False
    return 'normalization' in keys or any(_holds(chain, (0, 0, 0, 0)) for chain in chains)


def _indices(node: ast.expr) -> list[Any]:
    """Return [0, 0, 2] for `layers[i][0][0][2]`: the numbers at its end."""
    found: list[Any] = []
    while isinstance(node, ast.Subscript):
        found.append(node.slice.value if isinstance(node.slice, ast.Constant) else None)
        node = node.value
    return found[::-1]


def _holds(chain: list[Any], part: tuple[int, ...]) -> bool:
    return any(tuple(chain[i : i + len(part)]) == part for i in range(len(chain)))


def _absent(path: Any) -> tuple[str, str] | None:
    """Return ('19', 'mat') for the path of a known file that is not there, else None."""
    if not isinstance(path, (str, os.PathLike)):
        return None
    match = _NAME.search(os.fspath(path).lower()) if isinstance(os.fspath(path), str) else None
    return None if match is None or os.access(path, os.F_OK) else (match[1], match[2])


def _existing(ask: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(ask)
    def status(path: Any, *args: Any, **kwargs: Any) -> Any:
        known = _absent(path)
        if known is None:
            return ask(path, *args, **kwargs)
        return os.stat_result((stat.S_IFREG | 0o444, 0, 0, 1, 0, 0, _BYTES.get(known, 0), 0, 0, 0))

    return status


def _loading_matlab(load: Callable[..., Any], edition: bool) -> Callable[..., Any]:
    @functools.wraps(load)
    def loadmat(file_name: Any, *args: Any, **kwargs: Any) -> Any:
        path = file_name
        if isinstance(path, str) and kwargs.get('appendmat', True) and not path.endswith('.mat'):
            path = f'{path}.mat'
        known = _absent(path)
        if known is None:
            return load(file_name, *args, **kwargs)
        return matlab_network(dict(_convolutions(known[0], path)), first_edition=edition)

    return loadmat


def _loading_numpy(load: Callable[..., Any]) -> Callable[..., Any]:
    """A published file is a pickled dictionary, which NumPy read unasked in its day."""

    @functools.wraps(load)
    def load_array(file: Any, *args: Any, **kwargs: Any) -> Any:
        known = _absent(file)
        if known is not None:
            layers: dict[str, Any] = {n: list(pair) for n, pair in _convolutions(known[0], file)}
            for name, shape in _CONNECTED.items():
                layers[name] = [AbsentWeights(name, shape), AbsentWeights(name, shape[1:])]
            return np.array(layers, dtype=object)
        if isinstance(file, str) and _NAME.search(file.lower()) and not args[1:]:
            kwargs.setdefault('allow_pickle', True)
        return load(file, *args, **kwargs)

    return load_array


def _convolutions(depth: str, path: Any) -> Iterator[tuple[str, tuple[Array, Array]]]:
    print(f"nst-lbfgs: {path} is not there; its layers come from Keras's VGG{depth}", file=sys.stderr)
    build = getattr(MODULES[f'vgg{depth}'], f'VGG{depth}')
    with outside_the_graph():
        network = build(include_top=False, weights='imagenet', input_shape=(32, 32, 3))
        layers = {layer.name: layer.get_weights() for layer in network.layers if layer.weights}
    for name, (kernel, bias) in layers.items():
        yield name.replace('block', 'conv').replace('_conv', '_'), (kernel, bias)
