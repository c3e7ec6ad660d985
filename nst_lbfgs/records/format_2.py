"""What a run record of format 1 or 2 says of one style picture and its size, as today's of several.

They knew no masks and no colours that are kept or matched, started from the content as it is, and squashed
the style picture to the content's size unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import RecordError


def with_style_lists(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record of format 1 or 2 with its style picture in lists. Raises RecordError."""
    path = record.get('style_path')
    if not isinstance(path, str):
        raise RecordError(f"Expected a text under 'style_path'. Received: {path!r}")
    others = {name: value for name, value in record.items() if name not in ('style_path', 'style_sha256')}
    return others | {'style_paths': [path], 'style_sha256': [record.get('style_sha256')], 'mask_sha256': {}}


def config_of_format_2(config: object) -> object:
    """Return what is under 'config' in a record of format 2 with the groups that it did not have."""
    if not isinstance(config, dict):
        return config
    later = sorted({'styles', 'masks', 'colours'} & set(config))
    if later:
        raise RecordError(f'Expected settings of a record of format 2. Received: {", ".join(later)}')
    todays = config | {'styles': {}, 'masks': {}, 'colours': {}}
    if isinstance(pictures := config.get('pictures'), dict):
        todays['pictures'] = {'style_size': 'content'} | pictures
    transfer = config.get('transfer')
    if isinstance(transfer, dict) and isinstance(start := transfer.get('start'), dict):
        todays['transfer'] = transfer | {'start': {'init_colors': 'own'} | start}
    return todays
