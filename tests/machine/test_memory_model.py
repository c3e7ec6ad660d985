"""The model of a run's memory: counted by hand, monotonic, and against real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from nst_lbfgs.benchmark.pairs import synthetic_pair
from nst_lbfgs.config import PRECISIONS
from nst_lbfgs.machine import memory_model
from nst_lbfgs.machine.device import may_have_bfloat16
from nst_lbfgs.machine.memory_model import largest_size, peak_memory
from nst_lbfgs.machine.processor import lacks_avx512

from ..support.settings import changed, transfer_config

ROOT = Path(__file__).parents[2]
SHALLOW = transfer_config(
    content_layers=(('block2_conv1', 1.0),), style_layers=(('block1_conv1', 1.0),), precision='bfloat16'
)
TV_ONLY = transfer_config(content_weight=0, style_weight=0, tv_weight=1)
SIDES = st.integers(32, 3000)


def test_the_bytes_of_a_small_case_counted_by_hand():
    """32 x 32 pixels, bfloat16, down to block2_conv1.

    Most is in use when the gradient passes block1_conv2: its output, the output's gradient and the
    input's, each of 32 * 32 * 64 numbers.
    """
    weights = (9 * 3 * 64 + 64) + (9 * 64 * 64 + 64) + (9 * 64 * 128 + 128)
    in_use = 3 * 32 * 32 * 64
    content = 16 * 16 * 128
    searches = {
        'spectral': memory_model.OWN_VECTORS + 4,  # four pairs, two vectors in float32
        'pixels': memory_model.LBFGS_VECTORS + 3 * 4,  # twice in float64, and in float32 once more
    }
    for coordinates, vectors in searches.items():
        assert peak_memory(changed(SHALLOW, history=4, coordinates=coordinates), 32, 32) == round(
            memory_model.LIBRARIES
            + 2 * weights
            + memory_model.ALLOCATOR_WASTE * 2 * in_use
            + (2 + 4 + 4) * content
            + memory_model.PICTURES * 3 * 32 * 32 * 4
            + 8 * 3 * 32 * 32 * vectors
        )


def test_without_layers_there_is_no_network():
    """Only pictures and search: the bytes grow with the pixels, and by as much as theirs."""
    need = [peak_memory(TV_ONLY, height, 100) - memory_model.LIBRARIES for height in (100, 300)]
    assert need[1] == 3 * need[0]
    vectors = memory_model.OWN_VECTORS + TV_ONLY.lbfgs.history
    assert need[0] == 3 * 100 * 100 * (4 * memory_model.PICTURES + 8 * vectors)


@pytest.mark.parametrize('precision', PRECISIONS)
@settings(deadline=None)
@given(height=SIDES, width=SIDES, more=st.integers(1, 500))
def test_a_larger_picture_never_needs_less(precision, height, width, more):
    config = transfer_config(precision=precision)
    need = peak_memory(config, height, width)
    assert need < peak_memory(config, height + more, width)
    assert need < peak_memory(config, height, width + more)


@pytest.mark.parametrize(
    'change',
    [
        {'precision': 'float32'},
        {'content_layers': (('block4_conv2', 1.0),)},  # deeper: more weights
        {'content_layers': (('block1_conv2', 1.0),)},  # its features are kept, and compared in float32
        {'references': 'each-evaluation'},
        {'history': 20},
        {'padding': 'replicate'},
        {'coordinates': 'pixels'},  # scipy's vectors are float64
        {'bounds': True, 'history': 1},
    ],
)
def test_what_needs_more(change):
    base = changed(SHALLOW, history=1) if 'bounds' in change else SHALLOW
    assert peak_memory(changed(base, **change), 200, 200) > peak_memory(base, 200, 200)


@pytest.mark.parametrize(
    'change',
    [
        {'optimizer': 'adam'},
        {'coordinates': 'pixels', 'restart': True, 'history': 4},  # keeps no pairs of its own
        {'iterations': 1, 'evaluations_per_iteration': 2},  # no more pairs than steps
        {'content_weight': 0},
        {'content_layers': (('block1_conv1', 1.0),), 'content_weight': 0},
    ],
)
def test_what_needs_less(change):
    base = changed(SHALLOW, coordinates='pixels', history=4) if 'restart' in change else SHALLOW
    assert peak_memory(changed(base, **change), 200, 200) < peak_memory(base, 200, 200)


def test_a_network_of_one_layer_needs_less_than_one_of_two():
    """The last layer's gradient is as large in both, but the second has an input with a gradient."""
    one, two = (
        changed(SHALLOW, content_weight=0, style_layers=((layer, 1.0),))
        for layer in ('block1_conv1', 'block1_conv2')
    )
    assert peak_memory(one, 512, 512) < peak_memory(two, 512, 512)


@pytest.mark.parametrize('config', [SHALLOW, transfer_config(), TV_ONLY], ids=['shallow', 'default', 'tv'])
def test_style_pictures_that_are_no_larger_need_no_more(config):
    alone = peak_memory(config, 300, 400)
    assert peak_memory(config, 300, 400, styles=[(300, 400)]) == alone
    assert peak_memory(config, 300, 400, styles=[(300, 400)] * 2, regions=1) == alone


def test_the_first_pass_of_a_large_style_picture_counted_by_hand():
    """In use are block1_conv2's input and output, in bfloat16, and the picture itself in float32."""
    need = peak_memory(SHALLOW, 32, 32, styles=[(32, 64)]) - peak_memory(SHALLOW, 32, 32)
    pixels, in_use = 32 * 64, 3 * 32 * 32 * 64
    expected = memory_model.ALLOCATOR_WASTE * ((2 * 2 * 64 + 4 * 3) * pixels - 2 * in_use)
    assert need == pytest.approx(expected, abs=1)


def test_a_larger_style_picture_goes_in_bands_that_take_as_much_counted_by_hand():
    """Two rows count in a band, and are ten with those around them."""
    need = peak_memory(SHALLOW, 32, 32, styles=[(640, 960)]) - peak_memory(SHALLOW, 32, 32)
    band, in_use = 2 * 10 * 960 * 64, 3 * 32 * 32 * 64
    expected = memory_model.ALLOCATOR_WASTE * (2 * band + 4 * 3 * 640 * 960 - 2 * in_use)
    assert need == pytest.approx(expected, abs=1)


def test_regions_need_their_gram_matrices_and_masks():
    need = [peak_memory(SHALLOW, 300, 400, regions=regions) for regions in (1, 2, 3)]
    gram, masks = memory_model.ALLOCATOR_WASTE * 3 * 4 * 64**2, 4 * 3 * 300 * 400
    assert need[1] - need[0] == pytest.approx(gram + 2 * masks, abs=1)
    assert need[2] - need[1] == pytest.approx(gram + masks, abs=1)


def test_in_one_batch_every_style_picture_is_a_row():
    config = changed(SHALLOW, references='each-evaluation')
    need = [peak_memory(config, 300, 400, styles=[(300, 400)] * count) for count in (1, 2, 3)]
    assert need[0] == peak_memory(config, 300, 400)
    assert need[2] - need[1] == pytest.approx(need[1] - need[0], abs=2) and need[1] > need[0]


def test_precision_auto_counts_as_float32():
    automatic, wide = (peak_memory(transfer_config(precision=name), 300, 400) for name in ('auto', 'float32'))
    assert automatic == wide


@settings(deadline=None)
@given(height=SIDES, width=SIDES, free=st.integers(10**8, 2 * 10**10))
def test_the_largest_size_fits_and_a_row_more_does_not(height, width, free):
    size = largest_size(partial(peak_memory, SHALLOW), (height, width), height, free)
    if size is None:  # not even the smallest picture of this shape
        lowest = max(32, -(-32 * height // width))
        assert peak_memory(SHALLOW, lowest, width * lowest // height) > free
        return
    assert min(size) >= 32 and size[1] == width * size[0] // height
    assert peak_memory(SHALLOW, *size) <= free
    more = size[0] + 1
    assert size[0] == height or peak_memory(SHALLOW, more, width * more // height) > free


def test_the_largest_size_is_one_for_all():
    """A grid has one size: that of its most demanding point."""
    wide = changed(SHALLOW, precision='float32')
    free = 2 * 10**9
    sizes = [
        largest_size(need_of(configs), (3000, 4000), 3000, free)
        for configs in ([SHALLOW], [wide], [SHALLOW, wide])
    ]
    assert sizes[0] > sizes[1] == sizes[2]


def need_of(configs):
    return lambda height, width: max(peak_memory(config, height, width) for config in configs)


PROGRAM = """
import sys
from cli.main import main
from nst_lbfgs.machine.memory import peak_resident_bytes
code = main(sys.argv[1:])
print(peak_resident_bytes())
raise SystemExit(code)
"""


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith('linux'), reason='the constants are of Linux')
@pytest.mark.parametrize(
    'config',
    [
        transfer_config(precision='bfloat16', iterations=1, evaluations_per_iteration=8),
        transfer_config(precision='float32', iterations=1, evaluations_per_iteration=8),
    ],
    ids=lambda config: config.computation.precision,
)
def test_the_model_is_within_15_percent_of_a_real_run(config, tmp_path, monkeypatch):
    """512 x 512 pixels, random weights, the largest resident memory of a process of its own."""
    if config.computation.precision == 'bfloat16' and not may_have_bfloat16():
        pytest.skip('this processor has no bfloat16: an evaluation takes a minute')
    monkeypatch.setattr(memory_model, 'lacks_avx512', lacks_avx512)
    pair = synthetic_pair(512)
    Image.fromarray(pair.content).save(tmp_path / 'base.png')
    Image.fromarray(pair.style).save(tmp_path / 'style.png')
    arguments = [
        'transfer',
        'base.png',
        'style.png',
        'out',
        '--weights',
        'random',
        '--image-height',
        '512',
        '--iter',
        '1',
        '--maxfun',
        '8',
        '--precision',
        config.computation.precision,
    ]
    result = subprocess.run(
        [sys.executable, '-c', PROGRAM, *arguments],
        cwd=tmp_path,
        text=True,
        capture_output=True,
        env=os.environ | {'PYTHONPATH': str(ROOT)},
    )
    assert result.returncode == 0, result.stderr
    measured = int(result.stdout.splitlines()[-1])
    print(f'{config.computation.precision}: {measured / 1e6:.0f} MB')
    assert peak_memory(config, 512, 512) == pytest.approx(measured, rel=0.15)


@pytest.mark.parametrize('precision, copies', [('float32', 0.45), ('bfloat16', 1.75), ('float64', 1.4)])
def test_without_avx512_neighbourhoods_are_copied(precision, copies, monkeypatch):
    """9 numbers for each of block1_conv2's 64 channels and each pixel; float64 copies them anywhere."""
    config = transfer_config(precision=precision)
    with_avx512 = memory_model.network_memory(config, 256, 256)
    monkeypatch.setattr(memory_model, 'lacks_avx512', lambda: True)
    without = memory_model.network_memory(config, 256, 256)
    more = 0 if precision == 'float64' else 1.1 * memory_model.BYTES[precision] * copies * 9 * 64 * 256**2
    assert without - with_avx512 == pytest.approx(more)
