"""What Keras 3's layers, models and optimizers lack that old scripts use, added to them.

Applied once, when `nst_lbfgs.legacy` is used, within this process. Arguments that Keras 3 knows
pass as they are, so its own models are built as before.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from ..layer_arguments import translate
from ..layer_names import found_by_old_name, with_old_names
from ..old_weights import load_old_weights, set_layer_weights
from ..sessions import evaluate_tensor
from ..tensors import bind, is_input, is_symbolic, keras_input, layer_ancestry, source_of
from ..updates import OptimizerStep
from .layer_lists import patch_layer_lists


def patch_layers() -> None:
    """Make Keras 3's layers, models and optimizers take old arguments and methods."""
    for kind in _public_classes(keras.layers, keras.layers.Layer):
        kind.__init__ = _translating(kind.__init__, kind.__name__, kind.__name__)
    for kind in _public_classes(keras.optimizers, keras.optimizers.Optimizer):
        kind.__init__ = _translating(kind.__init__, kind.__name__, 'Optimizer')
    _patch_layer(keras.layers.Layer)
    _patch_models()
    keras.optimizers.Optimizer.get_updates = _get_updates


def _public_classes(module: Any, base: type) -> list[Any]:
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, base) and value is not base
    ]
    return [kind for kind in dict.fromkeys(found) if '__init__' in vars(kind)]


def _translating(initialise: Callable[..., None], kind: str, family: str) -> Callable[..., None]:
    @functools.wraps(initialise)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> None:
        args, kwargs, ours = translate(kind, args, kwargs, family)
        initialise(self, *args, **kwargs)
        for name, value in ours.items():
            setattr(self, name, value)

    wrapped.__signature__ = inspect.signature(initialise)  # type: ignore[attr-defined]
    return wrapped


def _patch_layer(layer: Any) -> None:
    layer.output_shape = property(lambda self: _shape_of(self.output))
    layer.input_shape = property(lambda self: _shape_of(self.input))
    layer.input = property(_input_of(layer.input.fget), set_input)
    layer.set_input = set_input
    layer.get_output = lambda self, train=False: self.output
    layer.get_input = lambda self, train=False: self.input
    _patch_nodes(layer, _at_node)
    keras.layers.InputLayer.__call__ = _identity
    layer.W = property(lambda self: self.kernel)
    layer.b = property(lambda self: self.bias)
    layer.set_weights = set_layer_weights
    layer.__init__ = with_old_names(layer.__init__)


def _input_of(found: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Give an InputLayer's own tensor as its input too, as Keras 2 did."""
    return lambda self: self.output if isinstance(self, keras.layers.InputLayer) else found(self)


def _identity(_layer: Any, inputs: Any, **_kwargs: Any) -> Any:
    """Give back the tensor that an InputLayer is called on, as when all of a model's layers are."""
    return inputs


def _shape_of(tensors: Any) -> Any:
    if isinstance(tensors, (list, tuple)):
        return [tensor.shape for tensor in tensors]
    return tensors.shape


def _patch_nodes(kind: Any, at_node: Callable[[str, str], Callable[[Any, int], Any]]) -> None:
    for what, nodes in (('input', 'input_tensors'), ('output', 'output_tensors')):
        setattr(kind, f'get_{what}_at', at_node(nodes, what))
        setattr(kind, f'get_{what}_shape_at', _shape_at_node(at_node(nodes, what)))


def _at_node(nodes: str, what: str) -> Callable[[Any, int], Any]:
    return lambda self, index: self._get_node_attribute_at_index(index, nodes, what)


def _at_node_of_model(nodes: str, what: str) -> Callable[[Any, int], Any]:
    """A model's first node was its making; its calls came after."""

    def found(self: Any, index: int) -> Any:
        place = index + len(self._inbound_nodes) + 1 if index < 0 else index
        if place == 0:
            return getattr(self, what)
        return self._get_node_attribute_at_index(place - 1, nodes, what)

    return found


def _shape_at_node(found: Callable[[Any, int], Any]) -> Callable[[Any, int], Any]:
    return lambda self, index: _shape_of(found(self, index))


def set_input(layer: Any, tensor: Any, shape: Any = None) -> None:
    """Make a layer read `tensor` (Keras 0.3 and 1.0: `set_input`, or `layer.input = tensor`).

    Before the layer is added to a Sequential, or on the first layer of a model.
    """
    if layer._inbound_nodes and is_input(layer.input):
        layer.input._legacy_source = tensor
    else:
        layer._legacy_source = (tensor, shape)


def _patch_models() -> None:
    sequential, functional = keras.Sequential, _functional_class()
    patch_layer_lists(functional)
    for kind in (sequential, functional):
        _patch_nodes(kind, _at_node_of_model)
    sequential.add = _with_entry(sequential.add)
    sequential.input = property(lambda self: self.inputs[0])
    sequential.output = property(lambda self: self.outputs[0])
    functional.__init__ = _with_plural_names(_on_keras_inputs(functional.__init__))
    new = keras.Model.__new__
    keras.Model.__new__ = staticmethod(_with_plural_names(new))
    keras.Model.load_weights = _loading(keras.Model.load_weights)
    keras.Model.predict = _silent(keras.Model.predict)
    keras.Model.get_layer = found_by_old_name(keras.Model.get_layer)
    for phase in ('predict', 'test', 'train'):
        setattr(keras.Model, f'_make_{phase}_function', getattr(keras.Model, f'make_{phase}_function'))


def _functional_class() -> Any:
    entry = keras_input((1,))
    return type(keras.Model(entry, entry))


def _with_entry(add: Callable[..., None]) -> Callable[..., None]:
    """Give a Sequential the input that its first layer was told of."""

    @functools.wraps(add)
    def wrapped(self: Any, layer: Any, *args: Any, **kwargs: Any) -> None:
        if not self._layers and isinstance(layer, keras.layers.Layer):
            source = getattr(layer, '_legacy_source', None)
            batch_shape = getattr(layer, '_legacy_batch_shape', None)
            if source is not None:
                add(self, bind(None, *source))
            elif batch_shape is not None:
                add(self, keras.layers.InputLayer(batch_shape=batch_shape))
        add(self, layer, *args, **kwargs)
        _join_to_first_model(self)

    return wrapped


def _join_to_first_model(sequential: Any) -> None:
    """Make a Sequential that begins with a model go on from that model's own tensors.

    As in Keras 2: a loss at its end has gradients against the model's layers in between.
    """
    first = sequential.layers[0] if sequential.layers else None
    if isinstance(first, _functional_class()) and sequential.built and len(first.inputs) == 1:
        sequential.inputs[0]._legacy_source = first.inputs[0]
        _first_output(sequential, first)._legacy_source = first.outputs[0]


def _first_output(sequential: Any, first: Any) -> Any:
    """Return what a Sequential's first layer gives for the Sequential's input."""
    calls = first._inbound_nodes
    return next(node.outputs[0] for node in reversed(calls) if node.input_tensors[0] is sequential.inputs[0])


def _with_plural_names(function: Callable[..., Any]) -> Callable[..., Any]:
    """Take Keras 1's `Model(input=..., output=...)`."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        for old, new in (('input', 'inputs'), ('output', 'outputs')):
            if old in kwargs:
                kwargs[new] = kwargs.pop(old)
        return function(*args, **kwargs)

    return wrapped


def _on_keras_inputs(initialise: Callable[..., None]) -> Callable[..., None]:
    """Take a tensor for the `Input(tensor=...)` around it, and lists of one for the one."""

    @functools.wraps(initialise)
    def wrapped(self: Any, inputs: Any, outputs: Any, *args: Any, **kwargs: Any) -> None:
        reached = [t for t in layer_ancestry(keras.tree.flatten(outputs)) if source_of(t) is not None]
        entries = {id(source_of(tensor)): tensor for tensor in reached}
        inputs = keras.tree.map_structure(lambda tensor: entries.get(id(tensor), tensor), inputs)
        initialise(self, _alone(inputs), _alone(outputs), *args, **kwargs)

    return wrapped


def _alone(tensors: Any) -> Any:
    return tensors[0] if isinstance(tensors, (list, tuple)) and len(tensors) == 1 else tensors


def _silent(predict: Callable[..., Any]) -> Callable[..., Any]:
    """Predict without a progress bar unless one is asked for, as Keras 1 and 2 did.

    A symbolic tensor, which then comes with `steps`, is what it holds.
    """

    @functools.wraps(predict)
    def wrapped(self: Any, x: Any, batch_size: Any = None, verbose: Any = 0, **kwargs: Any) -> Any:
        if is_symbolic(x):
            x = np.concatenate([evaluate_tensor(x)] * (kwargs.pop('steps', None) or 1))
        return predict(self, x, batch_size=batch_size, verbose=verbose, **kwargs)

    return wrapped


def _loading(load_weights: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(load_weights)
    def wrapped(self: Any, filepath: Any, *args: Any, **kwargs: Any) -> Any:
        if not load_old_weights(self, filepath, *args, **kwargs):
            return load_weights(self, filepath, *args, **kwargs)
        return None

    return wrapped


def _get_updates(
    self: Any, *args: Any, loss: Any = None, params: Any = None, constraints: Any = None
) -> list[OptimizerStep]:
    """Return one step of the optimizer, for the `updates` of `K.function`.

    get_updates(loss, params) as in Keras 2, or (params, constraints, loss) as in Keras 1.
    """
    if len(args) == 3:
        params, _, loss = args
    elif len(args) == 2:
        loss, params = (loss, args[0]) if loss is not None else args
    elif args:
        params = args[0] if params is None else params
        loss = args[0] if loss is None else loss
    return [OptimizerStep(self, loss, list(params))]
