"""Every name that will be written is known to be writable before the first evaluation."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from cli.main import main
from cli.runs.outputs import Outputs
from nst_lbfgs.errors import OutputExistsError
from nst_lbfgs.run_config import RunConfig

from ...support.error_lines import error_line

LAYERS = ['--content-layer', 'block1_conv1', '--style-layer', 'block1_conv1']
SHORT = ['--weights', 'random', '--iter', '1', '--maxfun', '1', '--image-height', '36']
RUN = [*SHORT, *LAYERS, '--save-every', '0']

pytestmark = pytest.mark.usefixtures('folder')


def test_millions_of_iterations_are_not_counted_before_the_first(monkeypatch):
    """The few names that exist are looked up, not the many that do not."""
    config = replace(RunConfig(), transfer=replace(RunConfig().transfer, iterations=2**31 - 1))
    outputs = Outputs.of('out', replace(config, pictures=replace(config.pictures, save_every=7)), '')
    for name in ('out_at_iteration_3.png', 'out_at_iteration_07.png', 'out_at_iteration_9999999999.png'):
        Path(name).touch()  # none of them is to be saved
    outputs.check(overwrite=False)
    Path('out_at_iteration_700000000.png').touch()
    with pytest.raises(OutputExistsError, match='out_at_iteration_700000000.png exists already'):
        outputs.check(overwrite=False)
    outputs.check(overwrite=True)


def test_as_many_iterations_as_can_be_asked_for_end_at_the_deadline(capsys):
    most = str(2**31 - 1)
    options = ['--iter', most, '--maxfun', most, '--save-every', '1000', '--max-seconds', '1e-9']
    assert main(['transfer', 'base.png', 'style.png', 'out', *RUN, *options]) == 0
    assert 'after 1 evaluations: the 1e-09 seconds of --max-seconds are over' in capsys.readouterr().err


IN_THE_WAY = ['out.png', 'out.json', 'out.checkpoint', 'out_at_iteration_0.png']


@pytest.mark.parametrize('name', IN_THE_WAY)
@pytest.mark.parametrize('make', [os.mkdir, os.mkfifo], ids=['folder', 'pipe'])
@pytest.mark.parametrize('options', [[], ['--force']], ids=['', '--force'])
def test_what_cannot_be_replaced_is_found_before_the_first_evaluation(
    name, make, options, capsys, monkeypatch
):
    make(name)
    monkeypatch.setattr('cli.runs.starting.start_tensorflow', lambda *_: pytest.fail('it was too late'))
    assert main(['transfer', 'base.png', 'style.png', 'out', *RUN, '--save-every', '1', *options]) == 1
    assert name in error_line(capsys) and sorted(os.listdir()) == sorted(['base.png', 'style.png', name])


@pytest.mark.parametrize('name', ['out.csv', 'out_seed_2.json', 'out_seed_2.png'])
def test_so_it_is_for_a_sweep(name, capsys, monkeypatch):
    os.mkdir(name)
    monkeypatch.setattr('cli.runs.sweep.start_tensorflow', lambda *_: pytest.fail('it was too late'))
    assert main(['sweep', 'base.png', 'style.png', 'out', *SHORT, '--vary', 'seed=1,2', '--force']) == 1
    assert name in error_line(capsys) and sorted(os.listdir()) == sorted(['base.png', 'style.png', name])


@pytest.mark.skipif(os.name != 'posix', reason='names have other limits')
@pytest.mark.parametrize(
    'save_every, ending', [('0', '.checkpoint'), ('1', '_at_iteration_999999.png')], ids=['none', 'each']
)
def test_the_longest_name_decides(save_every, ending, folder, capsys, monkeypatch):
    room = os.pathconf(folder, 'PC_NAME_MAX') - len(ending)
    monkeypatch.setattr('cli.runs.starting.start_tensorflow', lambda *_: pytest.fail('it was too late'))
    options = [*RUN, '--iter', '1000000', '--save-every', save_every]
    assert main(['transfer', 'base.png', 'style.png', 'p' * (room + 1), *options]) == 1
    assert f'{ending}: File name too long' in error_line(capsys)
    monkeypatch.setattr('cli.runs.starting.start_tensorflow', lambda *_: None)
    assert main(['transfer', 'base.png', 'style.png', 'p' * room, *options, '--max-seconds', '1e-9']) == 0
    assert ('p' * room + '.checkpoint') in os.listdir()
    assert not [name for name in os.listdir() if name.startswith('.')]


PICTURE, PREFIX = os.fsdecode(b'b\xff.png'), os.fsdecode(b'out\xfe')


@pytest.fixture
def no_text(folder):
    """Names of bytes that are no UTF-8. They work, and the record, valid JSON, finds the files again."""
    if os.name != 'posix':
        pytest.skip('names are text there')
    os.rename('base.png', PICTURE)


def test_a_transfer_with_names_that_are_no_text_is_resumed_and_repeated(no_text):
    assert main(['transfer', PICTURE, 'style.png', PREFIX, *RUN]) == 0
    record = json.loads(Path(f'{PREFIX}.json').read_bytes().decode('utf-8'))
    assert Path(record['content_path']).exists() and Path(record['picture']).exists()
    assert 'PREFIX' in Image.open(f'{PREFIX}.png').text['nst-lbfgs command']
    assert main(['transfer', '--resume', PREFIX, '--iter', '2']) == 0
    assert main(['transfer', '--from', f'{PREFIX}.json', 'again.jpg']) == 0


def test_a_sweep_and_a_reconstruction_with_names_that_are_no_text(no_text):
    assert main(['sweep', PICTURE, 'style.png', PREFIX, *SHORT, *LAYERS, '--vary', 'seed=1,2']) == 0
    assert Path(f'{PREFIX}.csv').read_text('utf-8').count('out\\udcfe_seed_') == 2
    layers = ['--layer', 'block1_conv1', 'block1_conv2']
    command = ['reconstruct', 'style', PICTURE, f'{PREFIX}_r', *layers, *SHORT]
    assert main(command) == 0
    assert Path(f'{PREFIX}_r_block1_conv2.json').exists()
