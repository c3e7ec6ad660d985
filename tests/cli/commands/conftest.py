"""Fixtures of the commands' tests."""

from __future__ import annotations

import pytest

from nst_lbfgs import transfer


@pytest.fixture
def transfers(monkeypatch):
    """The configurations of the transfers that are run, in order, and their networks."""
    ran = []
    transfer_style = transfer.transfer_style

    def counted(content, style, config, **others):
        ran.append((config, others['network']))
        return transfer_style(content, style, config, **others)

    monkeypatch.setattr(transfer, 'transfer_style', counted)
    return ran
