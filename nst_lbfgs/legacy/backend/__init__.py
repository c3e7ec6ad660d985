"""`keras.backend` as Keras 1 and 2 had it, over Keras 3's symbolic tensors.

    from nst_lbfgs.legacy import backend as K

Functions take and return symbolic tensors, and also numbers, arrays and layers' weights; given
TensorFlow tensors, as inside a Lambda layer, they compute at once. What each did is told after
keras 2.3.1, backend/tensorflow_backend.py, with Keras 1's argument names accepted too.
A function of the old backend that is not here says so, and what to use, when it is called.
"""

from __future__ import annotations

from typing import Any

from .math import *  # noqa: F401,F403
from .nn import *  # noqa: F401,F403
from .shapes import *  # noqa: F401,F403
from .state import (  # noqa: F401
    backend,
    cast_to_floatx,
    clear_session,
    epsilon,
    floatx,
    get_session,
    get_uid,
    image_data_format,
    image_dim_ordering,
    learning_phase,
    manual_variable_initialization,
    name_scope,
    reset_uids,
    set_epsilon,
    set_floatx,
    set_image_data_format,
    set_image_dim_ordering,
    set_learning_phase,
    set_session,
    unsupported,
)
from .variables import *  # noqa: F401,F403

_BACKEND = 'tensorflow'  # where Keras 0.3 and 1 kept it; scripts read it


def __getattr__(name: str) -> Any:
    return unsupported(name)
