"""Python 2's `urllib`, `urllib2` and `urlparse`: the names of all three."""

from __future__ import annotations

import urllib.error as _error
import urllib.parse as _parse
import urllib.request as _request
import urllib.response as _response
from typing import Any


def __getattr__(name: str) -> Any:
    for module in (_request, _parse, _error, _response):
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(f'neither urllib, urllib2 nor urlparse had {name!r}')
