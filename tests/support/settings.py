"""Configurations from settings by their own names, as options give them, and what an objective needs."""

from __future__ import annotations

from nst_lbfgs.config import TransferConfig
from nst_lbfgs.flat_settings import with_transfer_settings
from nst_lbfgs.guidance.given import Given
from nst_lbfgs.network.preprocessing import PREPROCESSINGS

# Options for runs of the command line of which only the files matter.
QUICK = [
    '--weights',
    'random',
    '--maxfun',
    '1',
    '--content-layer',
    'block2_conv1',
    '--style-layer',
    'block1_conv1',
]


def transfer_config(**settings):
    """Return the default configuration with these settings."""
    return with_transfer_settings(TransferConfig(), settings)


def changed(config, **settings):
    """Return `config` with these settings."""
    return with_transfer_settings(config, settings)


def references(content, styles, config, **masks):
    """Return the references of an objective for pictures and masks as a transfer is given them."""
    return Given.checked(content, styles, **masks).references(
        PREPROCESSINGS[config.objective.preprocessing].preprocess
    )
