"""The work of an evaluation: by hand, and as TensorFlow counts it."""

from __future__ import annotations

import pytest

from nst_lbfgs.benchmark.flops import useful_flops
from nst_lbfgs.config import TransferConfig
from nst_lbfgs.network.extractor import build_extractor
from nst_lbfgs.weights.vgg19 import random_kernels

from ..support.settings import transfer_config


def test_work_per_pixel_is_the_sum_over_the_layers():
    """Sides that five poolings divide; VGG19 to block5_conv2 and conv1 of each block, by hand."""
    convolutions = 9 * (
        3 * 64
        + 64 * 64
        + (64 * 128 + 128 * 128) / 4
        + (128 * 256 + 3 * 256 * 256) / 16
        + (256 * 512 + 3 * 512 * 512) / 64
        + 2 * 512 * 512 / 256
    )
    gram = 64**2 + 128**2 / 4 + 256**2 / 16 + 512**2 / 64 + 512**2 / 256
    assert useful_flops(TransferConfig(), 64, 96) == 64 * 96 * 2 * 2 * (convolutions + gram)


def test_work_at_400_by_400_is_237_gflop_of_convolutions():
    """Forward, block by block: 12.35, 17.69, 41.29, 41.29 and 5.90; backward as much. No Gram matrices."""
    config = transfer_config(style_weight=0.0)
    forward = 12.35 + 17.69 + 41.29 + 41.29 + 5.90
    assert useful_flops(config, 400, 400) / 1e9 == pytest.approx(2 * forward, abs=0.05)


def test_work_of_the_forward_pass_is_what_tensorflow_counts():
    """Its profiler's count for a graph of VGG19 at a size that poolings do not divide."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    config = transfer_config(style_weight=0.0, content_layers=(('block3_conv2', 1.0),))
    model = build_extractor(config.objective.layers, random_kernels(0))
    graph = convert_variables_to_constants_v2(
        tf.function(model).get_concrete_function(tf.TensorSpec((1, 37, 50, 3), tf.float32))
    ).graph
    options = (
        tf.compat.v1.profiler.ProfileOptionBuilder(
            tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
        )
        .with_node_names(show_name_regexes=['.*[Cc]onv2?[dD]?.*'])
        .with_empty_output()
        .build()
    )
    options['account_type_regexes'] = ['Conv2D']
    counted = tf.compat.v1.profiler.profile(graph, options=options).total_float_ops
    assert useful_flops(config, 37, 50) == 2 * counted
