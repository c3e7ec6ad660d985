"""Neural style transfer with Keras's VGG19 and scipy's L-BFGS.

    from nst_lbfgs import TransferConfig, transfer_style

    result = transfer_style(content, style, TransferConfig(iterations=5))

TensorFlow is imported when `transfer_style` is first used, not with this package.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .config import (
    AdamConfig,
    ComputationConfig,
    LbfgsConfig,
    ObjectiveConfig,
    StartConfig,
    TransferConfig,
)
from .errors import StyleTransferError

if TYPE_CHECKING:
    from .progress import IterationLosses, TransferState
    from .search.lbfgs import StopSearch
    from .transfer import Progress, TransferResult, transfer_style

__version__ = '0.1.0'
__all__ = [
    'AdamConfig',
    'ComputationConfig',
    'IterationLosses',
    'LbfgsConfig',
    'ObjectiveConfig',
    'Progress',
    'StartConfig',
    'StopSearch',
    'StyleTransferError',
    'TransferConfig',
    'TransferResult',
    'TransferState',
    'transfer_style',
]

_HOMES = {
    'IterationLosses': 'progress',
    'Progress': 'transfer',
    'StopSearch': 'search.lbfgs',
    'TransferResult': 'transfer',
    'TransferState': 'progress',
    'transfer_style': 'transfer',
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return getattr(import_module(f'.{_HOMES[name]}', __name__), name)
