"""Numbers in memory at once, counted by hand."""

from __future__ import annotations

from nst_lbfgs.machine.banded_memory import Numbers, there, there_and_back
from nst_lbfgs.network.layers import LAYER_NAMES

TO_BLOCK_3 = LAYER_NAMES[: LAYER_NAMES.index('block3_conv1') + 1]
# 64 x 32 pixels in bands of 32 rows: two, and block 3, of 16 rows, whole. The lower band has 8 rows more: 4
# for the convolutions of block 2, 2 for those of block 1, and 2 so that poolings fall as in the whole.
BLOCK_1, POOL_1, BLOCK_2 = 40 * 32 * 64, 20 * 16 * 64, 20 * 16 * 128


def test_there_and_back_with_the_last_layers_whole():
    """Most is in use at block2_conv2: outputs up to there, and two gradients as large as its own."""
    assert there_and_back(TO_BLOCK_3, 64, 32, 32) == Numbers(
        arrays=16 * 8 * 128,
        computed=2 * BLOCK_1 + POOL_1 + 2 * BLOCK_2 + 2 * BLOCK_2,
        columns=9 * 64 * 40 * 32,
    )


def test_there_alone():
    """Most is in use at block1_conv2: its inputs and outputs."""
    assert there(TO_BLOCK_3, 64, 32, 32) == Numbers(16 * 8 * 128, 2 * BLOCK_1, 9 * 64 * 40 * 32)


def test_arrays_on_the_way_back():
    """128 x 32 pixels in bands of 16 rows: block 4 is whole.

    Most arrays are there when the gradient passes block 3: its inputs, and the gradients for them and for its
    outputs.
    """
    layers = LAYER_NAMES[: LAYER_NAMES.index('block4_conv1') + 1]
    inputs, outputs = 32 * 8 * 128, 16 * 4 * 256
    assert there_and_back(layers, 128, 32, 16).arrays == 2 * inputs + outputs
