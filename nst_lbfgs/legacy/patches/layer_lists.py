"""A model's list of layers, which scripts of Keras 1 and 2 shorten to get at a layer before the last.

model.layers.pop()
model.outputs = [model.layers[-1].output]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

_KEPT = '_legacy_layer_list'


def patch_layer_lists(functional: Any) -> None:
    """Make `layers` one list that can be shortened, and a functional model's `outputs` replaceable."""
    for kind in (functional, keras.Sequential):
        kind.layers = property(_kept(kind.layers.fget))
    functional.outputs = property(functional.outputs.fget, _set_outputs)


def _kept(layers: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    """Return the same list every time, unless the model has got other layers since."""

    def kept(self: Any) -> list[Any]:
        now = layers(self)
        before, given = vars(self).get(_KEPT, ([], []))
        if [*map(id, before)] != [*map(id, now)]:
            given = list(now)
            vars(self)[_KEPT] = (now, given)
        found: list[Any] = given
        return found

    return kept


def _set_outputs(self: Any, outputs: Any) -> None:
    """Make a model end elsewhere among its layers; its list of layers stays as it is."""
    given = self.layers
    wanted = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    with keras.src.utils.tracking.DotNotTrackScope():
        wanted_struct = wanted[0] if len(wanted) == 1 else wanted
        keras.src.ops.function.Function.__init__(self, self._inputs_struct, wanted_struct, name=self.name)
    now = [operation for operation in self._operations if isinstance(operation, keras.layers.Layer)]
    vars(self)[_KEPT] = (now, given)
    self.predict_function = self.test_function = self.train_function = None
