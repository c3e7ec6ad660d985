"""The whole way on small pictures and random weights."""

from __future__ import annotations

import gc
import itertools
import pickle
import weakref

import numpy as np
import pytest
import tensorflow as tf

from nst_lbfgs import StopSearch, transfer_style
from nst_lbfgs.errors import (
    ConfigError,
    ImageSizeError,
    NonFiniteLossError,
    OutOfMemoryError,
    StyleTransferError,
)
from nst_lbfgs.network.extractor import build_extractor
from nst_lbfgs.network.preprocessing import PREPROCESSINGS
from nst_lbfgs.objective import Objective
from nst_lbfgs.weights.vgg19 import random_kernels

from .support.settings import references, transfer_config

SMALL = dict(
    weights='random',
    style_layers=(('block1_conv1', 1.0), ('block2_conv1', 1.0)),
    content_layers=(('block2_conv2', 1.0),),
    evaluations_per_iteration=5,
    iterations=3,
)


@pytest.mark.parametrize('restart', [False, True])
def test_the_loss_falls_and_the_picture_changes(restart, town, stripes):
    result = transfer_style(town, stripes, transfer_config(**SMALL, restart=restart))
    losses = [iteration.loss for iteration in result.iterations]
    assert len(losses) == 3 and losses == sorted(losses, reverse=True)
    assert result.image.shape == town.shape and result.image.dtype == np.uint8
    assert not np.array_equal(result.image, town)
    assert result.stop_reason == 'all iterations done' and result.failure is None


def test_the_terms_of_each_iteration_add_up(town, stripes):
    for losses in transfer_style(town, stripes, transfer_config(**SMALL)).iterations:
        assert losses.loss == pytest.approx(
            losses.content_loss + losses.style_loss + losses.total_variation_loss, rel=1e-12
        )


def test_callbacks_see_every_iteration_and_evaluation(town, stripes):
    evaluations, iterations, pictures = [], [], []

    def on_iteration(progress):
        iterations.append(progress.losses)
        pictures.append(progress.picture())

    result = transfer_style(
        town,
        stripes,
        transfer_config(**SMALL),
        on_iteration=on_iteration,
        on_evaluation=lambda count, loss: evaluations.append(count),
    )
    assert tuple(iterations) == result.iterations
    assert evaluations == list(range(1, result.evaluations + 1))
    np.testing.assert_array_equal(pictures[-1], result.image)


def test_a_callback_gets_the_unrounded_combination(town, stripes):
    """It rounds to the picture, and the objective's loss there is the one that was reported."""
    seen = []
    transfer_style(
        town,
        stripes,
        transfer_config(**SMALL),
        on_iteration=lambda p: seen.append((p.x(), p.picture(), p.losses.loss)),
    )
    x, picture, loss = seen[-1]
    config, preprocessing = transfer_config(**SMALL), PREPROCESSINGS['caffe']
    objective = Objective(
        build_extractor(config.objective.layers, random_kernels(0)),
        references(town, stripes, config),
        config,
    )
    assert x.shape == (town.size,) and x.dtype == np.float32
    np.testing.assert_array_equal(preprocessing.deprocess(x.reshape(town.shape)), picture)
    assert objective.evaluate(x).terms.loss == pytest.approx(loss, rel=1e-6)


def test_a_callback_that_stops_leaves_the_best_picture(town, stripes):
    def stop(count, loss):
        if count == 7:
            raise StopSearch('time is up')

    result = transfer_style(town, stripes, transfer_config(**SMALL), on_evaluation=stop)
    assert result.stop_reason == 'time is up'
    assert result.evaluations == 7 and len(result.iterations) <= 1


def test_noise_is_that_of_the_seed(town, stripes):
    results = [
        transfer_style(town, stripes, transfer_config(**SMALL, init='noise', seed=seed)).image
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2])


def test_starting_from_the_content_picture_given_as_picture_is_the_same(town, stripes):
    plain = transfer_style(town, stripes, transfer_config(**SMALL, init_colors='own'))
    given = transfer_style(town, stripes, transfer_config(**SMALL, init='picture'), init=town)
    np.testing.assert_array_equal(plain.image, given.image)


def test_without_style_and_total_variation_the_content_stays(town, stripes):
    config = transfer_config(**SMALL, style_weight=0.0, tv_weight=0.0, init_colors='own')
    np.testing.assert_array_equal(transfer_style(town, stripes, config).image, town)


@pytest.fixture
def failing_after(monkeypatch):
    """Return a function that makes every evaluation from the given one on NaN."""

    def fail(first, last=10**9):
        evaluate, count = Objective.evaluate, itertools.count(1)

        def failing(self, x):
            return evaluate(self, x * (np.nan if first <= next(count) <= last else 1.0))

        monkeypatch.setattr(Objective, 'evaluate', failing)

    return fail


def test_a_loss_that_is_never_finite_is_an_error(failing_after, town, stripes):
    failing_after(1)
    with pytest.raises(NonFiniteLossError):
        transfer_style(town, stripes, transfer_config(**SMALL))


def test_a_loss_that_stays_not_finite_leaves_the_best_picture(failing_after, town, stripes):
    failing_after(6)
    result = transfer_style(town, stripes, transfer_config(**SMALL))
    assert isinstance(result.failure, NonFiniteLossError)
    assert 'The loss is nan at evaluation' in result.stop_reason
    assert result.image.std() > 0 and not np.array_equal(result.image, town)


@pytest.mark.parametrize('restart', [False, True])
def test_a_loss_that_is_not_finite_once_is_got_over(restart, failing_after, town, stripes):
    failing_after(7, 7)
    told = []
    result = transfer_style(town, stripes, transfer_config(**SMALL, restart=restart), on_trouble=told.append)
    assert result.failure is None and len(result.iterations) == 3
    assert result.troubles == tuple(told) and 'fresh memory' in told[0]


@pytest.mark.parametrize('restart', [False, True])
@pytest.mark.parametrize('cut', [0, 1, 2])
def test_a_transfer_that_goes_on_from_a_state_ends_in_the_same_picture(restart, cut, town, stripes):
    """With restarts bit for bit; else but for rounding, so within one of 255 in a run this short."""
    config = transfer_config(**SMALL, restart=restart)
    states = []
    whole = transfer_style(town, stripes, config, on_iteration=lambda p: states.append(p.state()))
    resumed = transfer_style(town, stripes, config, resume=states[cut])
    assert resumed.evaluations == whole.evaluations
    assert [i.iteration for i in resumed.iterations] == [0, 1, 2]
    if restart:
        np.testing.assert_array_equal(resumed.image, whole.image)
        assert resumed.iterations[-1].loss == whole.iterations[-1].loss
    else:
        np.testing.assert_allclose(resumed.image, whole.image.astype(int), atol=1)
        assert resumed.iterations[-1].loss == pytest.approx(whole.iterations[-1].loss, rel=1e-4)


@pytest.mark.parametrize('settings', [{}, {'restart': True}, {'optimizer': 'adam'}])
def test_stopped_at_once_a_resumed_transfer_has_the_picture_that_it_began_with(settings, town, stripes):
    """And not the first trial of a line search, or of Adam, whatever its loss is."""
    config = transfer_config(**SMALL, **settings)
    seen = []
    transfer_style(town, stripes, config, on_iteration=lambda p: seen.append((p.state(), p.picture())))
    state, picture = seen[1]

    def stop(count, loss):
        losses.append(loss)
        raise StopSearch('enough')

    losses = []
    result = transfer_style(town, stripes, config, resume=state, on_evaluation=stop)
    assert result.loss == min(losses[0], state.iterations[-1].loss)
    if losses[0] > state.iterations[-1].loss:
        np.testing.assert_array_equal(result.image, picture)


def test_a_resumed_adam_ends_in_the_same_picture_after_as_many_evaluations(town, stripes):
    config = transfer_config(**SMALL, optimizer='adam')
    states = []
    whole = transfer_style(town, stripes, config, on_iteration=lambda p: states.append(p.state()))
    for state in states[:-1]:
        resumed = transfer_style(town, stripes, config, resume=state)
        np.testing.assert_array_equal(resumed.x, whole.x)
        assert resumed.evaluations == whole.evaluations == 16
        assert [i.loss for i in resumed.iterations] == [i.loss for i in whole.iterations]


def test_result_and_progress_can_be_pickled(town, stripes):
    progresses = []

    def on_iteration(progress):
        pickle.loads(pickle.dumps(progress))
        progresses.append(progress)
        if progress.losses.iteration == 1:
            progress.picture()

    result = transfer_style(
        town, stripes, transfer_config(**SMALL), on_iteration=on_iteration, keep_state=True
    )
    again = pickle.loads(pickle.dumps(result))
    np.testing.assert_array_equal(again.image, result.image)
    assert again.iterations == result.iterations and again.state.iterations == result.iterations
    unasked, asked, _ = pickle.loads(pickle.dumps(progresses))
    assert (unasked.losses, asked.losses) == result.iterations[:2]
    assert asked.picture().shape == town.shape
    with pytest.raises(StyleTransferError, match='Expected to be asked for picture while the callback runs'):
        unasked.picture()


def test_a_failure_can_be_pickled(failing_after, town, stripes):
    failing_after(6)
    result = pickle.loads(pickle.dumps(transfer_style(town, stripes, transfer_config(**SMALL))))
    assert isinstance(result.failure, NonFiniteLossError)


@pytest.mark.parametrize('fail', [False, True])
def test_result_and_progress_keep_no_network_and_no_search_alive(
    fail, failing_after, town, stripes, monkeypatch
):
    made, begin = [], Objective.__init__

    def watched(self, *arguments):
        begin(self, *arguments)
        made.append(weakref.ref(self))

    monkeypatch.setattr(Objective, '__init__', watched)
    if fail:
        failing_after(6)
    progresses = []
    result = transfer_style(town, stripes, transfer_config(**SMALL), on_iteration=progresses.append)
    gc.collect()
    assert len(made) == 1 and made[0]() is None
    assert result.state is None and bool(result.failure) is fail
    assert sum(len(pickle.dumps(progress)) for progress in progresses) < 3000


def test_with_bounds_no_evaluation_leaves_the_range_of_pixels(town, stripes, monkeypatch):
    seen, evaluate = [], Objective.evaluate

    def watched(self, x):
        seen.append(PREPROCESSINGS['unit'].pixel_range()[1].max() - x.max())
        seen.append(x.min() - PREPROCESSINGS['unit'].pixel_range()[0].min())
        return evaluate(self, x)

    monkeypatch.setattr(Objective, 'evaluate', watched)
    bright = np.maximum(town, 250)
    settings = SMALL | {'preprocessing': 'unit', 'evaluations_per_iteration': 12}
    transfer_style(bright, stripes, transfer_config(**settings, bounds=True))
    assert min(seen) >= 0
    seen.clear()
    transfer_style(bright, stripes, transfer_config(**settings))
    assert min(seen) < 0


@pytest.mark.parametrize(
    'content, style, settings, init, error, message',
    [
        ((31, 40, 3), (40, 40, 3), {}, None, ImageSizeError, 'content: at least 32 x 32'),
        ((40, 40, 3), (1, 1, 3), {}, None, ImageSizeError, 'style: at least 32 x 32'),
        ((40, 40), (40, 40, 3), {}, None, ConfigError, r'content: a picture \(H, W, 3\)'),
        ((40, 40, 3), (40, 40, 4), {}, None, ConfigError, r'style: a picture \(H, W, 3\)'),
        ((40, 40, 3), (40, 40, 3), {'init': 'picture'}, None, ConfigError, 'Received: None'),
        ((40, 40, 3), (40, 40, 3), {'init': 'picture'}, (40, 44, 3), ConfigError, "content's shape"),
    ],
)
def test_pictures_that_cannot_be_used(content, style, settings, init, error, message):
    with pytest.raises(error, match=message):
        transfer_style(
            np.zeros(content, np.uint8),
            np.zeros(style, np.uint8),
            transfer_config(**settings, weights='random'),
            init=None if init is None else np.zeros(init, np.uint8),
        )


@pytest.mark.parametrize(
    'settings, shape, message',
    [
        ({'iterations': 2}, (40, 48, 3), 'at least the 3 that are done'),
        ({}, (40, 44, 3), 'a state of 5280 values'),
        ({'optimizer': 'adam'}, (40, 48, 3), 'a state of a search by adam'),
    ],
)
def test_a_state_that_does_not_fit_is_refused(settings, shape, message, town, stripes):
    done = transfer_style(town, stripes, transfer_config(**SMALL), keep_state=True)
    with pytest.raises(ConfigError, match=message):
        config = transfer_config(**SMALL | settings)
        transfer_style(town[: shape[0], : shape[1]], stripes, config, resume=done.state)


@pytest.mark.parametrize('first', [1, 6])
@pytest.mark.parametrize('where', ['evaluation', 'search'])
def test_memory_that_runs_out_leaves_the_best_picture(first, where, town, stripes, monkeypatch):
    """The memory of TensorFlow's allocator, or of NumPy."""
    evaluate, count = Objective.evaluate, itertools.count(1)

    def short_of_memory(self, x):
        if next(count) < first:
            return evaluate(self, x)
        if where == 'search':
            raise MemoryError
        monkeypatch.setattr(self._evaluation, 'loss_and_gradient', exhausted)
        return evaluate(self, x)

    def exhausted(picture):
        raise tf.errors.ResourceExhaustedError(None, None, 'OOM when allocating tensor')

    monkeypatch.setattr(Objective, 'evaluate', short_of_memory)
    if first == 1:
        with pytest.raises(OutOfMemoryError, match='memory has run out'):
            transfer_style(town, stripes, transfer_config(**SMALL))
        return
    result = transfer_style(town, stripes, transfer_config(**SMALL))
    assert isinstance(result.failure, OutOfMemoryError) and result.evaluations >= 5
    assert not np.array_equal(result.image, town)
