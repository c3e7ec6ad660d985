"""The checkpoint file: exact, whole, and refused in our own words when it is damaged."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_lbfgs.errors import CheckpointError, OutputWriteError, RecordError, WeightsError
from nst_lbfgs.progress import IterationLosses, TransferState
from nst_lbfgs.records.checkpoint import MAGIC, read_checkpoint, write_checkpoint
from nst_lbfgs.records.record import parse_record, to_json
from nst_lbfgs.run_config import RunConfig
from nst_lbfgs.search.curvature import Pairs
from nst_lbfgs.search.evaluations import Place, Terms
from nst_lbfgs.search.state import Done, SearchState
from nst_lbfgs.weights.h5_file import read_convolutions

from ..support.mutations import damaged, many
from ..support.settings import transfer_config

HEIGHT, WIDTH = 4, 5
SIZE = 3 * HEIGHT * WIDTH
RUN = {
    'config': RunConfig(transfer_config(iterations=7, weights='random')),
    'content_path': '/é/a.png',
    'style_paths': ['b.png'],
    'prefix': 'c',
    'height': HEIGHT,
    'width': WIDTH,
}


TERMS = Terms(1e8 / 3, 2.0, 0.5)


def state_with(pairs, moments=0, best=False):
    values = np.random.default_rng(0).normal(0, 100, (2 + 2 * pairs + moments, SIZE))
    rounded = [row.astype(np.float32) for row in values[2 : 2 + 2 * pairs]]
    return TransferState(
        (IterationLosses(0, 20, 3.5, 1.0, 2.0, 0.5, 7.25), IterationLosses(1, 41, 1e8, 1.0, 2.0, 0.5, 7.0)),
        SearchState(
            Done(2, 41),
            False,
            values[0],
            TERMS,
            values[1].astype(np.float32) if pairs or moments else np.empty(0),  # as it was computed
            Pairs(tuple(rounded[:pairs]), tuple(rounded[pairs:])),
            tuple(values[2 + 2 * pairs :]),
            Place(values[0] + 1, Terms(1.0, 2.0, 3.0)) if best else None,
        ),
    )


def arrays_of(search):
    pairs = (*search.pairs.steps, *search.pairs.gradient_changes)
    best = [search.best.x] if search.best else []
    return [search.iterate, *best, search.gradient, *search.moments, *pairs]


def written(path, pairs=2):
    write_checkpoint(path, RUN, state_with(pairs))
    return path.read_bytes()


@pytest.mark.parametrize('pairs, moments, best', [(0, 0, False), (1, 0, True), (4, 0, False), (0, 2, True)])
def test_what_is_written_is_read_exactly(pairs, moments, best, tmp_path):
    state = state_with(pairs, moments, best)
    write_checkpoint(tmp_path / 'a', RUN, state)
    checkpoint = read_checkpoint(tmp_path / 'a')
    read = checkpoint.state
    assert checkpoint.run['config'] == RUN['config'] and checkpoint.run['content_path'] == '/é/a.png'
    assert read.iterations == state.iterations and read.search.done == state.search.done
    assert read.search.terms == TERMS
    assert (read.search.best.terms == Terms(1.0, 2.0, 3.0)) if best else read.search.best is None
    for expected, actual in zip(arrays_of(state.search), arrays_of(read.search), strict=True):
        assert actual.dtype == expected.dtype
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize(
    'pairs, loss, known',
    [(0, None, False), (2, 1e8, True), (2, 0.9e8, False)],
    ids=['perhaps after a recovery', 'at the end of an iteration', 'some steps later'],
)
def test_a_checkpoint_of_version_0_1_0_is_read(pairs, loss, known, tmp_path):
    """It has the loss, and that with a gradient only: the terms are the last iteration's, or unknown."""

    def as_then(header):
        del header['search']['terms'], header['search']['moments'], header['search']['best']
        header['search']['loss'] = loss

    (tmp_path / 'b').write_bytes(with_header(written(tmp_path / 'a', pairs), as_then))
    search = read_checkpoint(tmp_path / 'b').state.search
    assert search.terms == (Terms(1.0, 2.0, 0.5) if known else None)
    for expected, actual in zip(arrays_of(state_with(pairs).search), arrays_of(search), strict=True):
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize('settings', [{'optimizer': 'adam'}, {'restart': True}], ids=str)
def test_with_adam_and_restarts_version_0_1_0_stood_where_its_last_iteration_ended(settings, tmp_path):
    """And it did not count Adam's last evaluation of each iteration."""

    def as_then(header):
        for name in ('terms', 'moments', 'best'):
            del header['search'][name]
        header['search'].update(loss=None, evaluations=40)

    run = RUN | {'config': RunConfig(transfer_config(iterations=7, weights='random', **settings))}
    write_checkpoint(tmp_path / 'a', run, state_with(0))
    (tmp_path / 'b').write_bytes(with_header((tmp_path / 'a').read_bytes(), as_then))
    search = read_checkpoint(tmp_path / 'b').state.search
    assert search.terms == Terms(1.0, 2.0, 0.5) and search.done == Done(2, 41)


def test_a_run_that_has_finished_no_iteration_has_a_checkpoint(tmp_path):
    write_checkpoint(tmp_path / 'a', RUN, None)
    assert read_checkpoint(tmp_path / 'a').state is None


def test_there_is_no_pickle_in_it(tmp_path):
    """JSON and plain arrays: the bytes are those that the module's description adds up to."""
    data = written(tmp_path / 'a', 2)
    length = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 8], 'little')
    header = json.loads(data[len(MAGIC) + 8 : len(MAGIC) + 8 + length])
    assert set(header) == {'run', 'iterations', 'search'}
    assert len(data) == len(MAGIC) + 8 + length + SIZE * (2 * 8 + 4 * 4) + 32
    assert data[-32:] == hashlib.sha256(data[:-32]).digest()


def test_every_single_byte_is_guarded(tmp_path):
    data = written(tmp_path / 'a', 0)
    for position in range(0, len(data), 7):
        damaged = bytearray(data)
        damaged[position] ^= 1
        (tmp_path / 'b').write_bytes(damaged)
        with pytest.raises(CheckpointError):
            read_checkpoint(tmp_path / 'b')


@pytest.mark.parametrize('length', [0, 5, len(MAGIC), len(MAGIC) + 8, 200, -1])
def test_a_shorter_file_is_damaged(length, tmp_path):
    (tmp_path / 'b').write_bytes(written(tmp_path / 'a')[:length])
    with pytest.raises(CheckpointError, match='checkpoint .*b cannot be used'):
        read_checkpoint(tmp_path / 'b')


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for name in ('missing', '.'):
        with pytest.raises(CheckpointError, match='Cannot read the checkpoint'):
            read_checkpoint(tmp_path / name)


def with_header(data, change):
    """The file with another header and a right digest: what damage could not make, but a program can."""
    start = len(MAGIC) + 8
    length = int.from_bytes(data[len(MAGIC) : start], 'little')
    header = json.loads(data[start : start + length])
    change(header)
    new = json.dumps(header).encode()
    body = MAGIC + len(new).to_bytes(8, 'little') + new + data[start + length : -32]
    return body + hashlib.sha256(body).digest()


@pytest.mark.parametrize(
    'change',
    [
        lambda h: h.pop('run'),
        lambda h: h['run'].update(height=2**31),
        lambda h: h['run'].update(height=HEIGHT + 1),
        lambda h: h['run'].update(width=-WIDTH),
        lambda h: h['run'].update(width=True),
        lambda h: h['run']['config']['transfer'].update(iterations=0),
        lambda h: h['run']['config'].pop('pictures'),
        lambda h: h['search'].update(pairs=10**9),
        lambda h: h['search'].update(pairs=1),
        lambda h: h['search'].update(gradients=0),
        lambda h: h['search'].update(bounded='no'),
        lambda h: h['search'].update(iterations=1),
        lambda h: h['search'].update(evaluations=None),
        lambda h: h['search'].update(terms=[1.0, float('nan'), 2.0]),
        lambda h: h['search'].update(terms=[1.0, 10**400, 2.0]),
        lambda h: h['search'].update(terms=3.0),
        lambda h: h['search'].update(moments=1),
        lambda h: h['search'].update(best=[1.0, 2.0, 3.0]),
        lambda h: h['search'].update(best=1),
        lambda h: h['search'].update(moments=2),
        lambda h: h.update(search=3),
        lambda h: h.update(iterations=None),
        lambda h: h['iterations'][0].pop('loss'),
        lambda h: h['iterations'][0].update(loss='x'),
    ],
)
def test_a_header_that_does_not_fit_is_refused(change, tmp_path):
    (tmp_path / 'b').write_bytes(with_header(written(tmp_path / 'a'), change))
    with pytest.raises(CheckpointError):
        read_checkpoint(tmp_path / 'b')


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    data = bytearray(written(tmp_path / 'a')[:-32])
    data[-4:] = np.float32(np.nan).tobytes()
    (tmp_path / 'b').write_bytes(data + hashlib.sha256(data).digest())
    with pytest.raises(CheckpointError, match='finite'):
        read_checkpoint(tmp_path / 'b')


@pytest.mark.parametrize(
    'name, code', [('replace', errno.ENOSPC), ('fsync', errno.EIO), ('replace', errno.EROFS)]
)
def test_a_write_that_fails_leaves_the_old_checkpoint_and_nothing_else(name, code, tmp_path, monkeypatch):
    path = tmp_path / 'a'
    before = written(path, 1)

    def fail(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, name, fail)
    with pytest.raises(OutputWriteError, match=os.strerror(code)):
        write_checkpoint(path, RUN, state_with(3))
    monkeypatch.undo()
    assert path.read_bytes() == before and os.listdir(tmp_path) == ['a']


def mutations(data):
    """Strategy: `data`, damaged."""
    return damaged(data).filter(lambda mutated: mutated != data)


EXAMPLES = many(150)


@EXAMPLES
@given(st.data())
def test_mutated_checkpoints_end_in_our_own_errors(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp('fuzz', numbered=True) if not _folders else _folders[0]
    _folders[:] = [folder]
    path = folder / 'x'
    path.write_bytes(data.draw(mutations(_sample('checkpoint', lambda: written(folder / 'a')))))
    with pytest.raises(CheckpointError):
        read_checkpoint(path)


@EXAMPLES
@given(st.data())
def test_mutated_checkpoints_with_a_right_digest_end_in_our_own_errors(tmp_path_factory, data):
    """So that the checks behind the digest are reached too. A mutation may happen to be harmless."""
    folder = _folders[0] if _folders else tmp_path_factory.mktemp('fuzz', numbered=True)
    _folders[:] = [folder]
    body = data.draw(mutations(_sample('checkpoint', lambda: written(folder / 'a'))[:-32]))
    path = folder / 'x'
    path.write_bytes(body + hashlib.sha256(body).digest())
    try:
        read_checkpoint(path)
    except CheckpointError:
        pass


@EXAMPLES
@given(st.data())
def test_mutated_records_end_in_our_own_errors(data):
    losses = [asdict(losses) for losses in state_with(0).iterations]
    sample = _sample('record', lambda: to_json(RUN | {'iterations': losses}))
    try:
        parse_record(data.draw(mutations(sample)))
    except RecordError:
        pass


@EXAMPLES
@given(st.data())
def test_mutated_weights_end_in_our_own_errors(tmp_path_factory, data):
    """The structure of a weights file, with arrays of a few numbers: HDF5 itself is what is fed."""
    folder = _folders[0] if _folders else tmp_path_factory.mktemp('fuzz', numbered=True)
    _folders[:] = [folder]
    path = folder / 'weights.h5'
    path.write_bytes(data.draw(mutations(_sample('weights', lambda: tiny_weights(folder / 'w.h5')))))
    with pytest.raises(WeightsError):
        list(read_convolutions(path))


_samples: dict[str, bytes] = {}
_folders: list[Path] = []


def _sample(name, make):
    if name not in _samples:
        _samples[name] = make()
    return _samples[name]


def tiny_weights(path):
    """An h5 file in Keras's layout whose first layer is right and whose second is too small."""
    with h5py.File(path, 'w') as file:
        names = [f'block1_conv{index}' for index in (1, 2)] + ['pool']
        file.attrs['layer_names'] = np.array([name.encode() for name in names])
        for name in names:
            group = file.create_group(name)
            weights = [b'kernel:0', b'bias:0'] if 'conv' in name else []
            group.attrs['weight_names'] = np.array(weights, 'S8')
            if weights:
                group['kernel:0'] = np.ones((3, 3, 3, 64), np.float32)
                group['bias:0'] = np.ones(64, np.float32)
    return path.read_bytes()
