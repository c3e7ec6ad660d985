"""Jobs of a batch that fail, are stopped, or end early: noted, and made again by the same command."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

from PIL import Image

from cli.batches.job import Outcome
from cli.runs import stopping
from nst_lbfgs import transfer
from nst_lbfgs.errors import NonFiniteLossError
from nst_lbfgs.search.lbfgs import StopSearch

from ...support.error_lines import error_line
from .conftest import batch, table


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


def test_a_job_whose_result_is_not_here_has_failed(pictures, monkeypatch, capsys):
    """As when a worker writes to a folder of its own machine."""
    monkeypatch.setattr('cli.batches.running.JobRunner.run', lambda *_: Outcome())
    assert batch('contents', '--styles', 'styles/one.png') == 1
    assert '2 of 2 failed' in error_line(capsys)
    assert {row['stop_reason'] for row in table()} == {
        'Its result is not in out, where all workers should write, or its pictures have changed meanwhile.'
    }


def test_a_plateau_or_a_deadline_that_was_asked_for_is_an_end(pictures, ran):
    arguments = ('contents/frame2.png', '--styles', 'styles/one.png', '--iter', '9')
    assert batch(*arguments, '--min-improvement', '0.99') == 0
    assert batch(*arguments, '--min-improvement', '0.99') == 0
    assert len(ran) == 1 and 'of --min-improvement' in table()[0]['stop_reason']
    assert 'class="failure"' not in Path('out/batch.html').read_text()
    assert batch(*arguments) == 0
    assert len(ran) == 2 and table()[0]['iterations_done'] == '9'


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
