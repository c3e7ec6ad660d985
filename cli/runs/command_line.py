"""The command line of a run, as its record and its picture keep it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CommandLine:
    """How a run was begun, and each time that it was resumed.

    `without_prefix` is `text` with PREFIX in place of the name of the results. It is what a picture
    has in its metadata, so that the pictures of one run under two names are the same bytes.
    """

    text: str
    without_prefix: str
    in_metadata: bool
    given: tuple[str, ...] = ()
    """The names of the settings that were given one by one."""
    resumed: tuple[str, ...] = ()

    @classmethod
    def of_new_run(
        cls, arguments: list[str], prefix: str | None, given: Iterable[str], *, in_metadata: bool
    ) -> CommandLine:
        """Return the command line of a run that begins; `prefix` is as it was typed, if it was."""
        named = ['PREFIX' if argument == prefix else argument for argument in arguments]
        return cls(_text(arguments), _text(named), in_metadata, tuple(sorted(given)))

    @classmethod
    def of_resumed_run(
        cls, arguments: list[str], recorded: dict[str, Any], given: Iterable[str], *, in_metadata: bool
    ) -> CommandLine:
        """Return the command line of a run that goes on, from its record so far."""
        resumed = recorded.get('resumed')
        before = tuple(map(str, resumed)) if isinstance(resumed, list) else ()
        names = recorded.get('given')
        names = set(map(str, names)) if isinstance(names, list) else set()
        return cls(
            str(recorded.get('command')),
            str(recorded.get('command_without_prefix')),
            in_metadata,
            tuple(sorted(names.union(given))),
            (*before, _text(arguments)),
        )

    def metadata(self, digest: str) -> dict[str, str]:
        """Return what a picture says of itself, `digest` being its record's."""
        if not self.in_metadata:
            return {}
        return {'nst-lbfgs command': self.without_prefix, 'nst-lbfgs record digest': digest}

    def record(self) -> dict[str, Any]:
        """Return what a run record says of it."""
        return {
            'command': self.text,
            'command_without_prefix': self.without_prefix,
            'given': list(self.given),
            'resumed': list(self.resumed),
        }


def _text(arguments: list[str]) -> str:
    return shlex.join(['nst-lbfgs', *arguments])
