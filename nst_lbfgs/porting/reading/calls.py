"""The calls in a script that is followed: of what it imports, of methods, of Python's own functions."""

from __future__ import annotations

import ast
import operator
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

import numpy as np

from .arguments import Parser
from .functions import FUNCTIONS, SAME_PICTURE, plain, resized
from .parts import Parts
from .values import UNKNOWN, Batch, Features, Layer, Model, Number, Picture, Placeholder, Terms, Text

_NETWORKS = {f'keras.applications.{name}': name for name in ('VGG16', 'VGG19')} | {
    f'keras.applications.{name.lower()}.{name}': name for name in ('VGG16', 'VGG19')
}
_GRADIENTS = ('keras.backend.gradients', 'tensorflow.gradients')
_PROGRESS = ('tqdm.tqdm', 'tqdm.notebook.tqdm', 'tqdm.tqdm_notebook')
_DIVISION = 'python_2.divide'  # as a translation of Python 2 writes it
_OF_PLACEHOLDERS = ('keras.backend.concatenate', 'keras.backend.ndim')
_ORDERINGS = {'channels_last': 'tf', 'channels_first': 'th'}


class Calls(Parts, ABC):
    """Evaluates expressions with calls; of others than the functions that are followed they are UNKNOWN."""

    def _Call(self, node: ast.Call) -> Any:
        arguments = [self.value(argument) for argument in node.args]
        named = {keyword.arg: self.value(keyword.value) for keyword in node.keywords if keyword.arg}
        full = self.full_name(node.func)
        if full is not None:
            return self._call_imported(full, node, arguments, named)
        if isinstance(node.func, ast.Attribute):
            return self._call_method(node.func, node, arguments, named)
        function = self.value(node.func)
        if isinstance(function, ast.FunctionDef):
            return self.call_own(function, arguments, named)
        return self._call_builtin(getattr(node.func, 'id', ''), arguments)

    def _call_imported(self, full: str, node: ast.Call, arguments: list[Any], named: dict[str, Any]) -> Any:
        if full.endswith('.fmin_l_bfgs_b'):
            return self.call_search(node, arguments, named)
        if full == 'argparse.ArgumentParser':
            self.parser = Parser(node)
            return self.parser
        if full in _NETWORKS:
            return self._model(_NETWORKS[full], node, named)
        if full.startswith('keras.backend.') and full.endswith(('image_data_format', 'image_dim_ordering')):
            return self._ordering(full.rpartition('.')[2], arguments)
        if full in _GRADIENTS:
            loss = arguments[0] if arguments else named.get('loss')
            self.loss = loss if isinstance(loss, Terms) else self.loss
            return UNKNOWN
        if full == _DIVISION:
            return self._divided(*arguments)
        if full not in _OF_PLACEHOLDERS:
            arguments = [self._sample_of(a) if isinstance(a, Placeholder) else a for a in arguments]
        if full.endswith(_PROGRESS) and arguments:
            return arguments[0]
        function = FUNCTIONS.get(full)
        if full in ('numpy.int', 'numpy.float'):
            return self._call_builtin(full.rpartition('.')[2], arguments)
        return UNKNOWN if function is None else function(*arguments, **named)

    def _model(self, name: str, node: ast.Call, named: dict[str, Any]) -> Any:
        batch = named.get('input_tensor')
        if isinstance(batch, Batch):
            weights = named.get('weights', Text('imagenet', "'imagenet'"))
            model = Model(name, batch, weights if isinstance(weights, Text) else None, node.lineno)
            self.models.append(model)
            return model
        return UNKNOWN

    def _ordering(self, function: str, arguments: list[Any]) -> Any:
        """Return, or set, whether channels come last, in the words of Keras 2 or 1."""
        if function.startswith('set_'):
            wanted = plain(arguments[0])
            self.format = next((new for new, old in _ORDERINGS.items() if wanted in (new, old)), self.format)
            return None
        name = self.format if function == 'image_data_format' else _ORDERINGS[self.format]
        return Text(name, repr(name))

    def _call_method(
        self, function: ast.Attribute, node: ast.Call, arguments: list[Any], named: dict[str, Any]
    ) -> Any:
        owner, name = self.value(function.value), function.attr
        if isinstance(owner, Parser):
            return owner.call(name, node)
        if isinstance(owner, Picture):
            if name == 'resize':
                return resized(owner, arguments)
            return owner if name in SAME_PICTURE else UNKNOWN
        if isinstance(owner, Model) and name == 'get_layer':
            return Layer(plain(arguments[0] if arguments else named['name']), owner)
        if isinstance(owner, Layer) and name == 'get_output_at':
            return Features(owner)
        if isinstance(owner, dict) and name in ('keys', 'values', 'items'):
            pairs = [(Text(k, repr(k)) if isinstance(k, str) else k, v) for k, v in owner.items()]
            return {'keys': [k for k, _ in pairs], 'values': [v for _, v in pairs], 'items': pairs}[name]
        if isinstance(owner, list) and name == 'append':
            owner.append(arguments[0])
        return UNKNOWN

    def _call_builtin(self, name: str, arguments: list[Any]) -> Any:
        first: Any = arguments[0] if arguments else UNKNOWN
        if name == 'len':
            return Number(len(first)) if isinstance(first, (list, tuple, dict)) else UNKNOWN
        if name in ('int', 'float', 'round') and isinstance(first, Number):
            return self._converted(name, first)
        if name in ('range', 'xrange') and isinstance(arguments[-1], Number):
            if any(isinstance(a, Number) and a.powers != {} for a in arguments):
                return arguments[0] if len(arguments) == 1 else Number(1, None)
            return range(*map(plain, arguments))
        if name == 'dict':
            return {plain(key): value for key, value in first} if arguments else {}
        if name in ('list', 'tuple') and isinstance(first, (list, tuple, range, Number)):
            return first
        if name == 'zip':
            return [tuple(pair) for pair in zip(*arguments)]
        if name == 'enumerate':
            return [(Number(place), item) for place, item in enumerate(first)]
        if name == 'sum' and isinstance(first, list):
            return Number(sum(map(plain, first))) if all(isinstance(x, Number) for x in first) else UNKNOWN
        return UNKNOWN

    def _divided(self, a: Any, b: Any) -> Any:
        """Do Python 2's division."""
        quotient = self.operate(operator.truediv, a, b)
        of_integers = all(isinstance(x, Number) and isinstance(x.value, (int, np.integer)) for x in (a, b))
        return self._converted('int', quotient) if of_integers else quotient

    def _converted(self, name: str, number: Number) -> Number:
        """Do `int(width * 400 / height)`: what it was made of is kept under a name of its own."""
        value = {'int': int, 'float': float}.get(name, round)(number.value)
        is_integer = isinstance(number.value, (int, np.integer))
        if name == 'float' or not number.powers or is_integer:
            return replace(number, value=value)
        symbol = f'{name}({number.code(self.samples)})'
        self.samples[symbol], self.derived[symbol] = value, number
        return Number(value, {symbol: 1}, number.lines)

    @abstractmethod
    def call_own(self, function: ast.FunctionDef, arguments: list[Any], named: dict[str, Any]) -> Any:
        """Follow a function of the script's."""

    @abstractmethod
    def call_search(self, node: ast.Call, arguments: list[Any], named: dict[str, Any]) -> Any:
        """Note a call of L-BFGS."""
