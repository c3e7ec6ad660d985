"""Pages of runs in a browser, by keyboard, mouse and touch."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import main
from nst_lbfgs.records.history import history_of, iterations_of
from nst_lbfgs.report.files import RunFiles
from nst_lbfgs.report.inputs import read_inputs
from nst_lbfgs.report.run_page import run_page

from ..support.made_runs import history, iteration_losses, made_record, made_run

pytest.importorskip('selenium', reason="needs selenium: pip install '.[browser]'")
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.ui import Select  # noqa: E402

from .browser import IN_A_BROWSER, page_of_run, shown  # noqa: E402

pytestmark = IN_A_BROWSER


def test_the_slider_moves_by_keyboard_mouse_and_touch(browser, tmp_path):
    browser.open(page_of_run(tmp_path))
    divider, stage = browser.one('#divider'), browser.one('#stage')

    def at():
        return float(browser.run('return arguments[0].style.getPropertyValue("--at")', stage).rstrip('%'))

    assert shown(browser, '#stage img:not(.left)') == 'a.png'
    divider.send_keys(Keys.HOME)
    assert at() == 0
    divider.send_keys(Keys.ARROW_RIGHT)
    assert at() == 0.1
    ActionChains(browser.driver).move_to_element_with_offset(
        divider, divider.size['width'] // 4, 0
    ).click().perform()
    assert abs(at() - 75) < 2
    box = browser.run('const b = arguments[0].getBoundingClientRect(); return [b.x, b.y, b.width]', stage)
    point = {'x': box[0] + box[2] / 4, 'y': box[1] + 20}
    browser.command('Input.dispatchTouchEvent', type='touchStart', touchPoints=[point])
    browser.command('Input.dispatchTouchEvent', type='touchEnd', touchPoints=[])
    browser.wait(lambda: abs(at() - 25) < 2)
    assert '% Content, the rest Result' in divider.get_attribute('aria-valuetext')


def test_any_two_pictures_lie_under_the_slider(browser, tmp_path):
    browser.open(page_of_run(tmp_path))
    names = [option.text for option in Select(browser.one('#left-choice')).options]
    assert names == ['Content', 'Style', 'Result', 'Iteration 0', 'Iteration 1', 'Iteration 2']
    browser.one('#left-choice').send_keys('Iteration 1')
    assert shown(browser, '#stage img.left') == 'a_at_iteration_1.png'


def test_the_film_is_scrubbed_by_keyboard_and_by_mouse(browser, tmp_path):
    browser.open(page_of_run(tmp_path))
    assert shown(browser, '#frame img') == 'a_at_iteration_2.png'
    browser.one('#scrubber').send_keys(Keys.ARROW_LEFT)
    assert shown(browser, '#frame img') == 'a_at_iteration_1.png'
    browser.one('#strip img').click()
    assert shown(browser, '#frame img') == 'a_at_iteration_0.png'
    assert browser.one('#frame-caption').text == 'Iteration 0, loss 3.3e+06'
    assert browser.driver.current_url.endswith('a.html')


def test_the_curves_are_read_by_pointer_and_keyboard_along_both_axes(browser, tmp_path):
    browser.open(page_of_run(tmp_path))
    reading = browser.one('#reading')
    assert 'After an iteration, 6, 1.5 s: loss 1300000, content ' in reading.text.replace('.3333333', '')
    browser.one('#cursor').send_keys(Keys.HOME)
    assert reading.text == 'Evaluation, 1, 0.25 s: loss 5000000'
    drawn = browser.one('#chart path.style').get_attribute('d')
    browser.one('#by-evaluation').send_keys(Keys.ARROW_RIGHT)
    assert browser.one('#by-second').is_selected()
    assert browser.one('#chart path.style').get_attribute('d') == drawn  # a quarter of a second each
    chart = browser.one('#chart svg')
    ActionChains(browser.driver).move_to_element_with_offset(
        chart, chart.size['width'] // 2 - 30, 0
    ).perform()
    assert reading.text.startswith('After an iteration, 6')
    assert browser.run('return document.querySelector("#chart path.event title").textContent') == (
        'The line search failed.'
    )


def test_a_command_is_copied_or_selected(browser, tmp_path):
    browser.open(page_of_run(tmp_path))
    browser.one('pre.command + button').send_keys(Keys.ENTER)
    browser.wait(lambda: browser.all('[role=status]') and browser.one('[role=status]').text)
    assert browser.run('return getSelection().toString()').strip() == browser.one('pre.command').text


def test_a_mask_lies_over_the_pictures(browser, tmp_path):
    from dataclasses import replace

    from nst_lbfgs.run_config import MasksConfig

    from ..support.made_runs import picture

    digest = picture(tmp_path / 'sky.png', 255)
    record = made_record(tmp_path, mask_sha256={'keep': [digest]})
    record['config'] = replace(record['config'], masks=MasksConfig(keep=str(tmp_path / 'sky.png')))
    write_page(tmp_path, record, running=False)
    browser.open(tmp_path / 'a.html')
    assert not browser.one('#stage img.over').is_displayed()
    browser.one('#overlay-choice').send_keys('Mask')
    assert browser.one('#stage img.over').is_displayed()


def write_page(folder, record, *, running):
    """Write the page of a run as the run itself does."""
    frames = {n: folder / f'a_at_iteration_{n}.png' for n in range(len(record['iterations']))}
    files = RunFiles(folder / 'a', *(folder / f'a.{end}' for end in ('png', 'json', 'checkpoint')), frames)
    losses, told = iterations_of(record), history_of(record)
    page = run_page(record, losses, told, files, read_inputs(record, folder), running=running)
    (folder / 'a.html.new').write_bytes(page)
    (folder / 'a.html.new').replace(folder / 'a.html')


def test_the_page_of_a_run_that_goes_on_renews_itself_and_stays_as_it_was(browser, tmp_path):
    record = made_record(tmp_path) | {'iterations': [iteration_losses(0)]}
    write_page(tmp_path, record, running=True)
    browser.open(tmp_path / 'a.html')
    browser.one('#defaults summary').click()
    browser.one('#divider').send_keys(Keys.HOME)
    assert len(browser.all('#strip img')) == 1
    write_page(tmp_path, record | {'iterations': [iteration_losses(n) for n in range(2)]}, running=True)
    browser.wait(lambda: len(browser.all('#strip img')) == 2)
    browser.wait(lambda: browser.one('#divider').get_attribute('value') == '0')
    browser.wait(lambda: browser.one('#defaults').get_attribute('open'))
    browser.wait(lambda: browser.driver.switch_to.active_element.get_attribute('id') == 'divider')
    browser.wait(lambda: shown(browser, '#frame img') == 'a_at_iteration_1.png')  # still the last one
    write_page(tmp_path, record | {'iterations': [iteration_losses(n) for n in range(3)]}, running=False)
    browser.wait(lambda: 'all iterations done' in browser.one('#status').text)
    assert not browser.one('#status').get_attribute('data-every')


def test_a_page_whose_run_has_fallen_silent_says_so(browser, tmp_path, monkeypatch):
    monkeypatch.setattr('nst_lbfgs.report.run_page.time.time', lambda: 1e9)
    write_page(tmp_path, made_record(tmp_path), running=True)
    browser.open(tmp_path / 'a.html')
    assert browser.one('#silence').is_displayed()


WRITES_FOR_EVER = """
import sys
from pathlib import Path
from nst_lbfgs.files import write_whole
path = Path(sys.argv[1])
pages = [Path(name).read_bytes() for name in sys.argv[2:]]
print('begun', flush=True)
while True:
    for page in pages:
        write_whole(path, page, overwrite=True)
"""


def test_the_page_of_a_run_that_was_killed_in_mid_write_is_whole(browser, tmp_path):
    record = made_record(tmp_path)
    for count in (1, 3):
        so_far = record | {'iterations': [iteration_losses(n) for n in range(count)]}
        write_page(tmp_path, so_far, running=True)
        (tmp_path / 'a.html').rename(tmp_path / f'{count}.html')
    names = [str(tmp_path / name) for name in ('a.html', '1.html', '3.html')]
    for _ in range(3):
        writer = subprocess.Popen([sys.executable, '-c', WRITES_FOR_EVER, *names], stdout=subprocess.PIPE)
        with writer:
            writer.stdout.readline()
            browser.wait((tmp_path / 'a.html').exists)
            writer.send_signal(signal.SIGKILL)
        browser.open(tmp_path / 'a.html')
        assert len(browser.all('#strip img')) in (1, 3) and browser.one('#machine-heading').is_displayed()


def test_names_that_are_markup_are_shown_as_text(browser, tmp_path):
    name = '<img src=x onerror=alert(1)> "q" \'s #1 100% ä 日本'
    path = made_run(
        tmp_path, name, content=f'{name} c.png', style=f'{name} s.png', history=history(6, [(1, name)])
    )
    assert main(['report', str(path)]) == 0
    browser.open(path.with_suffix('.html'))
    assert browser.one('h1').text == name
    result = browser.one('img[data-picture=Result]')
    assert browser.run('return arguments[0].naturalWidth', result) == 32


def test_what_others_would_run_is_not_run(browser, tmp_path):
    """The policy holds where pages come from files: others' script and style do nothing."""
    page = page_of_run(tmp_path)
    foreign = '<script>document.title = "taken"</script><p id="x" style="display: none">x</p></body>'
    page.write_text(page.read_text(encoding='utf-8').replace('</body>', foreign), encoding='utf-8')
    browser.open(page)
    assert browser.driver.title == 'a – nst-lbfgs' and browser.one('#x').is_displayed()
    assert len(browser.driver.get_log('browser')) == 2


def test_without_scripts_the_pictures_are_there(browser, tmp_path):
    page = page_of_run(tmp_path)
    browser.command('Emulation.setScriptExecutionDisabled', value=True)
    try:
        browser.open(page)
        assert browser.one('img[data-picture=Result]').is_displayed()
        assert not browser.one('#comparison').is_displayed() and not browser.one('#curves').is_displayed()
        assert browser.one('#strip a').get_attribute('href').endswith('a_at_iteration_0.png')
    finally:
        browser.command('Emulation.setScriptExecutionDisabled', value=False)


def test_a_long_film_loads_what_is_seen(browser, tmp_path):
    made_run(tmp_path, iterations=500)
    assert main(['report', str(tmp_path / 'a')]) == 0
    browser.open(tmp_path / 'a.html')
    asked = {url for url in browser.requests() if url.endswith('.png')}
    assert len(browser.all('#strip img')) == 500 and len(asked) < 150
    browser.one('#scrubber').send_keys(Keys.HOME)
    assert shown(browser, '#frame img') == 'a_at_iteration_0.png'


def test_a_page_that_stands_alone_asks_for_nothing(browser, tmp_path):
    made_run(tmp_path)
    assert main(['report', str(tmp_path / 'a'), '--self-contained']) == 0
    (tmp_path / 'sent').mkdir()
    page = Path(shutil.move(tmp_path / 'a_self_contained.html', tmp_path / 'sent' / 'a.html'))
    browser.open(page)
    assert {url for url in browser.requests() if not url.startswith('data:')} <= {
        page.as_uri(),
        'about:blank',
    }
    assert (
        browser.run('return [...document.images].filter(i => i.loading !== "lazy" && !i.naturalWidth).length')
        == 0
    )
