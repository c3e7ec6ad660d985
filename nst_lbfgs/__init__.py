"""Neural style transfer with Keras's VGG19 and scipy's L-BFGS.

    from nst_lbfgs import TransferConfig, transfer_style

    result = transfer_style(content, style, TransferConfig(iterations=5))

TensorFlow is imported when `transfer_style` is first used, not with this package.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .config import TransferConfig
from .errors import StyleTransferError

if TYPE_CHECKING:
    from .progress import IterationLosses, Progress, TransferState
    from .search.lbfgs import StopSearch
    from .transfer import TransferResult, transfer_style

__version__ = '0.1.0'
__all__ = [
    'IterationLosses',
    'Progress',
    'StopSearch',
    'StyleTransferError',
    'TransferConfig',
    'TransferResult',
    'TransferState',
    'transfer_style',
]

_HOMES = {
    'IterationLosses': 'progress',
    'Progress': 'progress',
    'StopSearch': 'search.lbfgs',
    'TransferResult': 'transfer',
    'TransferState': 'progress',
    'transfer_style': 'transfer',
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return getattr(import_module(f'.{_HOMES[name]}', __name__), name)
