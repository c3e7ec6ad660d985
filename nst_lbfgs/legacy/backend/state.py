"""The old backend's global state: data format, float type, learning phase, session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from ..old_names import advice
from ..refusal import Refusal
from ..sessions import Session
from ..settings import SETTINGS
from ..tensors import keras_input

_ORDERINGS = {'th': 'channels_first', 'tf': 'channels_last'}

backend = keras.config.backend
epsilon = keras.config.epsilon
set_epsilon = keras.config.set_epsilon
floatx = keras.config.floatx
set_floatx = keras.config.set_floatx
image_data_format = keras.config.image_data_format
set_image_data_format = keras.config.set_image_data_format


def image_dim_ordering() -> str:
    """Return 'th' for channels first, 'tf' for channels last (Keras 1's `image_data_format`)."""
    return 'th' if image_data_format() == 'channels_first' else 'tf'


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Set the data format by its Keras 1 name, 'th' or 'tf'."""
    if dim_ordering not in _ORDERINGS:
        raise ValueError(f"Expected 'th' or 'tf'. Received: {dim_ordering!r}")
    set_image_data_format(_ORDERINGS[dim_ordering])


def data_format_named(name: str | None) -> str:
    """Return 'channels_first' or 'channels_last' for a new name, an old one, or None."""
    return _ORDERINGS.get(name or '', name or image_data_format())


def cast_to_floatx(x: Any) -> np.ndarray[Any, Any]:
    """Return an array cast to the default float type."""
    return np.asarray(x, dtype=floatx())


_phase: list[Any] = []


def learning_phase() -> Any:
    """Return 0 or 1 if it was set, else a tensor that `K.function` can be fed (default 0)."""
    if SETTINGS.learning_phase is not None:
        return SETTINGS.learning_phase
    if not _phase:
        tensor = keras_input(batch_shape=(), dtype='int32', name='keras_learning_phase')
        tensor._legacy_learning_phase = True
        _phase.append(tensor)
    return _phase[0]


def set_learning_phase(value: int) -> None:
    """Fix the learning phase: 0 for inference, 1 for training."""
    if value not in (0, 1):
        raise ValueError(f'Expected learning phase 0 or 1. Received: {value!r}')
    SETTINGS.learning_phase = int(value)


_session: list[Session] = []


def get_session() -> Session:
    """Return the session: an object whose `run` computes symbolic tensors."""
    if not _session:
        _session.append(Session())
    return _session[0]


def set_session(session: Any) -> None:
    """Accept a session; there is nothing for it to change, TensorFlow 2 having none."""
    if isinstance(session, Session):
        _session[:] = [session]


def clear_session() -> None:
    """Forget the layers' names, the session and the learning phase."""
    _phase.clear()
    _session.clear()
    SETTINGS.learning_phase = None
    keras.utils.clear_session()


def manual_variable_initialization(value: bool) -> None:
    """Do nothing: variables have their value from the start."""


def get_uid(prefix: str = '') -> int:
    """Return the next number for a name (Keras 3's own)."""
    uid: int = keras.backend.get_uid(prefix)
    return uid


def reset_uids() -> None:
    """Start the layers' names anew."""
    keras.utils.clear_session()


@contextmanager
def name_scope(name: str) -> Iterator[None]:
    """Do nothing but be a context: names have no scopes here."""
    yield


def unsupported(name: str) -> Any:
    """Return, for a function of the old backend that is not here, one that says so when called.

    Raises AttributeError for what the old backend did not have either.
    """
    instead = advice('keras.backend', name)
    if instead is None:
        raise AttributeError(f'the old keras.backend has no {name!r}')
    return Refusal(f'K.{name}', instead)
