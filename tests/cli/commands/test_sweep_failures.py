"""Cells of a sweep that fail: noted, the others made, and made again by the same command."""

from __future__ import annotations

import errno
import os
import tempfile
from dataclasses import replace

import pytest

from cli.runs import sweep as sweep_runs
from cli.runs import sweep_results
from nst_lbfgs import files, transfer
from nst_lbfgs.errors import LineSearchError, NonFiniteLossError, WeightsError
from nst_lbfgs.pictures.contact_sheet import contact_sheet

from ...support.error_lines import error_line
from .test_sweep import FAST, TWO, sweep, table


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
