"""Pages of sweeps and batches in a browser, and what axe-core finds on every kind of page."""

from __future__ import annotations

import pytest

from cli.main import main

from ..support.made_runs import made_sweep, picture
from .browser import IN_A_BROWSER, page_of_run, shown

axe = pytest.importorskip('axe_core_python.selenium', reason="needs axe-core: pip install '.[browser]'")
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

pytestmark = IN_A_BROWSER


def page_of_sweep(folder, **others):
    assert main(['report', str(made_sweep(folder, **others))]) == 0
    return folder / 's.html'


def page_of_batch(folder):
    """The page of a real batch: two contents, one of them damaged, in two styles whose names are markup."""
    styles = ['<b>one.png', '"two" #2 100%.png']
    for number, name in enumerate(['town.png', 'broken.png', *styles]):
        picture(folder / name, (80 * number, 200 - 60 * number, 90))
    (folder / 'broken.png').write_bytes((folder / 'town.png').read_bytes()[:60])
    contents = [str(folder / name) for name in ('town.png', 'broken.png')]
    quick = ['--weights', 'random', '--iter', '1', '--maxfun', '2', '--image-height', '36']
    layers = [
        '--content-layer',
        'block2_conv1',
        '--style-layer',
        'block1_conv1',
        '--out',
        str(folder / 'out'),
    ]
    names = [str(folder / name) for name in styles]
    assert main(['batch', *contents, *quick, *layers, '--styles', *names]) == 1
    return folder / 'out' / 'batch.html'


def labels(browser):
    return [
        item.find_element(By.TAG_NAME, 'p').text for item in browser.all('#cells > li') if item.is_displayed()
    ]


def test_a_grid_is_sorted_and_filtered_by_keyboard(browser, tmp_path):
    browser.open(page_of_sweep(tmp_path, failed={3: 'The memory has run out.'}))
    assert labels(browser)[0] == 'content_weight 1, pooling max' and len(labels(browser)) == 8
    browser.one('#order').send_keys('loss')
    assert labels(browser)[0] == 'content_weight 4, pooling average'
    assert labels(browser)[-1] == 'content_weight 2, pooling average'  # it failed
    browser.one('#filter-2').send_keys('max')
    assert {label.rpartition(' ')[2] for label in labels(browser)} == {'max'}
    assert browser.one('#shown').text == '4 of 8 are shown'
    assert 'The memory has run out.' in browser.one('#cells .failure').get_attribute('textContent')


def test_a_click_or_enter_enlarges_a_cell_and_two_lie_under_the_slider(browser, tmp_path):
    browser.open(page_of_sweep(tmp_path))
    dialog, first, second = browser.one('#enlarged'), *browser.all('#cells a.picture')[:2]
    first.click()
    assert dialog.is_displayed() and '_0.png' in shown(browser, '#large img')
    ActionChains(browser.driver).send_keys(Keys.ESCAPE).perform()
    assert not dialog.is_displayed()
    second.send_keys(Keys.ENTER)
    assert '_1.png' in shown(browser, '#large img')
    browser.one('#close').send_keys(Keys.ENTER)
    browser.all('button[data-side=left]')[2].click()
    browser.all('button[data-side=right]')[5].send_keys(Keys.ENTER)
    assert '_2.png' in shown(browser, '#stage img.left')
    assert '_5.png' in shown(browser, '#stage img:not(.left)')


def test_a_batch_with_failures_is_filtered_by_picture_and_compared_with_what_went_in(browser, tmp_path):
    browser.open(page_of_batch(tmp_path))
    assert browser.one('#status').text == 'The batch has ended: 4 of 4 cells, 2 failed'
    assert browser.one('h1').text == '2 pictures in 2 styles'
    browser.one('[data-field=content]').send_keys('broken')
    assert labels(browser) == [
        'content broken.png, style <b>one.png',
        'content broken.png, style "two" #2 100%.png',
    ]
    assert all(
        'broken.png' in reason.text for reason in browser.all('#cells .failure') if reason.is_displayed()
    )
    browser.one('[data-field=content]').send_keys(Keys.HOME)
    browser.one('[data-field=style]').send_keys('<b>')
    assert labels(browser)[0] == 'content town.png, style <b>one.png'
    names = [option.text for option in browser.all('#left-choice option')]
    assert {'Content', 'Style'} <= {name.split()[0] for name in names}
    result = browser.one('#cells img')
    assert browser.run('return arguments[0].naturalWidth', result) == 48


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('width', [1280, 375])
@pytest.mark.parametrize('make', [page_of_run, page_of_sweep, page_of_batch])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(make, width, scheme, browser, tmp_path):
    features = [{'name': 'prefers-color-scheme', 'value': scheme}]
    browser.command('Emulation.setEmulatedMedia', features=features)
    browser.command(
        'Emulation.setDeviceMetricsOverride', width=width, height=900, deviceScaleFactor=1, mobile=width < 500
    )
    browser.open(make(tmp_path))
    assert browser.run('return document.documentElement.scrollWidth') <= width
    for details in browser.all('details'):
        browser.run('arguments[0].open = true', details)
    violations = axe.Axe().run(browser.driver)['violations']
    for violation in violations:
        print(violation['id'], violation['impact'], [node['html'] for node in violation['nodes']])
    assert not [violation['id'] for violation in violations]


def test_a_grid_of_a_thousand_loads_what_is_seen(browser, tmp_path):
    page = page_of_sweep(tmp_path, columns=500)
    browser.open(page)
    asked = {url for url in browser.requests() if url.endswith('.png')}
    assert len(browser.all('#cells > li')) == 1000 and len(asked) < 150
    browser.run('document.querySelector("#cells > li:last-child").scrollIntoView()')
    last = browser.one('#cells > li:last-child img')
    browser.wait(lambda: browser.run('return arguments[0].naturalWidth', last) == 32)
