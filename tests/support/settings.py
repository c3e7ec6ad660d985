"""Configurations from settings by their own names, as options give them."""

from __future__ import annotations

from nst_lbfgs.config import TransferConfig
from nst_lbfgs.flat_settings import with_transfer_settings


def transfer_config(**settings):
    """Return the default configuration with these settings."""
    return with_transfer_settings(TransferConfig(), settings)


def changed(config, **settings):
    """Return `config` with these settings."""
    return with_transfer_settings(config, settings)
