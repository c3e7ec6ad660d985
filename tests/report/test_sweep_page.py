"""The page of a grid of runs."""

from __future__ import annotations

import json

from nst_lbfgs.report.inputs import Shown
from nst_lbfgs.report.sweep_page import NUMBERS, GridCell, sweep_page

from ..support.made_runs import picture
from .reading import elements, sources, text_of

DONE = 'all iterations done'


def cell(weight, name='', outcome=DONE, **choices):
    return GridCell({'content_weight': weight, **choices}, dict.fromkeys(NUMBERS, '1.5'), name, outcome)


def page_of(folder, *cells, inputs=(), **others):
    return sweep_page('Town', folder, cells, inputs, **others).decode()


def test_cells_that_are_done_failed_or_not_made_yet(tmp_path):
    picture(tmp_path / 'one.png', 3)
    page = page_of(
        tmp_path, cell('1', 'one.png'), cell('2', outcome='no memory'), cell('3', outcome=''), running=True
    )
    text = text_of(page)
    assert sources(page) == ['one.png'] and 'The sweep goes on : 2 of 3 cells, 1 failed' in text
    assert 'content_weight 2 Failed: no memory' in text and 'content_weight 3 Not made yet' in text
    assert 'data-every="5"' in page


def test_a_run_that_was_stopped_has_its_picture_and_the_reason(tmp_path):
    picture(tmp_path / 'one.png', 3)
    page = page_of(tmp_path, cell('1', 'one.png', 'stopped by SIGTERM'))
    assert sources(page) == ['one.png'] and 'Failed: stopped by SIGTERM' in text_of(page)


def test_every_field_filters_and_every_number_sorts(tmp_path):
    page = page_of(tmp_path, cell('1', pooling='max'), cell('2', pooling='max'))
    fields = [select.get('data-field') for select in elements(page, 'select') if select.get('data-field')]
    assert fields == ['content_weight', 'pooling']
    item = elements(page, 'li')[0]
    assert json.loads(item.get('data-choices')) == {'content_weight': '1', 'pooling': 'max'}
    assert {item.get(f'data-{name}') for name in NUMBERS} == {'1.5'}


def test_a_picture_links_to_its_own_page_where_there_is_one(tmp_path):
    for name in ('one', 'two'):
        picture(tmp_path / f'{name}.png', 3)
    (tmp_path / 'two.html').touch()
    links = [
        link.get('href')
        for link in elements(page_of(tmp_path, cell('1', 'one.png'), cell('2', 'two.png')), 'a')
    ]
    assert links == ['one.png', 'two.png', 'two.html']


def test_what_may_vary_is_not_said_of_the_pictures(tmp_path):
    style = Shown('Style', 'a.png', 'data:,', detail=', at 0.5 of its size')
    assert 'at 0.5' not in text_of(page_of(tmp_path, cell('1'), inputs=[style]))


def test_labels_and_values_that_are_markup_are_text(tmp_path):
    odd = '"><script>alert(1)</script>'
    page = page_of(tmp_path, cell(odd, outcome=odd))
    assert len(elements(page, 'script')) == 1 and f'Failed: {odd}' in text_of(page)
    assert json.loads(elements(page, 'li')[0].get('data-choices')) == {'content_weight': odd}
