"""Bands by the memory that there is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nst_lbfgs.errors import InsufficientMemoryError
from nst_lbfgs.machine import fitting_bands
from nst_lbfgs.machine.fitting_bands import least_memory, with_fitting_bands
from nst_lbfgs.machine.memory_model import network_memory, peak_memory

from ..support.settings import changed, transfer_config

CONFIG = transfer_config(precision='float32')
SIZE = 1080, 1920


@pytest.fixture
def room(monkeypatch):
    """Return a function that sets what this process has and what is free."""
    return lambda room: monkeypatch.setattr(fitting_bands, '_room', lambda: room)


def rows_of(config, *size, **others):
    return with_fitting_bands(config, *size, **others).computation.band_rows


def test_what_fits_goes_through_whole(room):
    room(peak_memory(CONFIG, *SIZE))
    assert rows_of(CONFIG, *SIZE) == SIZE[0]


def test_what_does_not_fit_goes_in_the_highest_bands_that_do(room):
    free = peak_memory(CONFIG, *SIZE) - 1
    room(free)
    rows = rows_of(CONFIG, *SIZE)
    assert rows < SIZE[0] and peak_memory(changed(CONFIG, band_rows=rows), *SIZE) <= free
    higher = range(rows + fitting_bands.STEP, SIZE[0], fitting_bands.STEP)
    assert all(peak_memory(changed(CONFIG, band_rows=each), *SIZE) > free for each in higher)


def test_the_limit_counts_where_it_is_less_than_what_is_free(room):
    limit = round(0.7 * peak_memory(CONFIG, *SIZE))
    room(10**12)
    limited = changed(CONFIG, memory_limit=limit)
    assert peak_memory(with_fitting_bands(limited, *SIZE), *SIZE) <= limit
    room(None)
    assert peak_memory(with_fitting_bands(limited, *SIZE), *SIZE) <= limit


def test_a_limit_that_is_too_small_is_refused_and_too_little_free_memory_is_not(room):
    room(0)
    assert rows_of(CONFIG, *SIZE) == 16
    least = least_memory(CONFIG, *SIZE)
    assert rows_of(changed(CONFIG, memory_limit=least), *SIZE) == 16
    with pytest.raises(InsufficientMemoryError, match='Expected a memory limit of at least'):
        with_fitting_bands(changed(CONFIG, memory_limit=least - 1), *SIZE)


def test_a_deterministic_run_hangs_on_no_more_than_its_limit(room):
    room(0)
    deterministic = changed(CONFIG, deterministic=True)
    assert rows_of(deterministic, *SIZE) is None
    assert least_memory(deterministic, *SIZE) == peak_memory(CONFIG, *SIZE)
    limited = changed(deterministic, memory_limit=peak_memory(CONFIG, *SIZE))
    assert rows_of(limited, *SIZE) == SIZE[0]


def test_what_is_set_stays(room):
    room(0)
    assert rows_of(changed(CONFIG, band_rows=48), *SIZE) == 48
    assert rows_of(changed(CONFIG, references='each-evaluation'), *SIZE) is None


@settings(deadline=None, max_examples=50)
@given(st.integers(64, 4000), st.integers(64, 4000))
def test_the_lowest_bands_need_less_than_the_whole_and_larger_pictures_more(height, width):
    need = least_memory(CONFIG, height, width)
    assert need <= peak_memory(CONFIG, height, width)
    assert need < least_memory(CONFIG, height + 64, width)
    assert need < least_memory(CONFIG, height, width + 64)


def test_a_style_picture_four_times_as_large_takes_hardly_more_of_the_network():
    in_bands = changed(CONFIG, band_rows=128)
    twice = [(2 * SIZE[0], 2 * SIZE[1])]
    more = network_memory(in_bands, *SIZE, styles=twice) - network_memory(in_bands, *SIZE, styles=[SIZE])
    assert more <= 1.1 * 4 * 3 * 4 * SIZE[0] * SIZE[1]  # the picture itself
