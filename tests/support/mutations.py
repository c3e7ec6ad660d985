"""Damaged bytes, for tests that hold a reader to its own errors."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# Lengths and offsets at the edges of their types, in both byte orders.
EXTREMES = [
    bytes(4),
    b'\xff' * 4,
    b'\x7f\xff\xff\xff',
    b'\xff\xff\xff\x7f',
    b'\x80\0\0\0',
    b'\0\0\0\x80',
    b'\0\0\xff\xff',
    b'\xff\xff\0\0',
    b'\0\1\0\0',
    b'\0\0\0\1',
    b'\1\0\0\0',
]


def many(count: int) -> settings:
    """Return the settings of a test of `count` mutations, or of as many as NST_LBFGS_TEST_MUTATIONS says.

    They are the same ones each time.
    """
    return settings(
        max_examples=int(os.environ.get('NST_LBFGS_TEST_MUTATIONS', count)),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """Return `data` after one to three strokes: overwritten, cut out, repeated, inserted, cut off.

    Most spare the first bytes, by which a reader knows its format and without which it is done.
    """
    result = data
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        result = draw(_struck(result))
    return result


@st.composite
def _struck(draw: st.DrawFn, data: bytes) -> bytes:
    end = max(0, len(data) - 1)
    headers, anywhere = st.integers(min(12, end), min(end, 200)), st.integers(min(12, end), end)
    at = draw(headers | headers | anywhere | anywhere | anywhere | st.integers(0, end))
    length = draw(st.integers(1, 16))
    content = draw(st.binary(min_size=1, max_size=8) | st.sampled_from(EXTREMES))
    before, after = data[:at], data[at:]
    strokes = [
        before + content + data[at + len(content) :],
        before + content + after,
        before + data[at + length :],
        before + data[at : at + length] * 3 + data[at + length :],
        before,
    ]
    return draw(st.sampled_from(strokes[:4]) | st.sampled_from(strokes))
