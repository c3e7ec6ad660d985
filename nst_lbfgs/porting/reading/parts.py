"""Items and attributes of what a script that is followed handles: pictures, models, features."""

from __future__ import annotations

import ast
import operator
from typing import Any

import numpy as np

from ...network.layers import LAYER_NAMES
from .arguments import Arguments
from .expressions import Expressions
from .functions import on_arrays, plain
from .values import UNKNOWN, Features, Layer, Model, Number, Picture, Placeholder, Tensor, Text

_RESAMPLINGS = {'ANTIALIAS': 'lanczos'} | {
    n.upper(): n for n in ('nearest', 'bilinear', 'bicubic', 'lanczos')
}


class Parts(Expressions):
    """Evaluates expressions with items and attributes."""

    def _Subscript(self, node: ast.Subscript) -> Any:
        owner, key = self.value(node.value), self.value(node.slice)
        if isinstance(owner, dict):
            return owner.get(plain(key), UNKNOWN)
        if isinstance(owner, Features):
            first = key[0] if isinstance(key, tuple) else key
            return self._features_of(owner.layer, first.value)
        if isinstance(owner, Placeholder):
            owner = self._sample_of(owner)
        if isinstance(owner, Picture):
            return owner
        if isinstance(owner, Tensor):
            return on_arrays(operator.getitem)(owner, plain(key))
        return owner[plain(key)] if isinstance(owner, (list, tuple)) else UNKNOWN

    def _Attribute(self, node: ast.Attribute) -> Any:
        full = self.full_name(node)
        if full is not None and full.startswith('PIL.Image.'):
            name = full.rpartition('.')[2]
            return Text(_RESAMPLINGS[name], name) if name in _RESAMPLINGS else UNKNOWN
        owner = self.value(node.value)
        if isinstance(owner, Arguments):
            return owner.get(node.attr, self.samples)
        if isinstance(owner, Picture) and node.attr == 'size':
            return (self._side(owner, 'width'), self._side(owner, 'height'))
        if isinstance(owner, Picture) and node.attr in ('width', 'height'):
            return self._side(owner, node.attr)
        if isinstance(owner, Model) and node.attr == 'layers':
            return [Layer(name, owner) for name in LAYER_NAMES]
        if isinstance(owner, Layer) and node.attr in ('name', 'output'):
            return Text(owner.name, repr(owner.name)) if node.attr == 'name' else Features(owner)
        if isinstance(owner, Tensor) and node.attr == 'shape':
            return tuple(Number(side) for side in owner.array.shape)
        return UNKNOWN

    def _side(self, picture: Picture, name: str) -> Any:
        if picture.size is not None:
            return picture.size[name == 'width']
        if picture.path is None:
            return UNKNOWN
        symbol = f'{name} of {picture.path.code}'
        self.samples[symbol] = (48 if name == 'width' else 36) + 3 * self._seed
        return Number(int(self.samples[symbol]), {symbol: 1}, picture.lines)

    def _features_of(self, layer: Layer, place: int) -> Tensor:
        """Return the sample features of one picture, of a shape that no other layer has."""
        number = LAYER_NAMES.index(layer.name)
        place %= len(layer.model.batch.parts)
        generator = np.random.default_rng([self._seed, number, place])
        shape = [side + self._seed for side in (3 + number % 4, 4 + number % 3, 5 + number % 5)]
        if self.format == 'channels_first':
            shape = [shape[2], *shape[:2]]
        array = self.features.setdefault((place, layer.name), generator.uniform(0, 3, shape))
        return Tensor(array, frozenset({(place, layer.name)}))

    def _sample_of(self, placeholder: Placeholder) -> Tensor:
        """Return sample pixels for the combination picture."""
        shape = [1, *(int(plain(side)) for side in placeholder.shape)]
        if (0, '') not in self.features:
            self.features[0, ''] = np.random.default_rng(self._seed).uniform(-99, 99, shape)
        return Tensor(self.features[0, ''], frozenset({(0, '')}))
