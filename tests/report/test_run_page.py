"""The page of a run, from its record and what lies beside it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

from nst_lbfgs.config import LbfgsConfig
from nst_lbfgs.errors import RecordError
from nst_lbfgs.records.history import history_of, iterations_of
from nst_lbfgs.report.files import RunFiles
from nst_lbfgs.report.inputs import read_inputs
from nst_lbfgs.report.run_page import run_page
from nst_lbfgs.run_config import MasksConfig, StylesConfig

from ..support.made_runs import history, made_record, picture
from .reading import curves_of, elements, sources, text_of


def page_of(folder, record, name='a', suffix='.png', **others):
    """Return the page of a made run as text."""
    frames = {n: folder / f'{name}_at_iteration_{n}{suffix}' for n in range(len(record['iterations']))}
    files = RunFiles(
        folder / name,
        folder / f'{name}{suffix}',
        folder / f'{name}.json',
        folder / f'{name}.checkpoint',
        frames,
    )
    losses, told = iterations_of(record), history_of(record)
    return run_page(record, losses, told, files, read_inputs(record, folder), **others).decode()


def test_it_shows_what_went_in_and_links_to_what_came_out(tmp_path):
    page = page_of(tmp_path, made_record(tmp_path))
    shown = sources(page)
    assert [source[:15] for source in shown[:2]] == ['data:image/jpeg'] * 2
    assert shown[2:] == ['a.png', *(f'a_at_iteration_{n}.png' for n in range(3))]
    assert 'all iterations done' in text_of(page)


def test_pictures_that_are_gone_or_changed_are_named(tmp_path):
    record = made_record(tmp_path)
    (tmp_path / 'base.png').unlink()
    (tmp_path / 'a.png').unlink()
    (tmp_path / 'a_at_iteration_1.png').unlink()
    picture(tmp_path / 'style.png', (1, 2, 3))
    page = page_of(tmp_path, record)
    text = text_of(page)
    assert sources(page) == ['a_at_iteration_0.png', 'a_at_iteration_2.png']
    assert 'base.png: No such file' in text and 'style.png has changed since the run' in text
    assert 'a.png is not there' in text


def test_a_page_that_stands_alone_asks_for_no_file(tmp_path):
    page = page_of(tmp_path, made_record(tmp_path), inside=True)
    shown = sources(page)
    assert len(shown) == 6 and all(source.startswith('data:image/') for source in shown)
    assert not [link for link in elements(page, 'a') if not link.get('href').startswith('#')]
    assert base64.b64decode(shown[2].partition(',')[2]) == (tmp_path / 'a.png').read_bytes()


def test_a_picture_in_a_format_that_browsers_do_not_show_is_in_the_page(tmp_path):
    record = made_record(tmp_path, iterations=1)
    for name in ('a.tif', 'a_at_iteration_0.tif'):
        picture(tmp_path / name, (9, 9, 9))
    page = page_of(tmp_path, record, suffix='.tif')
    assert all(source.startswith('data:image/jpeg') for source in sources(page))


def test_the_page_of_a_run_that_goes_on_shows_the_last_picture_and_renews_itself(tmp_path):
    record = made_record(tmp_path)
    page = page_of(tmp_path, record, running=True)
    assert sources(page)[2] == 'a_at_iteration_2.png' and 'a.png' not in sources(page)
    assert 'The run goes on' in text_of(page)
    assert '<noscript><meta http-equiv="refresh" content="2">' in page and 'data-every="2"' in page
    ended = page_of(tmp_path, record)
    assert 'http-equiv="refresh"' not in ended and 'data-every' not in ended


def test_before_the_first_iteration_there_are_the_inputs_and_no_curves(tmp_path):
    page = page_of(tmp_path, made_record(tmp_path) | {'iterations': []}, running=True)
    assert len(sources(page)) == 2 and '0 of 3 iterations' in text_of(page)
    assert 'id="losses"' not in page


def test_curves_have_every_evaluation_the_terms_of_iterations_and_what_happened(tmp_path):
    record = made_record(tmp_path, history=history(6, [(4, 'The disk was full.')]))
    curves = curves_of(page_of(tmp_path, record))
    assert [row[:2] for row in curves['evaluations']] == [[n, n / 4] for n in range(1, 7)]
    assert [row[:3] for row in curves['iterations']] == [
        [losses['evaluations'], losses['evaluations'] / 4, losses['loss']] for losses in record['iterations']
    ]
    assert curves['events'] == [[4, 1.0, 'The disk was full.']] and curves['restarts'] == []


def test_without_a_history_iterations_are_placed_by_their_own_seconds(tmp_path):
    curves = curves_of(page_of(tmp_path, made_record(tmp_path)))
    assert [row[1] for row in curves['iterations']] == [0.5, 1.0, 1.5] and curves['evaluations'] == []


def test_restarts_are_marked_between_iterations(tmp_path):
    record = made_record(tmp_path)
    transfer = replace(record['config'].transfer, optimizer=LbfgsConfig(restart=True))
    record['config'] = replace(record['config'], transfer=transfer)
    assert [row[0] for row in curves_of(page_of(tmp_path, record))['restarts']] == [2, 4]


def test_what_went_wrong_is_told_once_with_its_place(tmp_path):
    record = made_record(
        tmp_path,
        history=history(6, [(4, 'A loss was not finite.')]),
        troubles=['A loss was not finite.', 'old'],
    )
    text = text_of(page_of(tmp_path, record))
    assert text.count('A loss was not finite.') == 1
    assert 'A loss was not finite. after evaluation 4, 1.0 s old' in text


def test_settings_that_differ_have_their_sources(tmp_path):
    rows = [
        [''.join(cell.itertext()) for cell in row]
        for row in elements(page_of(tmp_path, made_record(tmp_path)), 'tr')
    ]
    assert ['iterations', '3', '10', 'the command line'] in rows
    assert ['precision', 'float32', 'auto', 'what auto came to on this machine'] in rows
    assert not [row for row in rows if row[0] == 'content_weight']
    assert 'content_weight 0.025' in text_of(page_of(tmp_path, made_record(tmp_path)))


def test_commands_that_need_a_file_are_there_where_the_file_is(tmp_path):
    record = made_record(tmp_path)
    assert '--from' not in text_of(page_of(tmp_path, record))
    (tmp_path / 'a.json').touch()
    (tmp_path / 'a.checkpoint').touch()
    text = text_of(page_of(tmp_path, record))
    assert 'nst-lbfgs transfer --from a.json a_again.png' in text
    assert 'nst-lbfgs transfer --resume a --iter 6' in text and record['command'] in text


def test_several_styles_have_their_weights_and_masks_lie_over_the_result(tmp_path):
    record = made_record(tmp_path)
    digests = [picture(tmp_path / name, value) for name, value in (('left.png', 255), ('right.png', 128))]
    record['config'] = replace(
        record['config'],
        styles=StylesConfig(style_blend_weights=(3.0, 1.0)),
        masks=MasksConfig(style_masks=(str(tmp_path / 'left.png'), str(tmp_path / 'right.png'))),
    )
    record |= {
        'style_paths': record['style_paths'] * 2,
        'style_sha256': record['style_sha256'] * 2,
        'mask_sha256': {'style_masks': digests},
    }
    page = page_of(tmp_path, record)
    text = text_of(page)
    assert 'Style 1, weight 3 (75%)' in text and 'Mask: where style 2 goes right.png' in text
    over = [element.get('data-overlay') for element in elements(page, 'img') if element.get('data-overlay')]
    assert over == ['Mask: where style 1 goes', 'Mask: where style 2 goes']


HOSTILE = [
    '<img src=x onerror=alert(1)>',
    '"><script>alert(1)</script>',
    "it's 100% #1 & a?b",
    'שלום 日本語',
    'javascript:alert(1)',
    '\u202egnp.exe',
    'half \udcff',
    '{{ 7 * 7 }}',
    '</script><b>',
]


@pytest.mark.parametrize('name', HOSTILE, ids=ascii)
def test_a_file_name_that_is_markup_is_text_everywhere(name, tmp_path):
    name = name.replace('/', '∕')
    record = made_record(tmp_path, name, content=f'{name} base.png', style=f'{name} style.png')
    record['history'] = history(2, [(1, name)])
    page = page_of(tmp_path, record, name)
    scripts = elements(page, 'script')
    assert len(scripts) == 2 and not elements(page, 'b')
    assert not [key for element in elements(page, 'img') for key in element.attrib if key.startswith('on')]
    shown = name.replace('\u202e', '\\u202e').replace('\udcff', '\\udcff')
    assert ''.join(elements(page, 'h1')[0].itertext()) == shown
    assert f'{shown} base.png' in text_of(page) and f'{shown} style.png' in text_of(page)
    links = [source for source in sources(page) if not source.startswith('data:')]
    assert [unquote(link, errors='surrogateescape') for link in links[:2]] == [
        f'{name}.png',
        f'{name}_at_iteration_0.png',
    ]
    assert all(re.fullmatch(r'[\w.%~-]+', link, re.ASCII) for link in links)
    assert curves_of(page)['events'][0][2] == name


def test_the_policy_lets_nothing_run_but_the_pages_own_script_and_style(tmp_path):
    page = page_of(tmp_path, made_record(tmp_path))
    (policy,) = (
        element.get('content')
        for element in elements(page, 'meta')
        if element.get('http-equiv') == 'Content-Security-Policy'
    )
    own = [elements(page, 'style')[0].text, elements(page, 'script')[-1].text]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in own]
    assert policy == (
        f"default-src 'none'; img-src 'self' data:; style-src 'sha256-{digests[0]}'; "
        f"script-src 'sha256-{digests[1]}'; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r'<[^>]*\s(style|on[a-z]+)=', page)


@pytest.mark.parametrize(
    'wrong',
    [
        {'height': None},
        {'width': 'wide'},
        {'iterations': {}},
        {'history': 7},
    ],
    ids=str,
)
def test_a_record_that_no_run_has_left_is_refused(wrong, tmp_path):
    record = made_record(tmp_path)
    with pytest.raises(RecordError):
        page_of(tmp_path, record | wrong | {'iterations': wrong.get('iterations', record['iterations'])})


@pytest.mark.parametrize(
    'odd',
    [
        {'weights': 3, 'versions': [], 'memory': 'much', 'device': {}, 'threads': None, 'given': 5},
        {'troubles': 'none', 'resumed': {}, 'command': 7, 'stop_reason': None, 'style_sha256': 'x'},
        {'troubles': [3, None], 'resumed': [3], 'loss': float('inf'), 'evaluations': 10**4000},
        {'mask_sha256': [], 'content_sha256': {}, 'preset': 'nobody', 'out_of_gamut': 'all'},
        {'command': "a 'quote that does not end", 'memory': {'peak_bytes': -1, 'expected_bytes': True}},
        {'height': 2**52, 'width': 1},
    ],
    ids=range(6),
)
def test_what_a_record_need_not_have_right_is_left_out(odd, tmp_path):
    assert 'Weights, machine' in text_of(page_of(tmp_path, made_record(tmp_path) | odd))
