"""Fixtures of the benchmark's tests."""

from __future__ import annotations

import pytest

from nst_lbfgs.benchmark.pairs import Pair, synthetic_pair
from nst_lbfgs.weights.sources import resolve_weights
from nst_lbfgs.weights.vgg19 import Network, load_network


@pytest.fixture(scope='session')
def network() -> Network:
    """Random weights."""
    return load_network(resolve_weights('random'))


@pytest.fixture(scope='session')
def pair() -> Pair:
    """The smallest pictures that VGG19 takes."""
    return synthetic_pair(32)
