"""`nst-lbfgs report` through main(argv): pages of runs and sweeps that are over."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.main import main
from nst_lbfgs.errors import StyleTransferError
from nst_lbfgs.records.history import history_of, iterations_of
from nst_lbfgs.records.record import parse_record
from nst_lbfgs.report.files import RunFiles
from nst_lbfgs.report.inputs import read_inputs
from nst_lbfgs.report.run_page import run_page

from ...report.reading import elements, parsed, sources, text_of
from ...support.error_lines import error_line
from ...support.made_runs import history, made_run, made_sweep
from ...support.mutations import many

ROOT = Path(__file__).parents[3]
RECORDS = ROOT / 'tests' / 'records'


def read(name):
    return Path(name).read_text(encoding='utf-8')


def test_a_cell_that_failed_has_its_reason(tmp_path):
    table = made_sweep(tmp_path, failed={3: 'The <memory> has run out.'})
    assert main(['report', str(table)]) == 0
    page = read(tmp_path / 's.html')
    assert '8 of 8 cells, 1 failed' in text_of(page) and 'Failed: The <memory> has run out.' in text_of(page)
    assert len([source for source in sources(page) if source.endswith('.png')]) == 7


def test_a_table_names_no_picture_elsewhere(tmp_path):
    (tmp_path / 'in').mkdir()
    table = made_sweep(tmp_path / 'in')
    shutil.copy(tmp_path / 'in' / 'base.png', tmp_path / 'secret.png')
    name = 's_content_weight_1_pooling_max_0.png'
    table.write_text(table.read_text().replace(name, '../secret.png'))
    assert main(['report', str(table)]) == 0 and 'secret' not in read(tmp_path / 'in' / 's.html')


@pytest.mark.parametrize(
    'record', sorted([*RECORDS.glob('version_0_1_0/*.json'), *RECORDS.glob('format_2/*.json')]), ids=str
)
def test_an_old_record_makes_a_page(record, tmp_path):
    shutil.copy(record, tmp_path / 'old.json')
    assert main(['report', str(tmp_path / 'old')]) == 0
    text = text_of(read(tmp_path / 'old.html'))
    assert 'Losses' in text and 'Commands' in text and 'nst-lbfgs transfer --from old.json' in text


def test_an_old_checkpoint_makes_a_page(tmp_path):
    shutil.copy(RECORDS / 'format_2' / 'stopped.checkpoint', tmp_path)
    assert main(['report', str(tmp_path / 'stopped')]) == 0
    text = text_of(read(tmp_path / 'stopped.html'))
    assert 'The run has ended without a result : 1 of 1 iterations' in text
    assert 'nst-lbfgs transfer --resume stopped --iter 2' in text and 'base.ppm' in text


def test_a_page_that_stands_alone_lies_beside_the_other(tmp_path):
    made_run(tmp_path, history=history(6))
    assert main(['report', str(tmp_path / 'a'), '--self-contained']) == 0
    assert not (tmp_path / 'a.html').exists()
    page = read(tmp_path / 'a_self_contained.html')
    assert all(source.startswith('data:') for source in sources(page)) and not elements(page, 'a')


@pytest.mark.parametrize(
    'prefix, said, code',
    [
        ('none', 'There is no record none.json', 1),
        ('.', 'Expected a folder with what a run or a sweep has left. Received: .', 1),
        ('', 'Expected', 2),
    ],
)
def test_without_a_record_there_is_no_page(prefix, said, code, folder, capsys):
    assert main(['report', prefix]) == code and said in error_line(capsys)
    assert sorted(os.listdir()) == ['base.png', 'style.png']


@pytest.mark.parametrize('given', ['out', 'out/', 'out/.'])
def test_a_folder_with_one_run_stands_for_it(given, folder):
    os.mkdir('out')
    made_run(Path('out').absolute(), name='my.run')
    Path('out/package.json').write_text('{}')
    Path('out/numbers.csv').write_text('a,b')
    assert main(['report', given]) == 0 and 'my.run' in text_of(read('out/my.run.html'))


def test_a_folder_with_one_sweep_stands_for_it(tmp_path):
    made_sweep(tmp_path)
    assert main(['report', str(tmp_path)]) == 0 and '8 of 8 cells' in text_of(read(tmp_path / 's.html'))


def test_a_folder_with_several_runs_is_refused_with_their_names(tmp_path, capsys):
    made_run(tmp_path)
    made_run(tmp_path, name='b')
    shutil.copy(RECORDS / 'format_2' / 'stopped.checkpoint', tmp_path / 'c.checkpoint')
    made_sweep(tmp_path)
    assert main(['report', str(tmp_path)]) == 2
    assert f'Received: {tmp_path}, where there are a, b, c, s.' in error_line(capsys)


@pytest.mark.parametrize('name', ['a.json', 'a.checkpoint', 'a.csv'])
@pytest.mark.parametrize('data', [b'', b'{}', b'\0\xff', b'a,b\n"'], ids=ascii)
def test_a_file_that_is_no_record_is_refused_in_a_line(name, data, folder, capsys):
    Path(name).write_bytes(data)
    assert main(['report', name]) == 1 and error_line(capsys) and not os.path.exists('a.html')


WHOLE = json.loads((RECORDS / 'format_2' / 'restarted.json').read_bytes()) | {
    'history': history(4, [(2, 'x')])
}
ODD = [None, True, -1, 0, 1e400, 10**400, '', '\0', '<b>', '\ud800', [], [[]], {}, {'a': 1}, 'x' * 10_000]


def paths_in(value, path=()):
    """Yield the way to every value inside a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from paths_in(item, (*path, key))


def replaced(value, path, other):
    """Return a JSON value with another one at a place."""
    if not path:
        return other
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], other)
    return copy


@many(300)
@given(st.sampled_from(list(paths_in(WHOLE))), st.sampled_from(ODD))
def test_a_record_with_an_odd_value_makes_a_page_or_is_refused(path, odd):
    nowhere = Path('/nowhere')
    files = RunFiles(*(nowhere / name for name in ('a', 'a.png', 'a.json', 'a.checkpoint')))
    try:
        record = parse_record(json.dumps(replaced(WHOLE, path, odd)).encode())
        losses, told = iterations_of(record), history_of(record)
        page = run_page(record, losses, told, files, read_inputs(record, nowhere))
    except StyleTransferError:
        return
    parsed(page.decode())
