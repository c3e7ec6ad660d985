"""What comes of a measurement."""

from __future__ import annotations

import pytest

from nst_lbfgs.benchmark.outcomes import Race


@pytest.mark.parametrize('loss, seconds', [(10.0, 1.0), (9.0, 2.0), (7.0, 2.0), (3.0, 4.0), (2.9, None)])
def test_the_first_time_at_or_below_a_loss(loss, seconds):
    assert Race([1.0, 2.0, 3.0, 4.0], [10.0, 7.0, 8.0, 3.0], []).first_at_or_below(loss) == seconds
