"""`nst-lbfgs batch` through main(argv), in one process, on small pictures and random weights."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
from PIL import Image

from cli.main import main

from ...support.error_lines import error_line
from .conftest import FAST, OWN, batch, table

ENDINGS = ('.html', '.json', '.png', '_at_iteration_0.png', '_at_iteration_1.png')


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


def test_a_list_of_jobs_may_leave_out_what_it_does_not_set(pictures):
    pair = {'content': 'contents/frame2.png', 'style': 'styles/one.png'}
    Path('jobs.json').write_text(json.dumps([pair, pair | {'name': 'other', 'iter': 1}]))
    assert batch('--jobs', 'jobs.json') == 0
    assert [row['iter'] for row in table()] == ['', '1']


def test_results_are_no_contents_of_the_same_command(pictures, ran):
    assert batch('**/frame*.png', '--styles', 'styles/one.png') == 0
    assert batch('**/frame*.png', '--styles', 'styles/one.png') == 0
    assert len(ran) == 2 and len(table()) == 2


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
