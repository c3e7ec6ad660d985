"""What the tests of porting share with those of old scripts: random weights and two small pictures."""

from __future__ import annotations

from tests.legacy.conftest import folder, fresh_settings, run_old

__all__ = ['folder', 'fresh_settings', 'run_old']
