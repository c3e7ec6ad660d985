"""`nst-lbfgs batch` through main(argv), in one process, on small pictures and random weights."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.batches.job import Outcome
from cli.main import main
from cli.runs import stopping
from cli.runs.lock import run_lock
from nst_lbfgs import transfer
from nst_lbfgs.errors import NonFiniteLossError
from nst_lbfgs.search.lbfgs import StopSearch

from ...support.error_lines import error_line
from .conftest import FAST

ENDINGS = ('.html', '.json', '.png', '_at_iteration_0.png', '_at_iteration_1.png')
OWN = ['batch.csv', 'batch.html', 'batch.png']


def batch(*arguments, out='out'):
    """Return the exit code of a batch; argparse's own exits too."""
    try:
        return main(['batch', '--out', out, *FAST, *arguments])
    except SystemExit as exit_:
        return exit_.code


def table(folder='out'):
    """The rows of the table."""
    with open(f'{folder}/batch.csv', newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


@pytest.fixture
def ran(monkeypatch):
    """The networks of the transfers that are run, in order, and their configurations."""
    found, real = [], transfer.transfer_style

    def counted(content, styles, config, **others):
        found.append((others['network'], config, others))
        return real(content, styles, config, **others)

    monkeypatch.setattr(transfer, 'transfer_style', counted)
    return found


def test_every_content_in_every_style_with_the_network_loaded_once(pictures, ran):
    assert batch('contents', '--styles', 'styles') == 0
    names = [f'frame{number}_{style}' for number in (2, 10) for style in ('one', 'two')]
    assert sorted(os.listdir('out')) == sorted([*OWN, *(name + end for name in names for end in ENDINGS)])
    assert len(ran) == 4 and len({id(network) for network, *_ in ran}) == 1
    rows = table()
    assert [row['picture'] for row in rows] == [f'{name}.png' for name in names]
    assert [(row['content'], row['style']) for row in rows[:2]] == [
        ('frame2.png', 'one.png'),
        ('frame2.png', 'two.png'),
    ]
    for row in rows:
        record = json.load(open(f'out/{row["picture"].replace(".png", ".json")}'))
        assert float(row['loss']) == record['iterations'][-1]['loss']


def test_the_pictures_are_those_of_transfer(pictures):
    assert batch('contents/frame2.png', '--styles', 'styles/one.png') == 0
    assert main(['transfer', 'contents/frame2.png', 'styles/one.png', 'alone', *FAST]) == 0
    np.testing.assert_array_equal(Image.open('out/frame2_one.png'), Image.open('alone.png'))
    assert main(['transfer', '--from', 'out/frame2_one.json', 'again']) == 0
    np.testing.assert_array_equal(Image.open('again.png'), Image.open('alone.png'))


def test_what_is_done_is_not_done_again(pictures, ran, capsys):
    assert batch('contents', '--styles', 'styles/one.png') == 0
    assert batch('contents', '--styles', 'styles/one.png', 'styles/two.png') == 0
    assert len(ran) == 4 and len(table()) == 4
    assert '2 of 4 done already' in capsys.readouterr().err
    os.remove('out/frame2_two.png')
    assert batch('contents', '--styles', 'styles') == 0
    assert len(ran) == 5


def test_pairs_and_a_grid(pictures, ran):
    vary = ('--vary', 'content_weight=0.1,1')
    assert batch('contents', '--styles', 'styles', '--pair-up', *vary) == 0
    assert [(row['content'], row['style'], row['content_weight']) for row in table()] == [
        ('frame2.png', 'one.png', '0.1'),
        ('frame2.png', 'one.png', '1'),
        ('frame10.png', 'two.png', '0.1'),
        ('frame10.png', 'two.png', '1'),
    ]
    assert Path('out/frame10_two_content_weight_0.1.png').exists()


def test_a_template_names_the_results_and_chooses_the_format(pictures):
    assert batch('contents', '--styles', 'styles/one.png', '--name', '{number:03}-{content}.jpg') == 0
    assert [row['picture'] for row in table()] == ['001-frame2.jpg', '002-frame10.jpg']


def test_jobs_from_a_file(pictures, ran):
    Path('jobs.csv').write_text(
        'content,style,name,content_weight,iter\n'
        'contents/frame2.png,styles/one.png,first,0.5,1\n'
        'contents/frame2.png,styles/one.png;styles/two.png,both,,\n'
    )
    assert batch('--jobs', 'jobs.csv') == 0
    assert [row['picture'] for row in table()] == ['first.png', 'both.png']
    (_, first, _), (_, both, _) = ran
    assert (first.objective.content_weight, first.iterations) == (0.5, 1)
    assert both.iterations == 2
    assert len(json.load(open('out/both.json'))['style_paths']) == 2


def test_jobs_that_fail_are_noted_and_the_others_run(pictures, ran, capsys):
    """A damaged picture, one of 1 x 1, and impossible weights among ten: seven pictures, three reasons."""
    Image.new('RGB', (1, 1)).save('dot.png')
    Path('broken.png').write_bytes(Path('contents/frame2.png').read_bytes()[:60])
    contents = ['broken.png', 'dot.png', *['contents/frame2.png'] * 8]
    lines = [f'{path},styles/one.png,job{number},' for number, path in enumerate(contents)]
    lines[5] += '-1'
    jobs = Path('jobs.csv')
    jobs.write_text('\n'.join(['content,style,name,content_weight', *lines]))
    assert batch('--jobs', 'jobs.csv') == 1
    assert '3 of 10 failed' in error_line(capsys)
    rows = table()
    assert [row['picture'] for row in rows if row['picture']] == [
        f'job{number}.png' for number in range(10) if number not in (0, 1, 5)
    ]
    reasons = [rows[number]['stop_reason'] for number in (0, 1, 5)]
    assert (
        'broken.png' in reasons[0] and 'dot.png is too small' in reasons[1] and 'content_weight' in reasons[2]
    )
    assert len(ran) == 7
    shutil.copy('contents/frame10.png', 'broken.png')
    shutil.copy('contents/frame10.png', 'dot.png')
    jobs.write_text(jobs.read_text().replace('-1', '2'))
    assert batch('--jobs', 'jobs.csv') == 0
    assert len(ran) == 10 and all(row['picture'] for row in table())


def test_a_list_of_jobs_may_leave_out_what_it_does_not_set(pictures):
    pair = {'content': 'contents/frame2.png', 'style': 'styles/one.png'}
    Path('jobs.json').write_text(json.dumps([pair, pair | {'name': 'other', 'iter': 1}]))
    assert batch('--jobs', 'jobs.json') == 0
    assert [row['iter'] for row in table()] == ['', '1']


@pytest.mark.parametrize('name', ['../x', '/tmp/x', './x', '.', 'a\\b', 'x' * 200])
def test_a_rows_name_stays_in_the_folder(name, pictures, capsys):
    row = {'content': 'contents/frame2.png', 'style': 'styles/one.png', 'name': name}
    Path('jobs.json').write_text(json.dumps([row]))
    assert batch('--jobs', 'jobs.json') == 2
    assert 'Expected the names of results' in error_line(capsys)


def test_a_job_whose_result_is_not_here_has_failed(pictures, monkeypatch, capsys):
    """As when a worker writes to a folder of its own machine."""
    monkeypatch.setattr('cli.batches.running.JobRunner.run', lambda *_: Outcome())
    assert batch('contents', '--styles', 'styles/one.png') == 1
    assert '2 of 2 failed' in error_line(capsys)
    assert {row['stop_reason'] for row in table()} == {
        'Its result is not in out, where all workers should write, or its pictures have changed meanwhile.'
    }


def test_results_are_no_contents_of_the_same_command(pictures, ran):
    assert batch('**/frame*.png', '--styles', 'styles/one.png') == 0
    assert batch('**/frame*.png', '--styles', 'styles/one.png') == 0
    assert len(ran) == 2 and len(table()) == 2


@pytest.mark.parametrize('content', ['contents', 'contents/frame2.png'])
def test_results_do_not_go_where_the_pictures_are(content, pictures, capsys):
    assert batch(content, '--styles', 'styles', out='contents') == 2
    assert 'Expected --out: another folder' in error_line(capsys)


def test_a_plateau_or_a_deadline_that_was_asked_for_is_an_end(pictures, ran):
    arguments = ('contents/frame2.png', '--styles', 'styles/one.png', '--iter', '9')
    assert batch(*arguments, '--min-improvement', '0.99') == 0
    assert batch(*arguments, '--min-improvement', '0.99') == 0
    assert len(ran) == 1 and 'of --min-improvement' in table()[0]['stop_reason']
    assert 'class="failure"' not in Path('out/batch.html').read_text()
    assert batch(*arguments) == 0
    assert len(ran) == 2 and table()[0]['iterations_done'] == '9'


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


def test_a_loss_that_explodes_is_one_jobs_trouble(pictures, monkeypatch, capsys):
    real, count = transfer.transfer_style, 0

    def explode(*arguments, **others):
        nonlocal count
        count += 1
        if count == 2:
            raise NonFiniteLossError('The loss is nan at evaluation 1.')
        return real(*arguments, **others)

    monkeypatch.setattr(transfer, 'transfer_style', explode)
    assert batch('contents', '--styles', 'styles') == 1
    assert '1 of 4 failed: contents/frame2.png in the style of styles/two.png' in error_line(capsys)
    assert [row['stop_reason'] for row in table()][1] == 'The loss is nan at evaluation 1.'
    assert batch('contents', '--styles', 'styles') == 0
    assert count == 5


def test_stopped_within_a_job_it_goes_on_there(pictures, ran, monkeypatch, capsys):
    """As if SIGTERM came in the second iteration of the second job."""
    real, calls = stopping.Stopping.after_evaluation, 0

    def after_evaluation(self):
        nonlocal calls
        calls += 1
        if calls == 7:
            self._request.note(signal.SIGTERM)
        return real(self)

    monkeypatch.setattr(stopping.Stopping, 'after_evaluation', after_evaluation)
    assert batch('contents', '--styles', 'styles') == 128 + signal.SIGTERM
    assert 'Stopped. The same command goes on.' in capsys.readouterr().err
    assert [row['stop_reason'] for row in table()] == ['all iterations done', 'stopped by SIGTERM']
    assert Path('out/frame2_two.checkpoint').exists()
    assert not Path('out/frame2_one.checkpoint').exists()
    assert batch('contents', '--styles', 'styles') == 0
    assert [others['resume'] is not None for *_, others in ran] == [False, False, True, False, False]
    assert {row['stop_reason'] for row in table()} == {'all iterations done'}
    assert not list(Path('out').glob('*.checkpoint'))


def test_more_time_for_a_job_that_ran_out_of_it(pictures, ran, monkeypatch):
    """A job ended by --max-seconds is not finished: the same command goes on with it."""
    real = transfer.transfer_style

    def hurried(*arguments, on_iteration, **others):
        def after_iteration(progress):
            on_iteration(progress)
            raise StopSearch('the time is over')

        return real(*arguments, on_iteration=after_iteration, **others)

    with monkeypatch.context() as patch:
        patch.setattr(transfer, 'transfer_style', hurried)
        assert batch('contents/frame2.png', '--styles', 'styles/one.png') == 1
    assert [row['iterations_done'] for row in table()] == ['1']
    assert batch('contents/frame2.png', '--styles', 'styles/one.png') == 0
    assert ran[-1][2]['resume'] is not None


def test_finished_checkpoints_are_left_if_asked_for(pictures):
    assert batch('contents/frame2.png', '--styles', 'styles/one.png', '--keep-checkpoints') == 0
    assert Path('out/frame2_one.checkpoint').exists()
    assert batch('contents/frame2.png', '--styles', 'styles/one.png', '--keep-checkpoints') == 0


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


def test_frames_start_from_the_last_ones_result(pictures, ran):
    assert batch('contents/frame10.png', 'contents/frame2.png', '--styles', 'styles', '--from-frames') == 0
    assert [row['picture'] for row in table()] == [
        f'frame{number}_{style}.png' for number in (2, 10) for style in ('one', 'two')
    ]
    starts = [
        json.load(open(f'out/frame{number}_{style}.json'))['config']['pictures']['init_path']
        for number in (2, 10)
        for style in ('one', 'two')
    ]
    assert starts == [None, None, *(str(pictures / f'out/frame2_{style}.png') for style in ('one', 'two'))]
    assert batch('contents', '--styles', 'styles', '--from-frames') == 0
    assert len(ran) == 4


def test_frames_after_one_that_is_made_again_are_made_again_if_it_is_another(pictures, ran):
    arguments = ('contents', '--styles', 'styles/one.png', '--from-frames')
    assert batch(*arguments) == 0
    os.remove('out/frame2_one.png')
    assert batch(*arguments) == 0
    assert len(ran) == 3  # the same picture came out, so the next frame stands
    Image.open('contents/frame10.png').save('contents/frame2.png')
    assert batch(*arguments, '--force') == 0
    assert len(ran) == 5


def test_a_frame_whose_predecessor_failed_waits_for_it(pictures, ran, monkeypatch, capsys):
    good = Path('contents/frame2.png').read_bytes()
    Path('contents/frame2.png').write_bytes(good[:60])
    assert batch('contents', '--styles', 'styles/one.png', '--from-frames') == 1
    assert '2 of 2 failed' in error_line(capsys)
    assert 'frame2_one.png, from which it starts, is not there' in table()[1]['stop_reason']
    Path('contents/frame2.png').write_bytes(good)
    assert batch('contents', '--styles', 'styles/one.png', '--from-frames') == 0
    assert len(ran) == 2


def test_frames_may_start_elsewhere(pictures, ran):
    options = ('--from-frames', '--init', 'content')
    assert batch('contents', '--styles', 'styles/one.png', *options) == 0
    assert {config.start.init for _, config, _ in ran} == {'content'}


def test_progress_for_programs(pictures, capsys):
    assert batch('contents', '--styles', 'styles/one.png', '--json-progress') == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event['event'] for event in events] == ['begin', 'running', 'done', 'running', 'done', 'end']
    assert [event['done'] for event in events] == [0, 0, 1, 1, 2, 2]
    assert {event['total'] for event in events} == {2}
    assert events[2]['job'] == 'contents/frame2.png in the style of styles/one.png'
    assert events[2]['picture'] == os.path.join('out', 'frame2_one.png')


def test_the_pictures_do_not_say_how_the_batch_ran(pictures):
    arguments = ('contents/frame2.png', '--styles', 'styles/one.png')
    assert batch(*arguments, '--json-progress') == 0
    assert batch(*arguments, '--keep-checkpoints', out='other') == 0
    assert Path('out/frame2_one.png').read_bytes() == Path('other/frame2_one.png').read_bytes()
    command = json.load(open('other/frame2_one.json'))['command']
    assert '--keep-checkpoints' in command and '--out other' in command


def test_the_sheet_has_contents_down_and_styles_across(pictures, monkeypatch):
    drawn = []

    def contact_sheet(rows, title, **_):
        drawn.append(([[cell.label for cell in row] for row in rows], title))
        return np.zeros((8, 8, 3), np.uint8)

    monkeypatch.setattr('cli.batches.sheet.contact_sheet', contact_sheet)
    assert batch('contents', '--styles', 'styles') == 0
    assert drawn[-1] == (
        [
            ['', 'one.png', 'two.png'],
            ['frame2.png', 'frame2_one', 'frame2_two'],
            ['frame10.png', 'frame10_one', 'frame10_two'],
        ],
        '2 pictures in 2 styles',
    )


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
