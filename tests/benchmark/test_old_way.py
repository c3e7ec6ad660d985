"""The old way: the same loss and gradient by another way, and its search."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs.benchmark.old_way import OldWay, old_transfer
from nst_lbfgs.benchmark.task import our_config
from nst_lbfgs.network.extractor import build_extractor
from nst_lbfgs.objective import Objective
from nst_lbfgs.weights.vgg19 import random_kernels

from ..support.settings import references


@pytest.fixture(scope='module')
def both(pair):
    """The old way and the objective of our way, over the same pictures and weights."""
    kernels = random_kernels(1)
    config = our_config('float32')
    objective = Objective(
        build_extractor(config.objective.layers, kernels),
        references(pair.content, pair.style, config),
        config,
    )
    return OldWay(pair.content, pair.style, kernels), objective


@pytest.mark.parametrize('noise', [0, 20])
def test_the_old_way_and_the_objective_are_two_ways_to_the_same_loss_and_gradient(noise, both):
    old_way, objective = both
    x = old_way.start + np.random.default_rng(0).normal(0, noise, old_way.start.shape)
    (old_loss, old_gradient), evaluation = old_way(x), objective.evaluate(x)
    loss, gradient = evaluation.terms.loss, evaluation.gradient
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
