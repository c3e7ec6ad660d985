"""Neural style transfer with Keras's VGG19 and scipy's L-BFGS.

    from nst_lbfgs import TransferConfig, transfer_style

    result = transfer_style(content, style, TransferConfig(iterations=5))

Every name is imported when it is first used: TensorFlow comes with `transfer_style`, not with this package.
"""

# No import at the top, not even from Python's own library: `python -m nst_lbfgs` has the current folder in
# front of that until `__main__` takes it away.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .config import (
        AdamConfig,
        ComputationConfig,
        LbfgsConfig,
        ObjectiveConfig,
        StartConfig,
        TransferConfig,
    )
    from .errors import StyleTransferError
    from .guidance.regions import Regions
    from .guidance.style import Style
    from .progress import IterationLosses, Progress, TransferState
    from .search.lbfgs import StopSearch
    from .side_by_side import show
    from .transfer import TransferResult, transfer_style

__version__ = '0.2.0'
__all__ = [
    'AdamConfig',
    'ComputationConfig',
    'IterationLosses',
    'LbfgsConfig',
    'ObjectiveConfig',
    'Progress',
    'Regions',
    'StartConfig',
    'StopSearch',
    'Style',
    'StyleTransferError',
    'TransferConfig',
    'TransferResult',
    'TransferState',
    'show',
    'transfer_style',
]

_HOMES = {
    'AdamConfig': 'config',
    'ComputationConfig': 'config',
    'IterationLosses': 'progress',
    'LbfgsConfig': 'config',
    'ObjectiveConfig': 'config',
    'Progress': 'progress',
    'Regions': 'guidance.regions',
    'StartConfig': 'config',
    'StopSearch': 'search.lbfgs',
    'Style': 'guidance.style',
    'StyleTransferError': 'errors',
    'TransferConfig': 'config',
    'TransferResult': 'transfer',
    'TransferState': 'progress',
    'show': 'side_by_side',
    'transfer_style': 'transfer',
}


def __getattr__(name: str) -> 'Any':
    if name not in _HOMES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from importlib import import_module

    return getattr(import_module(f'.{_HOMES[name]}', __name__), name)
