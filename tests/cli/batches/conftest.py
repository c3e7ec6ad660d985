"""A folder of pictures, and of styles, for batches."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

FAST = [
    '--weights', 'random', '--iter', '2', '--maxfun', '2', '--image-height', '36',
    '--content-layer', 'block2_conv1', '--style-layer', 'block1_conv1',
]  # fmt: skip


@pytest.fixture
def pictures(tmp_path, monkeypatch, town, stripes):
    """A working directory with contents/frame2.png, frame10.png and styles/one.png, two.png."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'contents').mkdir()
    (tmp_path / 'styles').mkdir()
    Image.fromarray(town).save('contents/frame2.png')
    Image.fromarray(np.roll(town, 7, axis=1)).save('contents/frame10.png')
    Image.fromarray(stripes).save('styles/one.png')
    Image.fromarray(stripes[::-1].copy()).save('styles/two.png')
    return tmp_path
