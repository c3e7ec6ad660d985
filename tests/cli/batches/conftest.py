"""A folder of pictures, and of styles, and the command that makes batches of them."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PIL import Image

from cli.main import main
from nst_lbfgs import transfer

FAST = [
    '--weights', 'random', '--iter', '2', '--maxfun', '2', '--image-height', '36',
    '--content-layer', 'block2_conv1', '--style-layer', 'block1_conv1',
]  # fmt: skip
OWN = ['batch.csv', 'batch.html', 'batch.png']


def batch(*arguments, out='out'):
    """Return the exit code of a batch; argparse's own exits too."""
    try:
        return main(['batch', '--out', out, *FAST, *arguments])
    except SystemExit as exit_:
        return exit_.code


def table(folder='out'):
    """The rows of the table."""
    with open(f'{folder}/batch.csv', newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


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


@pytest.fixture
def ran(monkeypatch):
    """The networks of the transfers that are run, in order, and their configurations."""
    found, real = [], transfer.transfer_style

    def counted(content, styles, config, **others):
        found.append((others['network'], config, others))
        return real(content, styles, config, **others)

    monkeypatch.setattr(transfer, 'transfer_style', counted)
    return found
