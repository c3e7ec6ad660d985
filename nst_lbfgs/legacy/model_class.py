"""The class that scripts find as `Model`: they compare it with the class of a model that they have made.

In Keras 3 a model made from tensors is of another class, its subclass.
"""

from __future__ import annotations

from typing import Any

import keras

_model: Any = keras.Model


class _ModelClass(type(_model)):  # type: ignore[misc]
    """The class of `Model`: every model is an instance of it, and models made from tensors are exactly it."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return _model(*args, **kwargs) if cls is Model else super().__call__(*args, **kwargs)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, _model) if cls is Model else super().__instancecheck__(instance)

    def __subclasscheck__(cls, other: Any) -> bool:
        return issubclass(other, _model) if cls is Model else super().__subclasscheck__(other)

    def __eq__(cls, other: object) -> bool:
        return cls is other or (cls is Model and other in (_model, keras.src.models.functional.Functional))

    def __hash__(cls) -> int:
        return hash(_model) if cls is Model else id(cls)


class Model(_model, metaclass=_ModelClass):  # type: ignore[misc]
    """`Model(inputs, outputs)`, or a base class."""
