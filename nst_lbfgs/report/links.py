"""Names of files as links and as texts, whatever characters they have."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from urllib.parse import quote

from ..errors import one_line


def link_to(name: str) -> str:
    """Return the relative link to a file of this name in the page's own folder."""
    return quote(os.fsencode(name), safe='')


def shown_name(path: Path | str) -> str:
    """Return a file's name, without its folder, as text that hides and reorders nothing."""
    return one_line(Path(path).name)


def typed(*arguments: str) -> str:
    """Return a command as it is typed in a shell."""
    return one_line(shlex.join(arguments))


def as_argument(name: str) -> str:
    """Return a file's name so that no command takes it for an option."""
    return f'./{name}' if name.startswith('-') else name
