"""JSON from files that anybody may have written: parsed in memory that the text's length bounds."""

from __future__ import annotations

import json
from typing import Any

# A value of few bytes, as in [[],[],[]], takes thirty times as much memory as text. Of a record each has 15
# bytes and more, once there are so many that the losses of iterations are most of them.
FREE_VALUES = 100_000
BYTES_A_VALUE = 10


def parse_json(data: bytes) -> Any:
    """Return the value of JSON text. Raises ValueError for anything else, or if its values are too many."""
    values = sum(map(data.count, (b',', b'[', b'{')))
    if values > FREE_VALUES + len(data) // BYTES_A_VALUE:
        raise ValueError(f'{values:,} values in {len(data):,} bytes')
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError('lists or objects in one another without end') from error
