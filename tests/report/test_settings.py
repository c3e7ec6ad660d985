"""Where the settings on a page come from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nst_lbfgs.flat_settings import with_run_settings
from nst_lbfgs.presets import PRESETS, PUBLICATIONS
from nst_lbfgs.report.settings import settings_of
from nst_lbfgs.run_config import RunConfig


def sources(config=RunConfig(), **record):
    """Return the sources of the settings that differ from the default."""
    return {
        setting.name: setting.source
        for setting in settings_of({'config': config, **record})
        if setting.differs
    }


def changed(**settings):
    return with_run_settings(RunConfig(), settings)


def test_the_default_differs_in_nothing():
    assert sources() == {}


def test_a_small_change_differs_though_it_is_typed_alike():
    (setting,) = (s for s in settings_of({'config': changed(content_weight=0.0250000001)}) if s.differs)
    assert setting.value == setting.default == '0.025'


def test_what_was_given_comes_from_the_command_line_though_a_preset_has_it_too():
    config = replace(PRESETS['d2l'])
    found = sources(config, preset='d2l', given=['content_weight'], command='nst-lbfgs transfer a b c')
    assert found['content_weight'] == 'the command line'
    assert found['learning_rate'] == f'preset d2l: {PUBLICATIONS["d2l"].settings["learning_rate"][1]}'


@pytest.mark.parametrize(
    'command, source',
    [
        ('nst-lbfgs transfer --from a.json b', 'the record that was repeated'),
        ('nst-lbfgs sweep a b c --vary seed=1,2', 'the sweep'),
        ('nst-lbfgs reconstruct style a --layer block1_conv1', 'reconstruct'),
        ('nst-lbfgs transfer a b c --seed 3', 'the command line'),
        ("nst-lbfgs transfer 'a", 'the command line'),
        (None, 'the command line'),
    ],
)
def test_of_a_record_that_does_not_say_the_command_tells_what_it_can(command, source):
    assert sources(changed(seed=3), command=command) == {'seed': source}


def test_the_defaults_of_the_optimiser_that_searched_are_its_own():
    assert sources(changed(optimizer='adam', enhance=True), given=['optimizer', 'enhance']) == {
        'optimizer': 'the command line',
        'enhance': 'the command line',
    }
