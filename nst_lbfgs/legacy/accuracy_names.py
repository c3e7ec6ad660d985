"""Logs of training that answer to both names of the accuracy: Keras 2.2 had 'acc', 2.3 'accuracy'."""

from __future__ import annotations

from typing import Any


class Logs(dict[str, Any]):
    """A dictionary in which 'val_acc' is found under 'val_accuracy' too, and the other way round."""

    def __missing__(self, key: str) -> Any:
        other = _other_name(key)
        if dict.__contains__(self, other):
            return dict.__getitem__(self, other)
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return dict.__contains__(self, key) or dict.__contains__(self, _other_name(str(key)))

    def get(self, key: str, default: Any = None) -> Any:
        """Return what is found under a name or its other name, else `default`."""
        return self[key] if key in self else default


def _other_name(name: str) -> str:
    start = 'val_' if name.startswith('val_') else ''
    rest = name[len(start) :]
    return start + {'acc': 'accuracy', 'accuracy': 'acc'}.get(rest, rest)
