"""`nst-lbfgs sweep` through main(argv), on small pictures and random weights."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.main import main
from nst_lbfgs import transfer

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
            's.html',
            *(name + ending for name in names for ending in ('.png', '.json', '.html')),
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


def test_what_is_done_stays_done_with_other_settings_of_memory(folder, transfers):
    """As after a sweep that ran out of it: what was computed in more memory is the same picture."""
    assert sweep(*FAST, *TWO) == 0
    assert sweep(*FAST, *TWO, '--memory-limit', '6GB') == 0
    assert sweep(*FAST, *TWO, '--band-rows', '32') == 0
    assert len(transfers) == 2


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
        others = [path for end in ('json', 'csv', 'html') for path in folder.glob(f's*.{end}')]
        for path in [*others, *map(folder.joinpath, names)]:
            path.unlink()
    assert results[0] == results[1] and len(results[0]) in (1, 3)


def test_determinism_is_for_the_whole_sweep(folder, capsys):
    assert sweep(*FAST, '--vary', 'deterministic=yes,no') == 2
    assert 'Expected one value of deterministic' in error_line(capsys)


def test_in_a_folder_the_results_are_named_after_the_pictures(folder):
    assert sweep(*FAST, *TWO, prefix='out/') == 0
    assert sorted(os.listdir('out')) == sorted(
        [f'base_style{end}' for end in ('.png', '.csv', '.html')]
        + [
            f'base_style_content_weight_{weight}{end}'
            for weight in ('0.1', '1')
            for end in ('.png', '.json', '.html')
        ]
    )


def test_a_cell_can_be_repeated_from_its_record(folder):
    assert sweep(*FAST, *TWO) == 0
    assert main(['transfer', '--from', 's_content_weight_1.json', 'again']) == 0
    np.testing.assert_array_equal(Image.open('again.png'), Image.open('s_content_weight_1.png'))


def test_a_colour_may_be_the_style_and_the_prefix_chooses_the_format(folder):
    assert sweep(*FAST, *TWO, style='black', prefix='new/s.jpg') == 0
    assert sorted(os.listdir('new')) == [
        's.csv',
        's.html',
        's.jpg',
        's_content_weight_0.1.html',
        's_content_weight_0.1.jpg',
        's_content_weight_0.1.json',
        's_content_weight_1.html',
        's_content_weight_1.jpg',
        's_content_weight_1.json',
    ]


def test_the_size_of_the_strokes_may_vary(folder, transfers):
    assert sweep(*FAST, '--vary', 'style_scale=1,2') == 0
    assert [row['style_scales'] for row in table()] == ['1', '2']
    records = [json.load(open(f's_style_scales_{scale}.json')) for scale in (1, 2)]
    assert [record['config']['styles']['style_scales'] for record in records] == [[1.0], [2.0]]
    assert len({record['loss'] for record in records}) == 2
    assert len({id(network) for _, network in transfers}) == 1


def test_settings_of_pictures_styles_and_colours_may_vary(folder, stripes, transfers):
    """With two styles; and what is done is not done again."""
    Image.fromarray(stripes[::-1].copy()).save('other.png')
    vary = [
        '--vary',
        'style_blend_weights=3+1,1+1',
        '--vary',
        'preserve_colors=yes,no',
        '--vary',
        'image_height=40',
    ]
    for _ in range(2):
        assert main(['sweep', 'base.png', 'style.png', 'other.png', 's', *FAST, *vary]) == 0
    assert len(transfers) == 4
    names = [row['picture'] for row in table()]
    assert names[0] == 's_style_blend_weights_3+1_preserve_colors_yes_image_height_40.png'
    assert {Image.open(name).size for name in names} == {(48, 40)}
    one, other, *_ = (np.asarray(Image.open(name)) for name in names)
    assert (one != other).any()
    sheet = Image.open('s.png')
    assert sheet.size[0] > 3 * 48  # base.png, style.png and other.png in a row


def test_the_sheet_shows_the_styles_as_they_are_used(folder, stripes, monkeypatch):
    Image.fromarray(np.tile(stripes, (1, 2, 1))[:, :60]).save('style.png')
    shown = []

    def contact_sheet(rows, title):
        shown.append([cell.pixels.shape for cell in rows[0][:2]])
        return stripes

    monkeypatch.setattr('cli.runs.sweep_results.contact_sheet', contact_sheet)
    assert sweep(*FAST, '--image-height', '40', '--vary', 'seed=1') == 0
    assert shown[-1] == [(40, 48, 3), (32, 48, 3)]


def test_files_are_read_once_for_all_cells(folder, monkeypatch):
    from nst_lbfgs.pictures import plain

    read = []
    reading = plain.read_picture
    monkeypatch.setattr(plain, 'read_picture', lambda path, **_: read.append(str(path)) or reading(path))
    assert sweep(*FAST, *TWO) == 0
    assert read == ['base.png', 'style.png']


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
        (['--vary', 'init=content,picture'], 2, 'Expected init_path for init picture'),
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
