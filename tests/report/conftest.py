"""A browser for the tests that need one; selenium is imported for them alone."""

from __future__ import annotations

import pytest


@pytest.fixture(scope='module')
def driver():
    from .browser import started

    with started() as driver:
        yield driver


@pytest.fixture
def browser(driver):
    from .browser import Browser

    driver.get('about:blank')
    driver.get_log('browser'), driver.get_log('performance')
    opened = Browser(driver)
    yield opened
    opened.check()
    opened.command('Emulation.clearDeviceMetricsOverride')
