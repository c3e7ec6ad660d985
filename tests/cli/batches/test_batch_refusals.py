"""What a batch refuses before anything runs: files of others, names that clash, bad options."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cli.main import main
from cli.runs.lock import run_lock

from ...support.error_lines import error_line
from .conftest import OWN, batch, table


@pytest.mark.parametrize('name', ['../x', '/tmp/x', './x', '.', 'a\\b', 'x' * 200])
def test_a_rows_name_stays_in_the_folder(name, pictures, capsys):
    row = {'content': 'contents/frame2.png', 'style': 'styles/one.png', 'name': name}
    Path('jobs.json').write_text(json.dumps([row]))
    assert batch('--jobs', 'jobs.json') == 2
    assert 'Expected the names of results' in error_line(capsys)


@pytest.mark.parametrize('content', ['contents', 'contents/frame2.png'])
def test_results_do_not_go_where_the_pictures_are(content, pictures, capsys):
    assert batch(content, '--styles', 'styles', out='contents') == 2
    assert 'Expected --out: another folder' in error_line(capsys)


def test_another_batchs_table_is_not_replaced(pictures, capsys):
    assert batch('contents/frame2.png', '--styles', 'styles/one.png') == 0
    assert batch('contents/frame10.png', '--styles', 'styles/two.png') == 1
    assert 'batch.png exists already' in error_line(capsys)
    assert [row['picture'] for row in table()] == ['frame2_one.png']
    assert batch('contents', '--styles', 'styles/one.png') == 0


def test_somebodys_picture_of_a_new_name_stays(pictures, capsys):
    assert batch('contents/frame2.png', '--styles', 'styles/one.png') == 0
    Path('out/frame10_one.png').write_text('mine')
    assert batch('contents', '--styles', 'styles/one.png') == 1
    assert 'frame10_one.png exists already' in error_line(capsys)
    assert Path('out/frame10_one.png').read_text() == 'mine'


@pytest.mark.parametrize('name', ['frame2_one.png', 'frame2_one.json', 'frame2_one.checkpoint', *OWN])
def test_files_of_others_stay(name, pictures, capsys):
    os.mkdir('out')
    Path('out', name).write_text('mine')
    assert batch('contents', '--styles', 'styles') == 1
    assert f'{name} exists already' in error_line(capsys)
    assert Path('out', name).read_text() == 'mine' and os.listdir('out') == [name]


def test_results_with_other_settings_are_neither_taken_nor_replaced(pictures, ran, capsys):
    arguments = ('contents/frame2.png', '--styles', 'styles/one.png')
    assert batch(*arguments) == 0
    before = Path('out/frame2_one.png').read_bytes()
    assert batch(*arguments, '--tv-weight', '3') == 1
    assert 'frame2_one.png exists already' in error_line(capsys)
    assert Path('out/frame2_one.png').read_bytes() == before
    assert batch(*arguments, '--tv-weight', '3', '--force') == 0
    assert len(ran) == 2


def test_the_second_batch_on_a_folder_is_refused(pictures, capsys):
    os.mkdir('out')
    with run_lock(Path('out/batch.lock')):
        assert batch('contents', '--styles', 'styles') == 1
    assert 'Another run is writing to' in error_line(capsys)


@pytest.mark.parametrize(
    'arguments, code, message',
    [
        ([], 2, 'Expected CONTENT and --styles'),
        (['contents'], 2, 'Expected CONTENT and --styles'),
        (['contents', '--styles', 'styles', '--jobs', 'j.csv'], 2, 'Expected --jobs FILE alone'),
        (['--jobs', 'none.csv'], 2, 'Cannot read the jobs'),
        (['contents', '--styles', 'styles/one.png', '--pair-up'], 2, 'as many styles as contents'),
        (['contents', 'contents/frame2.png', '--styles', 'styles'], 2, 'Expected names of their own'),
        (['contents', '--styles', 'styles', '--name', '{style}'], 2, 'Expected names of their own'),
        (['contents', '--styles', 'styles', '--name', 'x/{content}{style}'], 2, 'without folders'),
        (['contents', '--styles', 'styles', '--vary', 'content_wait=1'], 2, "Did you mean 'content_weight'?"),
        (
            ['contents', '--styles', 'styles', '--vary', 'deterministic=yes,no'],
            2,
            'one value of deterministic',
        ),
        (['contents', '--styles', 'styles', '--content-weight', '-1'], 2, 'Expected content_weight'),
        (['contents', '--styles', 'styles', '--init', 'previous'], 2, 'with --from-frames'),
        (['contents', '--styles', 'styles', '--workers', '0'], 2, 'Expected --workers'),
        (['contents', '--styles', 'styles', '--workers', '2', '--scheduler', 'x'], 2, 'Received: both'),
        (['contents', '--styles', 'styles', '--transfer-files'], 2, 'with --scheduler'),
        (['contents', '--styles', 'styles', '--max-seconds', '0'], 2, 'Expected --max-seconds'),
        (['contents', '--styles', 'styles', '--weights', 'missing.h5'], 1, 'missing.h5'),
        (['nothing/*.png', '--styles', 'styles'], 1, 'No file matches'),
        (['contents', '--styles', 'styles', '--style-mask', 'a.png', 'b.png'], 2, 'Expected style_masks'),
        (['contents', '--styles', 'styles', '--in-place'], 2, 'unrecognized arguments'),
    ],
)
def test_what_cannot_be_used(arguments, code, message, pictures, capsys, monkeypatch):
    monkeypatch.setattr('cli.batches.running.start_tensorflow', lambda *_: pytest.fail('it was too late'))
    assert batch(*arguments) == code
    assert message in error_line(capsys)
    assert not list(Path().glob('out/*'))


def test_the_out_folder_is_required(pictures, capsys):
    with pytest.raises(SystemExit):
        main(['batch', 'contents', '--styles', 'styles'])
    assert '--out' in error_line(capsys)
