"""Chromium without a screen for the tests of pages, and a page that several of them open."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager

import pytest

from cli.main import main

from ..support.made_runs import history, made_run

webdriver = pytest.importorskip('selenium.webdriver', reason="needs selenium: pip install '.[browser]'")
from selenium.common.exceptions import WebDriverException  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

CHROMIUM, DRIVER = shutil.which('chromium'), shutil.which('chromedriver')
IN_A_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason='needs Chromium: apt-get install chromium chromium-driver'
    ),
]
PATIENCE = 120  # seconds


class Browser:
    """A browser that must ask for nothing outside a page's folder, and have nothing to complain of."""

    def __init__(self, driver):
        self.driver = driver
        self.folder = None

    def open(self, page):
        self.check()
        self.folder = page.parent
        self.driver.get(page.as_uri())

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def command(self, name, **arguments):
        return self.driver.execute_cdp_cmd(name, arguments)

    def wait(self, condition):
        """Wait until it is so; meanwhile the page may be read again."""
        waiting = WebDriverWait(self.driver, PATIENCE, ignored_exceptions=[WebDriverException])
        return waiting.until(lambda _: condition())

    def requests(self):
        """Return what was asked for since the last time."""
        messages = [json.loads(entry['message'])['message'] for entry in self.driver.get_log('performance')]
        return [
            message['params']['request']['url']
            for message in messages
            if message['method'] == 'Network.requestWillBeSent'
        ]

    def check(self):
        assert self.driver.get_log('browser') == []
        if self.folder:
            inside = (f'{self.folder.as_uri()}/', 'data:', 'about:')
            assert [url for url in self.requests() if not url.startswith(inside)] == []


@contextmanager
def started():
    """Yield a browser's driver."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ('--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--window-size=1280,900'):
        options.add_argument(argument)
    options.set_capability('goog:loggingPrefs', {'browser': 'ALL', 'performance': 'ALL'})
    service = webdriver.ChromeService(DRIVER)
    with webdriver.Chrome(options=options, service=service) as driver:
        driver.set_script_timeout(PATIENCE)
        yield driver


def page_of_run(folder, **others):
    made_run(folder, history=history(6, [(4, 'The line search failed.')]), **others)
    assert main(['report', str(folder / 'a')]) == 0
    return folder / 'a.html'


def shown(browser, selector):
    """Return the link that a picture shows, without the folder."""
    return browser.one(selector).get_attribute('src').rpartition('/')[2]
