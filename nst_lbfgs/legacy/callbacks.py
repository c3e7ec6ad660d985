"""Callbacks of Keras 1 and 2 whose arguments or files Keras 3 takes otherwise."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Any

import keras
import numpy as np


def _mode(monitor: str, mode: str) -> str:
    """Return whether more is better ('max') or less ('min'): accuracies, and what is said to be."""
    if mode in ('min', 'max'):
        return mode
    return 'max' if 'acc' in monitor or monitor.startswith('fmeasure') else 'min'


class ModelCheckpoint(keras.callbacks.Callback):  # type: ignore[misc]
    """Saves the model after every `period` epochs, if it is wished only when `monitor` is better than ever.

    filepath: may hold '{epoch:02d}' and names of the logs.
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = 'val_loss',
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = 'auto',
        period: int = 1,
        **_ignored: Any,
    ) -> None:
        super().__init__()
        self.filepath, self.monitor, self.verbose, self.period = str(filepath), monitor, verbose, period
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        self._sign = -1 if _mode(monitor, mode) == 'max' else 1
        self.best = self._sign * np.inf

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Save, if it is time."""
        logs = {} if logs is None else logs
        if (epoch + 1) % self.period or not self._is_worth_it(logs):
            return
        path = self.filepath.format_map(_Names(logs, epoch=epoch + 1))
        if self.verbose:
            print(f'\nEpoch {epoch + 1:05d}: saving model to {path}')
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)

    def _is_worth_it(self, logs: Any) -> bool:
        if not self.save_best_only:
            return True
        now = logs.get(self.monitor)
        if now is None or self._sign * now >= self._sign * self.best:
            return False
        self.best = now
        return True


class _Names(dict[str, Any]):
    """What a path may name: the epoch and the logs, by either of their names."""

    def __init__(self, logs: Any, **others: Any) -> None:
        super().__init__(others)
        self._logs = logs

    def __missing__(self, name: str) -> Any:
        return self._logs[name]


class EarlyStopping(keras.callbacks.EarlyStopping):  # type: ignore[misc]
    """Stops when `monitor` is no longer better."""

    def __init__(self, monitor: str = 'val_loss', *args: Any, mode: str = 'auto', **kwargs: Any) -> None:
        super().__init__(monitor, *args, mode=_mode(monitor, mode), **kwargs)


class ReduceLROnPlateau(keras.callbacks.ReduceLROnPlateau):  # type: ignore[misc]
    """Lowers the learning rate when `monitor` is no longer better."""

    def __init__(
        self,
        monitor: str = 'val_loss',
        *args: Any,
        mode: str = 'auto',
        epsilon: float | None = None,
        **kwargs: Any,
    ) -> None:
        if epsilon is not None:
            kwargs['min_delta'] = epsilon
        super().__init__(monitor, *args, mode=_mode(monitor, mode), **kwargs)


class _NoTensorBoard(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes nothing, and says so."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        super().__init__()
        print('nst-lbfgs: TensorBoard is not installed: nothing is written for it', file=sys.stderr)


CALLBACKS: dict[str, Any] = {
    'EarlyStopping': EarlyStopping,
    'ModelCheckpoint': ModelCheckpoint,
    'ReduceLROnPlateau': ReduceLROnPlateau,
    **({} if find_spec('tensorboard') else {'TensorBoard': _NoTensorBoard}),
}
