"""The rate of a search."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs.benchmark.outcomes import OLD_WAY
from nst_lbfgs.benchmark.pairs import Pair
from nst_lbfgs.benchmark.rate import measure_rate
from nst_lbfgs.errors import MeasurementError


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
