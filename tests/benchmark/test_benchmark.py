"""The benchmark's parts: the old way, the work, the clock, the pictures, medians, the plot's axes."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_lbfgs.benchmark import race, summary, task
from nst_lbfgs.benchmark.axes import log_axis
from nst_lbfgs.benchmark.flops import useful_flops
from nst_lbfgs.benchmark.old_way import OldWay, old_transfer
from nst_lbfgs.benchmark.outcomes import (
    OLD_WAY,
    Case,
    Ceiling,
    Mark,
    Race,
    Rate,
    Record,
)
from nst_lbfgs.benchmark.pairs import Pair, synthetic_pair
from nst_lbfgs.benchmark.plot import (
    COLOURS,
    PANEL_HEIGHT,
    PANEL_WIDTH,
    Gap,
    Line,
    Panel,
    plot_races,
)
from nst_lbfgs.benchmark.process import run_measurement
from nst_lbfgs.benchmark.rate import measure_rate
from nst_lbfgs.benchmark.summary import Spread, race_summaries, rate_summaries
from nst_lbfgs.benchmark.task import our_config
from nst_lbfgs.config import TransferConfig
from nst_lbfgs.errors import ConfigError, MeasurementError
from nst_lbfgs.network.extractor import build_extractor
from nst_lbfgs.network.preprocessing import PREPROCESSINGS
from nst_lbfgs.objective import Objective
from nst_lbfgs.presets import PRESETS
from nst_lbfgs.weights.sources import resolve_weights
from nst_lbfgs.weights.vgg19 import load_network, random_kernels
from tests.support.hostile_folder import imported

from ..support.settings import transfer_config

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope='module')
def network():
    """Random weights."""
    return load_network(resolve_weights('random'))


@pytest.fixture(scope='module')
def pair():
    """The smallest pictures that VGG19 takes."""
    return synthetic_pair(32)


# The old way


@pytest.fixture(scope='module')
def both(pair):
    """The old way and the objective of our way, over the same pictures and weights."""
    kernels = random_kernels(1)
    config = our_config('float32')
    preprocess = PREPROCESSINGS['caffe'].preprocess
    objective = Objective(
        build_extractor(config.objective.layers, kernels),
        preprocess(pair.content),
        preprocess(pair.style),
        config,
    )
    return OldWay(pair.content, pair.style, kernels), objective


@pytest.mark.parametrize('noise', [0, 20])
def test_the_old_way_and_the_objective_are_two_ways_to_the_same_loss_and_gradient(noise, both):
    old_way, objective = both
    x = old_way.start + np.random.default_rng(0).normal(0, noise, old_way.start.shape)
    (old_loss, old_gradient), (loss, gradient) = old_way(x), objective(x)
    assert loss == pytest.approx(old_loss, rel=1e-5)
    np.testing.assert_allclose(gradient, old_gradient, rtol=0, atol=1e-5 * np.abs(old_gradient).max())


def test_the_old_way_gives_scipy_what_it_wants(both):
    loss, gradient = both[0](both[0].start)
    assert type(loss) is float
    assert gradient.dtype == np.float64 and gradient.flags['C_CONTIGUOUS']
    assert gradient.shape == both[0].start.shape


def test_the_old_search_begins_afresh_after_20_evaluations(pair, network):
    """So it evaluates where it stands once more: an evaluation with the loss of an earlier one."""
    losses, marks = [], []
    old_transfer(
        pair.content,
        pair.style,
        network.kernels(),
        iterations=2,
        on_evaluation=lambda count, loss: losses.append((count, loss)),
        on_iteration=lambda done, loss: marks.append((done, len(losses), loss())),
    )
    assert [count for count, _ in losses] == list(range(1, len(losses) + 1))
    assert [done for done, *_ in marks] == [1, 2]
    _, evaluations, at_mark = marks[0]
    assert 20 <= evaluations <= 41
    assert losses[evaluations][1] == pytest.approx(at_mark, rel=1e-6)


def test_our_way_has_the_objective_of_the_preset_and_the_search_of_this_package():
    """Every field is the preset's or the default; none of the objective's is forgotten."""
    preset, ours, default = PRESETS[task.PRESET].transfer, our_config('bfloat16'), TransferConfig()
    assert (ours.objective, ours.start) == (preset.objective, preset.start)
    assert replace(ours.computation, precision='auto') == default.computation
    assert (ours.optimizer, ours.pyramid) == (default.optimizer, default.pyramid)


# The work


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


# Rates and races


@pytest.mark.parametrize('way', [OLD_WAY, 'float32', 'bfloat16'])
def test_a_rate_counts_the_evaluations_after_the_first(way, pair, network):
    rate = measure_rate(way, pair, network, 3)
    assert rate.evaluations == 3
    assert rate.seconds > 0 and rate.first_seconds > 0


def test_a_search_that_cannot_go_on_has_no_rate(network):
    """Content and style of one grey: the loss is 0 at the start."""
    grey = np.full((32, 32, 3), 128, np.uint8)
    with pytest.raises(MeasurementError, match='after its first evaluation'):
        measure_rate('float32', Pair(grey, grey), network, 3)


def test_peak_memory_is_the_processs_own_and_not_that_of_the_one_that_started_it():
    """A child that held 200 MB of a parent that held 600 MB."""
    parent = """
import subprocess, sys
held = b'1' * 600_000_000
del held
child = ('from nst_lbfgs.machine.peak_memory import peak_resident_bytes\\n'
         'held = b"1" * 200_000_000\\ndel held\\nprint(peak_resident_bytes())')
subprocess.run([sys.executable, '-c', child], check=True)
"""
    output = subprocess.run([sys.executable, '-c', parent], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    assert 200e6 < int(output.stdout) < 400e6


def test_a_race_has_marks_and_our_way_ends_at_the_loss(pair, network):
    old = race.race_old_way(pair, network, [1, 2])
    assert [mark.iterations for mark in old.marks] == [1, 2]
    assert len(old.seconds) == len(old.losses) >= 40
    assert old.seconds == sorted(old.seconds)
    assert old.marks[0].seconds < old.marks[1].seconds
    target = old.marks[0].loss
    ours = race.race_our_way('float32', pair, network, 2, target)
    assert ours.marks == []
    assert ours.losses[-1] <= target < min(ours.losses[:-1])


def test_a_race_that_cannot_be_won_ends_after_as_many_steps_as_the_old_way_has_evaluations(
    pair, network, monkeypatch
):
    monkeypatch.setattr(race, 'EVALUATIONS', 3)
    assert len(race.race_our_way('float32', pair, network, 2, 0.0).losses) == 6


def test_an_old_way_that_ends_early_is_no_race(network):
    grey = np.full((32, 32, 3), 128, np.uint8)
    with pytest.raises(MeasurementError, match='before its iteration 2'):
        race.race_old_way(Pair(grey, grey), network, [1, 2])


def test_the_clock_stands_still_while_it_is_stopped(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, 'perf_counter', lambda: now[0])
    clock = race.Clock()
    now[0] += 2
    with clock.stopped():
        now[0] += 30
    now[0] += 1
    assert clock.seconds == 3


@pytest.mark.parametrize('loss, seconds', [(10.0, 1.0), (9.0, 2.0), (7.0, 2.0), (3.0, 4.0), (2.9, None)])
def test_the_first_time_at_or_below_a_loss(loss, seconds):
    assert Race([1.0, 2.0, 3.0, 4.0], [10.0, 7.0, 8.0, 3.0], []).first_at_or_below(loss) == seconds


# The process of a measurement


def test_a_process_that_is_killed_says_by_which_signal(tmp_path, monkeypatch):
    python = tmp_path / 'python'
    python.write_text('#!/bin/sh\nkill -KILL $$\n')
    python.chmod(0o755)
    monkeypatch.setattr('sys.executable', str(python))
    with pytest.raises(MeasurementError, match='killed by SIGKILL, as when memory runs out'):
        run_measurement('ceiling', {})


def test_a_process_that_fails_says_why_in_its_last_line(tmp_path):
    arguments = {'way': OLD_WAY, 'pictures': str(tmp_path / 'missing.npz'), 'weights': 'random'}
    with pytest.raises(MeasurementError, match='^FileNotFoundError.*missing.npz'):
        run_measurement('rate', arguments)


def test_a_process_imports_nothing_from_the_users_folder(hostile):
    arguments = {'way': OLD_WAY, 'pictures': 'missing.npz', 'weights': 'random'}
    with pytest.raises(MeasurementError, match='^FileNotFoundError.*missing.npz'):
        run_measurement('rate', arguments)
    assert imported(hostile) == []


def test_a_process_is_ended_at_the_time_limit():
    with pytest.raises(MeasurementError, match='not done after 0.05 s'):
        run_measurement('ceiling', {}, time_limit=0.05)


# The pictures


def test_drawn_pictures_are_the_same_each_time_and_not_flat():
    first, second = synthetic_pair(48), synthetic_pair(48)
    for name in ('content', 'style'):
        picture = getattr(first, name)
        assert picture.shape == (48, 48, 3) and picture.dtype == np.uint8
        assert picture.std() > 30
        np.testing.assert_array_equal(picture, getattr(second, name))
    assert (first.content != first.style).mean() > 0.9


def test_the_noise_of_drawn_pictures_falls_like_one_over_f():
    """The slope of log amplitude over log frequency of the style's grey is near -1 (edges: -1 too)."""
    grey = synthetic_pair(256).content.mean(axis=2)
    amplitude = np.abs(np.fft.rfft2(grey - grey.mean()))
    frequency = np.hypot(np.fft.fftfreq(256)[:, np.newaxis], np.fft.rfftfreq(256)[np.newaxis])
    inside = (frequency > 2 / 256) & (frequency < 0.4)
    slope, _ = np.polyfit(np.log(frequency[inside]), np.log(amplitude[inside]), 1)
    assert -1.5 < slope < -0.8


def test_a_pair_comes_back_from_its_file(tmp_path, pair):
    pair.save(tmp_path / 'pair.npz')
    again = Pair.load(tmp_path / 'pair.npz')
    np.testing.assert_array_equal(again.content, pair.content)
    np.testing.assert_array_equal(again.style, pair.style)


# Medians


def rate_record(way, repetition, seconds, peak=1000):
    return Record(Case('rate', way, 32, 'p'), repetition, Rate(10, seconds, 1.0, peak))


CEILING = Ceiling({'float32': 2e9, 'bfloat16': 8e9}, {'float32': 1.0, 'bfloat16': 1.0}, {})


def test_a_rate_is_summed_up_by_median_and_spread_and_compared_within_each_repetition():
    """10 evaluations in 10, 20 and 40 s; old ones in 20, 80 and 60: 2, 4 and 1.5 times."""
    records = [
        record
        for repetition, (ours, old) in enumerate([(10, 20), (20, 80), (40, 60)])
        for record in (
            rate_record(OLD_WAY, repetition, old, 3000),
            rate_record('float32', repetition, ours, 1000 + repetition),
        )
    ]
    old, ours = rate_summaries(records)
    assert ours.evaluations_per_second == Spread(0.5, 0.25, 1.0)
    assert ours.times == Spread(2.0, 1.5, 4.0)
    assert old.times == Spread(1.0, 1.0, 1.0)
    assert ours.peak_bytes == Spread(1001, 1000, 1002)
    assert ours.flops.median == 0.5 * useful_flops(our_config('float32'), 32, 32)
    assert ours.share is None


@pytest.mark.parametrize('way, best', [(OLD_WAY, 3e9), ('float32', 3e9), ('bfloat16', 8e9), ('float64', 8e9)])
def test_the_share_is_of_the_best_convolution_in_the_same_precision(way, best):
    ceilings = [
        Record(Case('ceiling'), 0, CEILING),
        Record(Case('ceiling'), 1, replace(CEILING, convolution={'float32': 3e9, 'bfloat16': 1e9})),
    ]
    (one,) = rate_summaries([*ceilings, rate_record(way, 0, 5)])
    assert one.share.median == pytest.approx(one.flops.median / best)


def test_a_failure_is_told_and_the_other_repetitions_count():
    failed = Record(Case('rate', 'float32', 32, 'p'), 0, None, 'killed')
    (one,) = rate_summaries([failed, rate_record('float32', 1, 10)])
    assert one.failures == ('killed',)
    assert one.evaluations_per_second == Spread(1.0, 1.0, 1.0)
    (nothing,) = rate_summaries([failed])
    assert nothing.evaluations_per_second is None and nothing.times is None


def test_a_race_is_summed_up_for_each_mark_within_each_repetition():
    """Old: losses 5 and 2 after 100 and 300 s. Ours: 5 after 4 s, 2 after 10 s, or never."""
    old = Race([1.0], [9.0], [Mark(10, 100.0, 5.0), Mark(25, 300.0, 2.0)])
    case = Case('race', 'bfloat16', 32, 'p')
    records = [
        Record(replace(case, way=OLD_WAY), 0, old),
        Record(case, 0, Race([4.0, 10.0], [5.0, 1.5], [])),
        Record(replace(case, way=OLD_WAY), 1, old),
        Record(case, 1, Race([5.0, 10.0], [4.0, 3.0], [])),
    ]
    first, second = race_summaries(records)
    assert (first.iterations, first.loss.median, first.old_seconds.median) == (10, 5.0, 100.0)
    assert first.sooner == Spread(22.5, 20.0, 25.0) and first.missed == 0
    assert second.iterations == 25 and second.sooner == Spread(30.0, 30.0, 30.0)
    assert second.missed == 1


def test_a_race_without_an_old_way_has_no_ratio():
    case = Case('race', 'float32', 32, 'p')
    records = [
        Record(replace(case, way=OLD_WAY), 0, None, 'killed'),
        Record(case, 0, None, 'no loss'),
        Record(replace(case, pair='q', way=OLD_WAY), 0, Race([1.0], [9.0], [Mark(10, 9.0, 5.0)])),
    ]
    (one,) = race_summaries(records)
    assert one.sooner is None and one.failures == ('killed', 'no loss')


@given(st.lists(st.floats(0.1, 1e9), min_size=1))
def test_the_median_lies_within_the_spread(values):
    spread = summary.Spread.of(values)
    assert min(values) == spread.least <= spread.median <= spread.greatest == max(values)


# The plot


@given(st.lists(st.floats(1e-3, 1e12), min_size=1), st.integers(0, 100))
def test_a_logarithmic_axis_holds_its_values_in_order(values, start):
    axis = log_axis(values, start, start + 500)
    places = [axis.place(value) for value in sorted(values)]
    assert places == sorted(places)
    assert start < places[0] and places[-1] < start + 500
    assert len(axis.ticks) <= 20
    assert all(axis.lowest <= tick <= axis.highest for tick in axis.ticks)


def test_equal_ratios_are_equal_distances_and_ticks_are_round():
    axis = log_axis([2.0, 700.0], 0, 300)
    assert axis.place(100) - axis.place(10) == pytest.approx(axis.place(30) - axis.place(3))
    assert axis.ticks == [2, 5, 10, 20, 50, 100, 200, 500]


def test_a_plot_has_a_panel_for_each_race_and_a_colour_for_each_way():
    lines = [Line('old way', [1.0, 10.0, 100.0], [1e9, 5e9, 1e8]), Line('ours', [1.0, 3.0], [1e9, 9e7])]
    panel = Panel('a pair', lines, [Gap('30 times sooner', 1e8, 3.0, 100.0)])
    one, four = plot_races([panel]), plot_races([panel] * 4)
    assert one.shape == (PANEL_HEIGHT, PANEL_WIDTH, 3)
    assert four.shape == (2 * PANEL_HEIGHT, 3 * PANEL_WIDTH, 3)
    np.testing.assert_array_equal(four[:PANEL_HEIGHT, :PANEL_WIDTH], one)
    assert (four[PANEL_HEIGHT:, PANEL_WIDTH:] == 255).all()
    for colour, count in ((COLOURS[0], 400), (COLOURS[1], 200), (COLOURS[2], 0)):
        rgb = [int(colour[index : index + 2], 16) for index in (1, 3, 5)]
        found = (one == rgb).all(axis=2).sum()
        assert found > count if count else found == 0


def test_a_plot_shows_the_least_loss_so_far():
    """A trial of a line search far above changes nothing."""
    plain = Panel('p', [Line('old way', [1.0, 5.0, 10.0], [8.0, 8.0, 2.0])])
    trial = Panel('p', [Line('old way', [1.0, 5.0, 10.0], [8.0, 900.0, 2.0])])
    np.testing.assert_array_equal(plot_races([plain]), plot_races([trial]))


def test_an_unknown_precision_is_refused():
    with pytest.raises(ConfigError, match='precision'):
        our_config('float16')
