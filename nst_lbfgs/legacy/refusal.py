"""What stands in the place of an old name that is not supported."""

from __future__ import annotations

from typing import Any

from ..errors import LegacyError


class Refusal:
    """Imports as the old name did; whatever is done with it raises LegacyError.

    name: as the script knows it. instead: what to use today.
    """

    def __init__(self, name: str, instead: str) -> None:
        self.__name__ = name
        self._instead = instead

    def _refuse(self) -> Any:
        raise LegacyError(
            f'Expected a name of old Keras that is supported. Received: {self.__name__}, '
            f'which is not; use {self._instead} instead'
        )

    def __call__(self, *_args: Any, **_kwargs: Any) -> Any:
        return self._refuse()

    def __getattr__(self, name: str) -> Any:
        if name.startswith('__'):
            raise AttributeError(name)
        return self._refuse()

    def __mro_entries__(self, _bases: Any) -> Any:
        return self._refuse()

    def __instancecheck__(self, _instance: object) -> bool:
        return False
