"""The sample pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

SAMPLES = Path(__file__).parent.parent / 'samples'


@pytest.mark.parametrize('name', ['town.jpg', 'painting.jpg', 'painted_town.jpg'])
def test_a_sample_picture_is_whole_and_small_enough_to_clone(name: str) -> None:
    """Each is RGB, reads to its end, and stays under 500 kB."""
    with Image.open(SAMPLES / name) as picture:
        picture.load()
        assert picture.mode == 'RGB'
    assert (SAMPLES / name).stat().st_size < 500_000
