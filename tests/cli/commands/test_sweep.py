"""`nst-lbfgs sweep` through main(argv), on small pictures and random weights."""

from __future__ import annotations

import csv
import errno
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.main import main
from cli.runs import sweep as sweep_runs
from cli.runs import sweep_results
from nst_lbfgs import files, transfer
from nst_lbfgs.errors import LineSearchError, NonFiniteLossError, WeightsError
from nst_lbfgs.pictures.contact_sheet import contact_sheet

from ...support.error_lines import error_line

ROOT = Path(__file__).parents[3]
FAST = [
    '--weights',
    'random',
    '--iter',
    '1',
    '--maxfun',
    '2',
    '--image-height',
    '36',
    '--content-layer',
    'block2_conv1',
    '--style-layer',
    'block1_conv1',
]
TWO = ['--vary', 'content_weight=0.1,1']


@pytest.fixture
def transfers(monkeypatch):
    """The configurations of the transfers that are run, in order, and their networks."""
    ran = []
    transfer_style = transfer.transfer_style

    def counted(content, style, config, **others):
        ran.append((config, others['network']))
        return transfer_style(content, style, config, **others)

    monkeypatch.setattr(transfer, 'transfer_style', counted)
    return ran


def sweep(*options, base='base.png', style='style.png', prefix='s'):
    """Return the exit code of a sweep; argparse's own exits too."""
    try:
        return main(['sweep', base, style, prefix, *options])
    except SystemExit as exit_:
        return exit_.code


def table():
    """The rows of the table of losses."""
    with open('s.csv', newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def test_each_picture_a_sheet_and_a_table_with_the_network_loaded_once(folder, transfers):
    assert sweep(*FAST, *TWO, '--vary', 'pooling=max,average') == 0
    names = [
        f's_content_weight_{weight}_pooling_{pooling}'
        for weight in ('0.1', '1')
        for pooling in ('max', 'average')
    ]
    assert sorted(os.listdir()) == sorted(
        [
            'base.png',
            'style.png',
            's.png',
            's.csv',
            *(name + ending for name in names for ending in ('.png', '.json')),
        ]
    )
    assert len(transfers) == 4 and len({id(network) for _, network in transfers}) == 1
    assert [row['picture'] for row in table()] == [f'{name}.png' for name in names]


def test_the_table_has_the_losses_of_the_records(folder):
    assert sweep(*FAST, *TWO) == 0
    for row in table():
        record = json.load(open(row['picture'].replace('.png', '.json')))
        last = record['iterations'][-1]
        assert float(row['content_weight']) == record['config']['transfer']['objective']['content_weight']
        for name in ('loss', 'content_loss', 'style_loss', 'total_variation_loss'):
            assert float(row[name]) == last[name]
        assert int(row['evaluations']) == record['evaluations']


def test_the_sheet_shows_the_inputs_and_the_results(folder):
    """All of them in one row where they fit, each picture's pixels as they are in its file."""
    assert sweep(*FAST, '--vary', 'init=content,noise') == 0
    sheet = np.asarray(Image.open('s.png')).astype(int)
    for row in table():
        picture = np.asarray(Image.open(row['picture'])).astype(int)
        height, width, _ = picture.shape
        windows = np.lib.stride_tricks.sliding_window_view(sheet, picture.shape)[:, :, 0]
        assert (windows == picture).all(axis=(2, 3, 4)).sum() == 1


def test_what_is_done_is_not_done_again(folder, transfers, capsys):
    assert sweep(*FAST, *TWO) == 0
    before = open('s_content_weight_1.png', 'rb').read()
    assert sweep(*FAST, '--vary', 'content_weight=0.1,1,5') == 0
    assert [config.objective.content_weight for config, _ in transfers] == [0.1, 1, 5]
    assert 'content_weight 1, done already' in capsys.readouterr().err
    assert open('s_content_weight_1.png', 'rb').read() == before
    assert [row['content_weight'] for row in table()] == ['0.1', '1', '5']


def test_an_interrupted_sweep_goes_on(folder, transfers, monkeypatch):
    """Ctrl-C in the second run, and as if it had come between a picture and its record."""
    real = transfer.transfer_style

    def interrupted(content, style, config, **others):
        if config.objective.content_weight == 1:
            raise KeyboardInterrupt
        return real(content, style, config, **others)

    with monkeypatch.context() as patch:
        patch.setattr(transfer, 'transfer_style', interrupted)
        assert sweep(*FAST, *TWO) == 130
    assert [row['content_weight'] for row in table()] == ['0.1'] and os.path.exists('s.png')
    Image.new('RGB', (4, 4)).save('s_content_weight_1.png')
    assert sweep(*FAST, *TWO) == 0
    assert [config.objective.content_weight for config, _ in transfers] == [0.1, 1]
    assert Image.open('s_content_weight_1.png').size == (43, 36)


@pytest.mark.parametrize(
    'damage',
    [
        lambda: os.remove('s_content_weight_1.png'),
        lambda: os.remove('s_content_weight_1.json'),
    ],
)
def test_a_cell_that_lost_a_file_is_made_again(damage, folder, transfers):
    assert sweep(*FAST, *TWO) == 0
    damage()
    assert sweep(*FAST, *TWO) == 0
    assert [config.objective.content_weight for config, _ in transfers] == [0.1, 1, 1]
    assert len(table()) == 2


@pytest.mark.parametrize('edited', [{}, {'iterations': 'none'}, {'iterations': [1]}])
def test_a_record_that_somebody_edited_is_not_taken_for_a_result(edited, folder, capsys):
    assert sweep(*FAST, *TWO) == 0
    name = 's_content_weight_1.json'
    record = {key: value for key, value in json.load(open(name)).items() if key != 'iterations'}
    with open(name, 'w') as file:
        json.dump(record | edited, file)
    capsys.readouterr()
    assert sweep(*FAST, *TWO) == 1
    assert 'exists already' in error_line(capsys)


@pytest.mark.parametrize('change', ['settings', 'content', 'style'])
def test_results_of_another_run_are_neither_taken_nor_replaced(change, folder, transfers, capsys):
    assert sweep(*FAST, *TWO) == 0
    options = [*FAST, *TWO, *(['--seed', '1'] if change == 'settings' else [])]
    if change != 'settings':
        Image.new('RGB', (48, 40), 'red').save({'content': 'base.png'}.get(change, 'style.png'))
    before = open('s_content_weight_1.png', 'rb').read()
    capsys.readouterr()
    assert sweep(*options) == 1
    assert 's_content_weight_0.1.png exists already' in error_line(capsys)
    assert open('s_content_weight_1.png', 'rb').read() == before
    assert sweep(*options, '--force') == 0
    assert len(transfers) == 4


@pytest.mark.parametrize('name', ['s.png', 's.csv', 's_content_weight_1.png', 's_content_weight_1.json'])
def test_files_of_others_stay(name, folder, capsys):
    with open(name, 'w') as file:
        file.write('mine')
    assert sweep(*FAST, *TWO) == 1
    assert f'{name} exists already' in error_line(capsys)
    assert open(name).read() == 'mine'
    assert sorted(os.listdir()) == sorted(['base.png', 'style.png', name])


def at_the_start(run):
    """Fail before there is any picture."""
    raise NonFiniteLossError('The loss is nan at evaluation 1.')


def on_the_way(run):
    """Fail with the best picture so far, which is written."""
    error = LineSearchError('No smaller loss is found.')
    return replace(run(), failure=error, stop_reason=str(error), iterations=())


def in_writing(run):
    """Fail when the picture is to be written: something else has its name."""
    os.mkdir('s_content_weight_0.1.png')
    return run()


FAILURES = {
    at_the_start: 'The loss is nan at evaluation 1.',
    on_the_way: 'No smaller loss is found.',
    in_writing: 'Could not write s_content_weight_0.1.png.',
}


@pytest.fixture
def failing(monkeypatch):
    """Return a function that has the cell of content weight 0.1 fail, and returns one that heals it."""

    def let_fail(fail):
        real = transfer.transfer_style

        def transfer_style(content, style, config, **others):
            def run():
                return real(content, style, config, **others)

            return fail(run) if config.objective.content_weight == 0.1 else run()

        monkeypatch.setattr(transfer, 'transfer_style', transfer_style)
        return lambda: monkeypatch.setattr(transfer, 'transfer_style', real)

    return let_fail


@pytest.mark.parametrize('fail', FAILURES)
def test_a_cell_that_fails_is_noted_and_the_others_are_made(fail, folder, failing, monkeypatch, capsys):
    (folder / 'temporary').mkdir()
    monkeypatch.setattr(tempfile, 'tempdir', str(folder / 'temporary'))
    failing(fail)
    assert sweep(*FAST, *TWO) == 1
    assert '1 of 2 failed: content_weight 0.1. The reasons are in s.csv' in error_line(capsys)
    failed, made = table()
    assert failed['content_weight'] == '0.1' and failed['stop_reason'].startswith(FAILURES[fail])
    assert failed['picture'] == ('s_content_weight_0.1.png' if fail is on_the_way else '')
    assert made['content_weight'] == '1' and made['picture'] == 's_content_weight_1.png'
    assert float(made['loss']) > 0


@pytest.mark.parametrize('fail', [at_the_start, on_the_way])
def test_the_sheet_says_why_a_cell_failed(fail, folder, failing, monkeypatch):
    shown = []
    monkeypatch.setattr(
        sweep_results,
        'contact_sheet',
        lambda rows, title: shown.extend(rows) or contact_sheet(rows, title),
    )
    failing(fail)
    assert sweep(*FAST, *TWO) == 1
    *_, failed, made = shown[-1]
    assert failed.label == f'content_weight 0.1\nFailed: {FAILURES[fail]}'
    assert (failed.pixels is None) == (fail is at_the_start)
    assert made.label == 'content_weight 1' and made.pixels is not None


@pytest.mark.parametrize('fail', [at_the_start, on_the_way])
def test_the_same_command_makes_only_what_failed(fail, folder, failing, transfers, capsys):
    heal = failing(fail)
    assert sweep(*FAST, *TWO) == 1
    assert sweep(*FAST, *TWO) == 1
    assert 'exists already' not in capsys.readouterr().err
    heal()
    transfers.clear()
    assert sweep(*FAST, *TWO) == 0
    assert [config.objective.content_weight for config, _ in transfers] == [0.1]
    assert [row['iterations_done'] for row in table()] == ['1', '1']


def test_a_failed_cell_whose_picture_somebody_replaced_is_not_overwritten(folder, failing, capsys):
    heal = failing(on_the_way)
    assert sweep(*FAST, *TWO) == 1
    heal()
    with open('s_content_weight_0.1.png', 'w') as file:
        file.write('mine')
    capsys.readouterr()
    assert sweep(*FAST, *TWO) == 1
    assert 's_content_weight_0.1.png exists already' in error_line(capsys)


def test_a_disk_that_is_full_for_a_while_does_not_end_the_sweep(folder, monkeypatch, capsys):
    """Sheet and table wait for the next picture, like the picture itself for a later try."""
    real, written = transfer.transfer_style, files.os.replace

    def replace_or_fail(source, target):
        if full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return written(source, target)

    def transfer_style(content, style, config, **others):
        nonlocal full
        full = config.objective.content_weight == 0.1
        return real(content, style, config, **others)

    full = False
    monkeypatch.setattr(files.os, 'replace', replace_or_fail)
    monkeypatch.setattr(transfer, 'transfer_style', transfer_style)
    assert sweep(*FAST, *TWO) == 1
    assert '1 of 2 failed: content_weight 0.1' in error_line(capsys)
    assert [row['picture'] for row in table()][1] == 's_content_weight_1.png'


DETERMINISTIC = """
import sys
from cli.main import main
code = main(sys.argv[1:])
import tensorflow as tf
print(code, tf.config.threading.get_inter_op_parallelism_threads())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    'command',
    [
        ['sweep', 'base.png', 'style.png', 's', *FAST, '--vary', 'init=content,noise'],
        ['reconstruct', 'style', 'base.png', 's', '--layers', 'block1_conv1', 'block2_conv1', *FAST[:-4]],
        ['reconstruct', 'style', 'base.png', 's', '--layer', 'block2_conv1', *FAST[:-4]],
    ],
    ids=['sweep', 'strip', 'reconstruction'],
)
def test_a_deterministic_sweep_twice_gives_the_same_bytes(command, folder):
    """In fresh processes; the first results are set aside, since a picture has its command in it."""
    results = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, '-c', DETERMINISTIC, *command, '--deterministic'],
            env=os.environ | {'PYTHONPATH': str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert done.stdout == '0 1\n', done.stderr
        for path in folder.glob('s*.json'):
            record = json.loads(path.read_text())
            assert record['deterministic'] is True
            assert record['threads'] == len(os.sched_getaffinity(0))
        names = sorted(path.name for path in folder.glob('s*.png') if path.name != 'style.png')
        results.append({name: (folder / name).read_bytes() for name in names})
        for path in [*folder.glob('s*.json'), *folder.glob('s*.csv'), *map(folder.joinpath, names)]:
            path.unlink()
    assert results[0] == results[1] and len(results[0]) in (1, 3)


def test_determinism_is_for_the_whole_sweep(folder, capsys):
    assert sweep(*FAST, '--vary', 'deterministic=yes,no') == 2
    assert 'Expected one value of deterministic' in error_line(capsys)


def test_in_a_folder_the_results_are_named_after_the_pictures(folder):
    assert sweep(*FAST, *TWO, prefix='out/') == 0
    assert sorted(os.listdir('out')) == sorted(
        ['base_style.png', 'base_style.csv']
        + [f'base_style_content_weight_{weight}{end}' for weight in ('0.1', '1') for end in ('.png', '.json')]
    )


def test_a_cell_can_be_repeated_from_its_record(folder):
    assert sweep(*FAST, *TWO) == 0
    assert main(['transfer', '--from', 's_content_weight_1.json', 'again']) == 0
    np.testing.assert_array_equal(Image.open('again.png'), Image.open('s_content_weight_1.png'))


def test_a_colour_may_be_the_style_and_the_prefix_chooses_the_format(folder):
    assert sweep(*FAST, *TWO, style='black', prefix='new/s.jpg') == 0
    assert sorted(os.listdir('new')) == [
        's.csv',
        's.jpg',
        's_content_weight_0.1.jpg',
        's_content_weight_0.1.json',
        's_content_weight_1.jpg',
        's_content_weight_1.json',
    ]


def test_weights_may_vary(folder, transfers):
    assert sweep(*FAST, '--vary', 'seed=1,2') == 0
    assert len({id(network) for _, network in transfers}) == 2


@pytest.mark.parametrize(
    'options, code, message',
    [
        ([], 2, 'arguments are required: --vary'),
        (['--vary', 'content_wait=1'], 2, "Did you mean 'content_weight'?"),
        (['--vary', 'content_weight=-1'], 2, 'Expected content_weight'),
        (['--vary', 'content_weight'], 2, 'Expected --vary FIELD=VALUE'),
        (['--vary', 'weights=missing.h5,random'], 1, 'missing.h5'),
        (['--vary', 'init=content,picture'], 2, 'Expected --init PATH for init picture'),
        ([*TWO, '--image-height', '31'], 1, 'Expected at least 32 pixels'),
        ([*TWO, '--preset', 'nothing'], 2, 'invalid choice'),
        ([*TWO, '--save-every', '2'], 2, 'unrecognized arguments'),
    ],
)
def test_what_cannot_be_used(options, code, message, folder, capsys):
    before = sorted(os.listdir())
    assert sweep(*FAST, *options) == code
    assert message in error_line(capsys)
    assert sorted(os.listdir()) == before


@pytest.mark.parametrize('prefix', ['', '...', 'new/...'])
def test_a_prefix_that_is_none(prefix, folder, capsys):
    assert sweep(*FAST, *TWO, prefix=prefix) == 2
    assert 'Expected PREFIX' in error_line(capsys)


def test_weights_that_cannot_be_had_are_a_cells_own_trouble(folder, monkeypatch, capsys):
    """The network is found when its cell's turn comes."""

    def none(*arguments, **others):
        raise WeightsError('No VGG19 weights can be had.')

    announce = sweep_runs.announce_network
    monkeypatch.setattr(
        sweep_runs,
        'announce_network',
        lambda config, *rest, **others: (
            none() if config.computation.weights == 'imagenet' else announce(config, *rest, **others)
        ),
    )
    options = [option for option in FAST if option not in ('--weights', 'random')]
    assert sweep(*options, '--vary', 'weights=imagenet,random') == 1
    assert '1 of 2 failed: weights imagenet' in error_line(capsys)
    failed, made = table()
    assert failed['stop_reason'] == 'No VGG19 weights can be had.' and float(made['loss']) > 0
