"""`nst-lbfgs bench`: its arguments, its order, its report and files, and what ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

import cli.runs.benchmark
import nst_lbfgs.benchmark
from cli.main import main
from nst_lbfgs.benchmark.outcomes import OLD_WAY, Ceiling, Mark, Race, Rate
from nst_lbfgs.benchmark.pairs import Pair
from nst_lbfgs.errors import MeasurementError

from ...support.fake_weights import write_hollow_vgg19

ROOT = Path(__file__).parents[3]
MACHINE = {'device': 'a machine', 'tensorflow': '2', 'keras': '3', 'scipy': '1', 'python': '3'}
OUTCOMES = {
    'ceiling': Ceiling({'float32': 1e11, 'bfloat16': 4e11}, {'float32': 2e11, 'bfloat16': 5e11}, MACHINE),
    ('rate', OLD_WAY): Rate(10, 20.0, 3.0, 3_000_000_000),
    ('rate', 'float32'): Rate(10, 5.0, 2.0, 1_000_000_000),
    ('rate', 'bfloat16'): Rate(10, 2.0, 2.0, 900_000_000),
    ('race', OLD_WAY): Race([2.0, 40.0], [9e9, 2e9], [Mark(10, 40.0, 2e9)]),
    ('race', 'float32'): Race([2.0, 8.0], [5e9, 2e9], []),
    ('race', 'bfloat16'): Race([1.0, 2.0], [5e9, 1.9e9], []),
}


def bench(*arguments):
    """Return the exit code; argparse's own exits too."""
    try:
        return main(['bench', *arguments])
    except SystemExit as exit_:
        return exit_.code


class Measurements:
    """Stands in for the processes: notes what it is asked, answers from OUTCOMES or fails."""

    def __init__(self, failing=()):
        self.asked = []
        self.shapes = []
        self._failing = failing

    def __call__(self, kind, arguments, *, time_limit, verbose):
        key = 'ceiling' if kind == 'ceiling' else (kind, arguments['way'])
        self.asked.append((key, arguments))
        if kind != 'ceiling':
            self.shapes.append(Pair.load(Path(arguments['pictures'])).content.shape)
        if key in self._failing:
            raise MeasurementError('killed by SIGKILL')
        return OUTCOMES[key]


@pytest.fixture
def measurements(monkeypatch, tmp_path):
    """Nothing is really measured; the working directory is empty."""
    monkeypatch.chdir(tmp_path)
    fake = Measurements()
    monkeypatch.setattr(cli.runs.benchmark, 'run_measurement', fake)
    return fake


RANDOM = ['--weights', 'random']


def test_each_repetition_measures_everything_once(measurements):
    assert bench(*RANDOM, '--sizes', '32', '48', '--repetitions', '2', '--evaluations', '7') == 0
    ways = [('rate', way) for way in (OLD_WAY, 'float32', 'bfloat16')]
    assert [key for key, _ in measurements.asked] == ['ceiling', *ways, *ways] * 2
    assert measurements.shapes == ([(32, 32, 3)] * 3 + [(48, 48, 3)] * 3) * 2
    assert all(arguments['evaluations'] == 7 for key, arguments in measurements.asked if 'rate' in key)


def test_without_the_old_way_only_ours_is_measured(measurements, capsys):
    assert bench(*RANDOM, '--sizes', '32', '--repetitions', '1', '--no-old-way') == 0
    assert [key for key, _ in measurements.asked] == ['ceiling', ('rate', 'float32'), ('rate', 'bfloat16')]
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if '32 x 32' in line]
    assert [row[9] for row in rows] == ['-', '-']


def test_our_way_races_for_the_lowest_loss_that_the_old_way_has_at_a_mark(measurements, monkeypatch):
    old = Race([2.0], [9e9], [Mark(1, 5.0, 4e9), Mark(3, 9.0, 3e9)])
    monkeypatch.setitem(OUTCOMES, ('race', OLD_WAY), old)
    assert bench(*RANDOM, '--sizes', '32', '--repetitions', '1', '--race', '--iterations', '3', '1') == 0
    races = {key[1]: arguments for key, arguments in measurements.asked if 'race' in key}
    assert races[OLD_WAY]['iterations'] == (1, 3) and 'target' not in races[OLD_WAY]
    assert races['float32']['target'] == races['bfloat16']['target'] == 3e9


def test_the_report_has_the_numbers(measurements, capsys):
    assert bench(*RANDOM, '--sizes', '32', '--race') == 0
    out = capsys.readouterr().out
    rows = {line.split('  ')[1].strip(): line.split() for line in out.splitlines() if '32 x 32' in line}
    assert {'old way', 'ours, float32', 'ours, bfloat16', 'drawn pictures'} == set(rows)
    assert 'a machine; TensorFlow 2, Keras 3, SciPy 1, Python 3' in out
    # evaluations/s with least and greatest, times the old way's rate, MB, seconds to the first
    assert rows['ours, bfloat16'][5:] == ['5.00', '(5.00', 'to', '5.00)', '10.0', '900', '8', '2%', '2.0']
    assert rows['old way'][5:11] == ['0.500', '(0.500', 'to', '0.500)', '1.0', '3,000']
    assert [line.split()[-4:] for line in out.splitlines() if '2.000e+09' in line] == [
        ['5.0', '(5.0', 'to', '5.0)'],
        ['20.0', '(20.0', 'to', '20.0)'],
    ]


def test_progress_counts_and_the_drawn_pictures_are_announced(measurements, capsys):
    assert bench(*RANDOM, '--sizes', '32', '--repetitions', '1') == 0
    error = capsys.readouterr().err
    assert 'No --pair was given: the pictures are drawn' in error
    assert [line.split(':')[0] for line in error.splitlines() if ' of ' in line][-4:] == [
        '1 of 4',
        '2 of 4',
        '3 of 4',
        '4 of 4',
    ]
    assert 'left' in error


def test_what_fails_is_reported_and_the_rest_goes_on(measurements, monkeypatch, capsys):
    measurements = Measurements(failing=[('rate', 'float32'), ('race', OLD_WAY)])
    monkeypatch.setattr(cli.runs.benchmark, 'run_measurement', measurements)
    assert (
        bench(
            *RANDOM,
            '--sizes',
            '32',
            '--repetitions',
            '2',
            '--race',
            '--json',
            'bench.json',
            '--plot',
            'race.png',
        )
        == 1
    )
    captured = capsys.readouterr()
    assert 'rate, 32 x 32, drawn pictures, ours, float32: killed by SIGKILL' in captured.out
    assert 'there is no loss of the old way to race for' in captured.out
    assert 'error: 8 of 14 measurements failed' in captured.err
    rates = {rate['case']['way']: rate for rate in json.loads(Path('bench.json').read_text())['rates']}
    assert rates['float32']['failures'] == ['killed by SIGKILL'] * 2
    assert rates['bfloat16']['evaluations_per_second']['median'] == 5.0
    assert os.listdir() == ['bench.json']  # nothing to plot


def test_json_holds_every_repetition_the_medians_and_the_machine(measurements):
    assert bench(*RANDOM, '--sizes', '32', '--repetitions', '2', '--race', '--json', 'bench.json') == 0
    results = json.loads(Path('bench.json').read_text())
    assert results['ceiling']['machine'] == MACHINE
    assert len(results['repetitions']) == 14
    assert {repetition['repetition'] for repetition in results['repetitions']} == {0, 1}
    assert [race['sooner']['median'] for race in results['races']] == [5.0, 20.0]
    assert results['command'].startswith('nst-lbfgs ')


def test_json_is_there_after_each_measurement(measurements, monkeypatch):
    """What an interrupted benchmark has measured is kept."""

    def interrupted(kind, arguments, **rest):
        if len(measurements.asked) == 3:
            raise KeyboardInterrupt
        return measurements(kind, arguments, **rest)

    monkeypatch.setattr(cli.runs.benchmark, 'run_measurement', interrupted)
    assert bench(*RANDOM, '--sizes', '32', '--json', 'bench.json') == 130
    assert len(json.loads(Path('bench.json').read_text())['repetitions']) == 3


def test_pairs_are_squashed_to_squares_and_named_apart(measurements, town, stripes):
    os.mkdir('other')
    for name in ('town.png', 'other/town.png'):
        Image.fromarray(town).save(name)
    Image.fromarray(stripes).save('stripes.png')
    assert (
        bench(
            *RANDOM,
            '--sizes',
            '32',
            '--race',
            '--pair',
            'town.png',
            'stripes.png',
            '--pair',
            'other/town.png',
            'stripes.png',
            '--json',
            'bench.json',
            '--plot',
            'race.png',
        )
        == 0
    )
    assert set(measurements.shapes) == {(32, 32, 3)}
    names = ['town, stripes', 'town, stripes (2)']
    results = json.loads(Path('bench.json').read_text())
    assert list(results['pairs_sha256']) == names
    assert {race['case']['pair'] for race in results['races']} == set(names)
    assert {rate['case']['pair'] for rate in results['rates']} == {names[0]}
    assert Image.open('race.png').size == (2 * 600, 520)


def test_measurements_find_the_weights_from_any_folder(measurements):
    write_hollow_vgg19(Path('hollow.h5'))
    assert bench('--weights', 'hollow.h5', '--sizes', '32', '--repetitions', '1') == 0
    assert {arguments['weights'] for key, arguments in measurements.asked if 'rate' in key} == {
        str(Path('hollow.h5').absolute())
    }


@pytest.mark.parametrize(
    'arguments, code, message',
    [
        (['--sizes', '31'], 2, 'Expected --sizes: an integer, 32 or more. Received: 31'),
        (['--sizes', 'large'], 2, 'invalid int value'),
        (['--precisions', 'float16'], 2, 'invalid choice'),
        (['--evaluations', '0'], 2, 'Expected --evaluations: an integer, 1 or more'),
        (['--repetitions', '0'], 2, 'Expected --repetitions: an integer, 1 or more'),
        (['--race', '--iterations', '0'], 2, 'Expected --iterations: an integer, 1 or more'),
        (['--iterations', '10'], 2, 'Expected --race together with --iterations'),
        (['--plot', 'race.png'], 2, 'Expected --race together with --plot'),
        (['--race', '--no-old-way'], 2, 'Expected --race without --no-old-way'),
        (
            ['--race', '--plot', 'race.gif'],
            2,
            'Expected --plot: a name that ends in .png or .svg. Received: race.gif',
        ),
        (['--race', '--plot', 'town.png'], 1, 'exists already'),
        (['--race', '--plot', 'race.png', '--json', 'race.png'], 2, 'Expected two names'),
        (['--json', 'town.png'], 1, 'exists already'),
        (['--json', 'no/bench.json'], 1, 'Cannot write no/bench.json'),
        (['--race', '--plot', 'no/race.png'], 1, 'Cannot write no/race.png'),
        (['--time-limit', '0'], 2, 'Expected --time-limit: a finite number above 0'),
        (['--pair', 'town.png', 'missing.png'], 1, 'missing.png'),
        (['--pair', 'town.png'], 2, 'expected 2 arguments'),
        (['--weights', 'missing.h5'], 1, 'missing.h5'),
    ],
)
def test_what_cannot_be_used_is_said_before_anything_is_measured(
    arguments, code, message, measurements, town, capsys
):
    Image.fromarray(town).save('town.png')
    assert bench(*arguments, *([] if '--weights' in arguments else RANDOM)) == code
    errors = [line for line in capsys.readouterr().err.splitlines() if 'error: ' in line]
    assert len(errors) == 1 and message in errors[0]
    assert measurements.asked == [] and os.listdir() == ['town.png']


def test_without_matplotlib_a_plot_is_refused_before_anything_is_measured(measurements, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, 'matplotlib', None)
    drawing = ('matplotlib.', 'nst_lbfgs.benchmark.plot', 'nst_lbfgs.plots')
    for name in [name for name in sys.modules if name.startswith(drawing)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(nst_lbfgs.benchmark, 'plot', raising=False)
    assert bench(*RANDOM, '--race', '--plot', 'race.png') == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert 'Expected matplotlib for --plot: pip install matplotlib. Received: ' in line
    assert measurements.asked == [] and os.listdir() == []


def measurement_of(parent):
    """Return the process that measures, if there is one; Python's `platform` starts others for a moment."""
    for child in Path(f'/proc/{parent}/task/{parent}/children').read_text().split():
        with suppress(OSError):
            if b'nst_lbfgs.benchmark.measure' in Path(f'/proc/{child}/cmdline').read_bytes():
                return child


@pytest.mark.skipif(not os.path.isdir('/proc/self/task'), reason='finds the child in /proc')
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_measurement_too(number, tmp_path):
    process = subprocess.Popen(
        [sys.executable, '-m', 'cli', 'bench', *RANDOM, '--sizes', '32'],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    while not (child := measurement_of(process.pid)):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(number)
    out, error = process.communicate()
    assert process.returncode == 128 + number
    assert 'Traceback' not in error and out == ''
    assert not os.path.exists(f'/proc/{child}')


@pytest.mark.slow
def test_a_small_benchmark_from_end_to_end(tmp_path, monkeypatch, capsys):
    """Random weights, 32 x 32; every measurement is a process that loads TensorFlow."""
    monkeypatch.chdir(tmp_path)
    assert (
        bench(
            *RANDOM,
            '--sizes',
            '32',
            '--precisions',
            'float32',
            '--evaluations',
            '2',
            '--repetitions',
            '1',
            '--race',
            '--iterations',
            '1',
            '--json',
            'bench.json',
            '--plot',
            'race.png',
        )
        == 0
    )
    results = json.loads(Path('bench.json').read_text())
    old, ours = results['rates']
    for rate in old, ours:
        assert rate['evaluations_per_second']['median'] > 0
        assert rate['peak_bytes']['median'] > 100e6
        assert 0 < rate['share']['median'] < 1
    assert results['races'][0]['sooner']['median'] > 0
    assert results['ceiling']['convolution']['float32'] > 1e9
    assert Image.open('race.png').size == (600, 520)
    assert '32 x 32' in capsys.readouterr().out
    assert sorted(os.listdir()) == ['bench.json', 'race.png']
