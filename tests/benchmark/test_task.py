"""Our way: the objective of the preset, the search of this package."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nst_lbfgs.benchmark import task
from nst_lbfgs.benchmark.task import our_config
from nst_lbfgs.config import TransferConfig
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.presets import PRESETS


def test_our_way_has_the_objective_of_the_preset_and_the_search_of_this_package():
    """Every field is the preset's or the default; none of the objective's is forgotten."""
    preset, ours, default = PRESETS[task.PRESET].transfer, our_config('bfloat16'), TransferConfig()
    assert (ours.objective, ours.start) == (preset.objective, default.start)
    assert replace(ours.computation, precision='auto') == default.computation
    assert (ours.optimizer, ours.pyramid) == (default.optimizer, default.pyramid)


def test_an_unknown_precision_is_refused():
    with pytest.raises(ConfigError, match='precision'):
        our_config('float16')
