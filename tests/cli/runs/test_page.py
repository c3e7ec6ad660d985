"""The page that a run and a sweep leave as they go on, through main(argv)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import main
from cli.runs import page as page_module
from nst_lbfgs import transfer as transfer_module
from nst_lbfgs.errors import StyleTransferError
from nst_lbfgs.files import write_whole

from ...report.reading import elements, sources, text_of
from ...support.error_lines import error_line

ROOT = Path(__file__).parents[3]
FAST = ['--weights', 'random', '--iter', '2', '--maxfun', '2', '--image-height', '36']
LAYERS = ['--content-layer', 'block2_conv1', '--style-layer', 'block1_conv1']


def transfer(*options, prefix='out'):
    return main(['transfer', 'base.png', 'style.png', prefix, *FAST, *LAYERS, *options])


def read(name):
    return Path(name).read_text(encoding='utf-8')


@pytest.fixture
def written(monkeypatch):
    """The pages of runs in the order in which they were written."""
    pages = []

    def write(path, data, *, overwrite):
        pages.append(data.decode())
        write_whole(path, data, overwrite=overwrite)

    monkeypatch.setattr(page_module, 'write_whole', write)
    return pages


def test_a_page_is_there_before_the_first_evaluation_and_renewed_after_each_iteration(
    folder, at_evaluation, written
):
    there = []
    at_evaluation(1, lambda: there.append(os.path.exists('out.html')))
    assert transfer() == 0
    assert there == [True] and len(written) == 4
    shown = [[source for source in sources(page) if not source.startswith('data:')] for page in written]
    frames = ['out_at_iteration_0.png', 'out_at_iteration_1.png']
    assert shown == [[], [frames[0]] * 2, [frames[1], *frames], ['out.png', *frames]]
    assert ['The run goes on' in text_of(page) for page in written] == [True, True, True, False]


def test_the_page_of_a_run_has_every_evaluation_and_where_settings_come_from(folder):
    assert transfer() == 0
    record = json.loads(read('out.json'))
    assert record['history']['evaluation'] == [1, 2, 3, 4]
    assert record['history']['seconds'] == sorted(record['history']['seconds'])
    assert min(record['history']['loss']) == record['loss']
    assert {'iterations', 'weights', 'content_layers'} < set(record['given'])
    assert record['memory']['expected_bytes'] > 0 and record['memory']['peak_bytes'] > 0
    assert 'Memory, foreseen' in text_of(read('out.html'))


def test_no_report_leaves_no_page_and_imports_nothing_of_it(folder):
    arguments = ['transfer', 'base.png', 'style.png', 'out', *FAST, *LAYERS, '--no-report']
    program = (
        f'import sys; from cli.main import main; code = main({arguments!r}); '
        "print([name for name in sys.modules if name.partition('.')[0] == 'jinja2' or 'report.' in name]); "
        'sys.exit(code)'
    )
    environment = os.environ | {'PYTHONPATH': str(ROOT)}
    done = subprocess.run([sys.executable, '-c', program], capture_output=True, text=True, env=environment)
    assert done.returncode == 0 and done.stdout == '[]\n', done.stderr
    assert not os.path.exists('out.html') and os.path.exists('out.png')


def test_a_run_that_is_resumed_keeps_its_history(folder):
    assert transfer() == 0
    assert main(['transfer', '--resume', 'out', '--iter', '3']) == 0
    record = json.loads(read('out.json'))
    assert record['history']['evaluation'][:4] == [1, 2, 3, 4] and len(record['history']['evaluation']) > 4
    assert [event['text'] for event in record['history']['events']] == ['The run was resumed.']
    text = text_of(read('out.html'))
    assert 'Resumed by nst-lbfgs transfer --resume out --iter 3' in text
    assert 'The run was resumed. after evaluation 4' in text


def test_a_run_that_gives_up_says_so_on_its_page(folder, monkeypatch, capsys):
    def fail(*arguments, **others):
        raise StyleTransferError('No <b>memory</b> is left.')

    monkeypatch.setattr(transfer_module, 'transfer_style', fail)
    assert transfer() == 1
    assert 'No <b>memory</b> is left. : 0 of 2 iterations' in text_of(read('out.html'))


def test_a_page_that_cannot_be_written_costs_no_picture_and_is_said(folder, at_evaluation, capsys):
    def block():
        os.remove('out.html')
        os.mkdir('out.html')

    at_evaluation(1, block)
    assert transfer() == 1
    assert 'Could not write out.html. Instead there are out.html in ' in error_line(capsys)
    assert {'out.png', 'out.json', 'out_at_iteration_0.png', 'out_at_iteration_1.png'} < set(os.listdir())


def test_somebody_elses_page_is_not_replaced_unasked(folder, capsys):
    Path('out.html').write_text('mine')
    assert transfer() == 1 and 'out.html exists already' in error_line(capsys)
    assert not os.path.exists('out.png')
    assert transfer('--no-report') == 0 and read('out.html') == 'mine'
    for arguments in (['transfer', '--resume', 'out'], ['report', 'out']):
        assert main(arguments) == 1 and 'out.html exists already' in error_line(capsys)
    assert main(['report', 'out', '--force']) == 0 and read('out.html') != 'mine'
    assert main(['report', 'out']) == 0 and main(['transfer', '--resume', 'out', '--iter', '3']) == 0


def test_the_page_of_a_sweep_is_renewed_with_each_cell_and_made_again_from_its_table(folder, capsys):
    grid = ['--vary', 'content_weight=0.1,1', '--vary', 'seed=1']
    assert main(['sweep', 'base.png', 'style.png', 's', *FAST, *LAYERS, *grid]) == 0
    live = read('s.html')
    assert 'The sweep has ended : 2 of 2 cells' in text_of(live)
    assert 's_content_weight_0.1_seed_1.html' in [link.get('href') for link in elements(live, 'a')]
    assert main(['report', 's']) == 0
    again = read('s.html')
    assert sources(again) == sources(live)
    cells = [item.get('data-choices') for item in elements(again, 'li')]
    assert cells == [item.get('data-choices') for item in elements(live, 'li')]


class Killed(BaseException):
    """The end of a process, of which the run learns nothing."""


def killed(*arguments, at_evaluation, evaluation):
    """Begin a run that ends at an evaluation without a word, and leaves its lock as SIGKILL does."""

    def end():
        raise Killed

    as_before = at_evaluation(evaluation, end)
    with pytest.raises(Killed):
        main(list(arguments))
    as_before()
    Path('out.lock').touch()


ANEW = ['transfer', 'base.png', 'style.png', 'out', *FAST, *LAYERS]


def test_the_page_of_a_run_that_was_killed_says_that_it_has_no_result(folder, at_evaluation):
    killed(*ANEW, at_evaluation=at_evaluation, evaluation=4)
    assert 'The run goes on : 1 of 2 iterations' in text_of(read('out.html'))
    assert main(['report', 'out']) == 0
    page = read('out.html')
    text = text_of(page)
    assert 'The run has ended without a result : 1 of 2 iterations' in text
    assert 'out.png is not there' not in text and 'So far' in text and '--resume out' in text
    assert 'data-every' not in page and not os.path.exists('out.lock')


def test_a_run_that_is_killed_over_an_earlier_one_is_what_the_page_shows(folder, at_evaluation):
    """The record and the picture are the earlier one's: 2 iterations, to 2 of 3."""
    assert transfer() == 0
    killed(*ANEW, '--force', '--iter', '3', at_evaluation=at_evaluation, evaluation=6)
    assert main(['report', 'out']) == 0
    page = read('out.html')
    assert 'The run has ended without a result : 2 of 3 iterations' in text_of(page)
    assert 'out.png' not in sources(page)
    assert main(['report', 'out.json']) == 0
    assert 'all iterations done : 2 of 2 iterations' in text_of(read('out.html'))


def test_the_page_of_a_run_that_goes_on_says_so_whoever_makes_it(folder, at_evaluation):
    made = []

    def report():
        assert main(['report', 'out']) == 0 and main(['report', 'out', '--self-contained']) == 0
        made.extend([read('out.html'), read('out_self_contained.html')])

    at_evaluation(4, report)
    assert transfer() == 0
    assert all('The run goes on : 1 of 2 iterations' in text_of(page) for page in made)
    assert ['data-every' in page for page in made] == [True, False]


def test_a_checkpoint_alone_makes_a_page(folder):
    assert transfer() == 0
    os.remove('out.json')
    assert main(['report', 'out.png']) == 0
    text = text_of(read('out.html'))
    assert 'The run has ended without a result : 2 of 2 iterations' in text and '--resume out' in text
