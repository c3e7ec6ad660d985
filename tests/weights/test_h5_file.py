"""VGG19 weight files: what is read, what is refused, what is written."""

from __future__ import annotations

import os
import re
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nst_lbfgs.errors import WeightsError
from nst_lbfgs.weights import h5_file
from nst_lbfgs.weights.h5_file import (
    Convolution,
    check_file,
    digest_of,
    read_convolutions,
    write_convolutions,
)
from tests.support import fake_weights
from tests.support.hostile_folder import imported
from tests.support.mutations import many


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Make VGG19 two channels wide and return arrays of that size."""
    monkeypatch.setattr(h5_file, 'CONVOLUTIONS', fake_weights.TINY_LAYERS)
    return fake_weights.tiny_arrays()


def assert_equal(read: list[Convolution], expected: list[tuple[str, np.ndarray, np.ndarray]]):
    assert [convolution.name for convolution in read] == [name for name, _, _ in expected]
    for convolution, (_, kernel, bias) in zip(read, expected, strict=True):
        np.testing.assert_array_equal(convolution.kernel, kernel)
        np.testing.assert_array_equal(convolution.bias, bias)
        assert convolution.kernel.dtype == convolution.bias.dtype == np.float32


def test_reads_legacy_weights(tmp_path, tiny):
    """A weights file of Keras 2 gives its arrays, layer by layer."""
    path = fake_weights.write_legacy_h5(tmp_path / 'w.h5', tiny)
    assert_equal(list(read_convolutions(path)), tiny)


def test_reads_a_whole_legacy_model(tmp_path, tiny):
    """A model that was saved whole holds its weights in a group of their own."""
    path = fake_weights.write_legacy_h5(tmp_path / 'w.hdf5', tiny, group='model_weights')
    assert_equal(list(read_convolutions(path)), tiny)


def test_reads_keras_3_weights(tmp_path, tiny):
    """A *.weights.h5 file numbers its layers: conv2d_10 comes after conv2d_9, not conv2d_1."""
    path = fake_weights.write_keras3_h5(tmp_path / 'w.weights.h5', tiny)
    assert_equal(list(read_convolutions(path)), tiny)


def test_goes_by_order_not_by_name(tmp_path, tiny):
    """Like Keras's loader: a file with other names for the layers is as good."""
    renamed = [(f'conv_{index}', kernel, bias) for index, (_, kernel, bias) in enumerate(tiny)]
    path = fake_weights.write_legacy_h5(tmp_path / 'w.h5', renamed)
    assert_equal(list(read_convolutions(path)), tiny)


def test_other_float_sizes_become_float32(tmp_path, tiny):
    """float64 and float16 are read as float32, as Keras casts them."""
    doubled = [
        (name, kernel.astype(np.float64), bias.astype(np.float16).astype(np.float64))
        for name, kernel, bias in tiny
    ]
    read = list(read_convolutions(fake_weights.write_legacy_h5(tmp_path / 'w.h5', doubled)))
    assert_equal(read, [(name, kernel, bias.astype(np.float32)) for name, kernel, bias in doubled])


def test_what_is_written_is_read_again(tmp_path, tiny):
    """Writing and reading are inverse, and the file says where the weights are from."""
    write_convolutions(tmp_path / 'w.h5', [Convolution(*layer) for layer in tiny], 'a test')
    assert_equal(list(read_convolutions(tmp_path / 'w.h5')), tiny)
    with h5py.File(tmp_path / 'w.h5') as file:
        assert file.attrs['origin'] == b'a test'


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='this system has no /dev/full')
def test_a_full_disk_is_named_in_one_line(tiny):
    """HDF5 reports a full disk over several lines: only the system's reason is passed on."""
    with pytest.raises(OSError) as caught:
        write_convolutions(Path('/dev/full'), [Convolution(*layer) for layer in tiny], 'a test')
    assert caught.value.strerror == os.strerror(caught.value.errno)


def test_digest_is_of_the_numbers():
    """The digest of one known layer, taken over its bytes by hand, and of one a little off."""
    kernel, bias = np.zeros((3, 3, 1, 1), np.float32), np.ones(1, np.float32)
    # sha256 of 9 * 4 zero bytes and 00 00 80 3f, the float32 1.0: `printf | sha256sum`
    known = '6d9ddac5eaab72017c03c90ffcababb93f4f7d97ca3694089ebe1eeae04af78c'
    assert digest_of([Convolution('a', kernel, bias)]) == known
    assert digest_of([Convolution('a', kernel, bias + np.float32(1e-7))]) != known


@pytest.mark.parametrize(
    'change, message',
    [
        (lambda layers: layers[:15], 'Received: 15 layers'),
        (
            lambda layers: layers + [(f'fc{i}', np.ones((4, 4)), np.ones(4)) for i in range(3)],
            'three dense layers',
        ),
        (lambda layers: [layers[1], layers[0], *layers[2:]], r'shape \(3, 3, 3, 2\)'),
        (
            lambda layers: [*layers[:3], ('x', layers[3][1].astype(int), layers[3][2]), *layers[4:]],
            'Expected block2_conv2 as floats.*int64',
        ),
        (lambda layers: [*layers[:3], ('x', layers[3][1], layers[3][2] * np.nan), *layers[4:]], 'finite'),
        (
            lambda layers: [
                *layers[:3],
                ('x', layers[3][1].astype(np.longdouble), layers[3][2]),
                *layers[4:],
            ],
            'as floats',
        ),
    ],
    ids=['too few', 'with top', 'wrong order', 'integers', 'nan', 'long double'],
)
def test_other_networks_are_refused(tmp_path, tiny, change, message):
    """What is not VGG19 without its top is refused, and the message says what was found."""
    path = fake_weights.write_legacy_h5(tmp_path / 'w.h5', change(tiny))
    with pytest.raises(WeightsError, match=message):
        list(read_convolutions(path))


def test_numbers_in_another_file_are_refused(tmp_path, tiny):
    """A dataset that would have the reader open some other file is not read."""
    path = fake_weights.write_legacy_h5(tmp_path / 'w.h5', tiny)
    (tmp_path / 'secret').write_bytes(bytes(8))
    with h5py.File(path, 'a') as file:
        del file['block1_conv1/block1_conv1/bias:0']
        file['block1_conv1'].create_dataset(
            'block1_conv1/bias:0', (2,), '<f4', external=[(tmp_path / 'secret', 0, 8)]
        )
    with pytest.raises(WeightsError, match='plain arrays'):
        list(read_convolutions(path))


@pytest.mark.parametrize(
    'name, message',
    [
        ('missing.h5', 'does not exist'),
        ('folder.h5', 'Expected an ordinary file'),
        ('weights.npz', 'ends in .h5 or .hdf5'),
        ('empty.h5', 'cannot be read'),
        ('text.h5', 'cannot be read'),
        ('no_layers.h5', 'cannot be read'),
        ('x' * 300 + '.h5', 'does not exist'),
    ],
)
def test_other_files_are_refused(tmp_path, name, message):
    """A file that is missing, a folder, misnamed or no HDF5 ends in one line."""
    (tmp_path / 'folder.h5').mkdir()
    (tmp_path / 'empty.h5').touch()
    (tmp_path / 'weights.npz').touch()
    (tmp_path / 'text.h5').write_text('not HDF5')
    h5py.File(tmp_path / 'no_layers.h5', 'w').close()
    with pytest.raises(WeightsError, match=message) as caught:
        list(read_convolutions(tmp_path / name))
    assert '\n' not in str(caught.value)


def test_a_truncated_file_is_refused(tmp_path, tiny):
    """Every shorter beginning of a good file is refused."""
    whole = fake_weights.write_legacy_h5(tmp_path / 'w.h5', tiny).read_bytes()
    for size in range(0, len(whole), len(whole) // 50):
        (tmp_path / 'cut.h5').write_bytes(whole[:size])
        with pytest.raises(WeightsError):
            list(read_convolutions(tmp_path / 'cut.h5'))


def test_full_shapes_are_accepted(tmp_path):
    """The sixteen shapes are VGG19's: 20,024,384 numbers, as Keras counts them without the top."""
    read = list(read_convolutions(fake_weights.write_hollow_vgg19(tmp_path / 'w.h5')))
    assert sum(layer.kernel.size + layer.bias.size for layer in read) == 20_024_384


def test_a_checked_file_needs_no_more_than_its_shapes(tmp_path):
    """A file in VGG19's shapes passes the check, in the layout of either Keras."""
    check_file(fake_weights.write_hollow_vgg19(tmp_path / 'w.h5'))


def test_the_check_says_what_is_wrong(tmp_path):
    """The check's process hands its reason on, names in other scripts and other bytes included."""
    path = tmp_path / os.fsdecode(b'\xc3\xa4\xff.h5')
    path.write_text('not HDF5')
    with pytest.raises(WeightsError, match='cannot be read') as caught:
        check_file(path)
    assert str(path) in str(caught.value)


def test_the_check_imports_nothing_from_the_users_folder(hostile):
    """Good weights stay good, and what is wrong with others is still said."""
    check_file(fake_weights.write_hollow_vgg19(hostile / 'w.h5'))
    (hostile / 'text.h5').write_text('not HDF5')
    with pytest.raises(WeightsError, match='cannot be read'):
        check_file(Path('text.h5'))
    assert imported(hostile) == []


@pytest.mark.parametrize(
    'program, message',
    [
        ('echo "Traceback" >&2; echo "ImportError: no numpy" >&2; exit 1', 'cannot be checked: ImportError'),
        ('kill -KILL $$', 'cannot be checked: .* killed'),
        ('kill -SEGV $$', 'is broken: HDF5 crashes'),
    ],
)
def test_only_what_the_file_is_to_blame_for_makes_it_broken(tmp_path, monkeypatch, program, message):
    """A check that fails for its own reasons says nothing about the weights."""
    path = fake_weights.write_hollow_vgg19(tmp_path / 'w.h5')
    (tmp_path / 'python').write_text(f'#!/bin/sh\n{program}\n')
    (tmp_path / 'python').chmod(0o755)
    monkeypatch.setattr('sys.executable', str(tmp_path / 'python'))
    with pytest.raises(WeightsError, match=message):
        check_file(path)


def test_a_check_that_cannot_be_started_is_an_error(tmp_path, monkeypatch):
    """One line, where there is no Python to start."""
    path = fake_weights.write_hollow_vgg19(tmp_path / 'w.h5')
    monkeypatch.setattr('sys.executable', str(tmp_path / 'missing'))
    with pytest.raises(WeightsError, match='cannot be checked: no process can be started'):
        check_file(path)


def test_a_crash_inside_hdf5_is_an_error(tmp_path, hollow_bytes):
    """HDF5 1.14 dies of an attribute whose string type has an impossible kind: that is caught."""
    (string_type,) = re.findall(rb'layer_names.{1,12}?(\x19\x01\x01)', hollow_bytes, re.DOTALL)[:1]
    place = hollow_bytes.index(string_type, hollow_bytes.index(b'layer_names'))
    broken = bytearray(hollow_bytes)
    broken[place + 1] = 0xD6
    (tmp_path / 'w.h5').write_bytes(broken)
    with pytest.raises(WeightsError):
        check_file(tmp_path / 'w.h5')


def test_a_check_without_end_is_an_error(tmp_path, monkeypatch):
    """Where HDF5 does not come back, the check stops it."""
    monkeypatch.setattr(h5_file, 'CHECK_SECONDS', 0)
    with pytest.raises(WeightsError, match='no end'):
        check_file(fake_weights.write_hollow_vgg19(tmp_path / 'w.h5'))


@pytest.fixture(scope='module')
def hollow_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path: Path = tmp_path_factory.mktemp('hollow') / 'w.h5'
    return fake_weights.write_hollow_vgg19(path).read_bytes()


@many(150)
@given(data=st.data())
def test_broken_bytes_never_escape(tmp_path, tiny, data):
    """Whatever is done to a file's bytes, it is read or refused with a WeightsError.

    The layout without attributes: broken strings in attributes can crash HDF5 itself, which is
    why `check_file` reads in another process.
    """
    path = tmp_path / 'w.weights.h5'
    broken = bytearray(fake_weights.write_keras3_h5(path, tiny).read_bytes())
    places = st.integers(0, len(broken) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=12)):
        broken[place] = data.draw(st.integers(0, 255))
    path.write_bytes(broken)
    try:
        read = list(read_convolutions(path))
    except WeightsError as error:
        assert '\n' not in str(error)
    else:
        assert len(read) == 16


def with_bias_in_chunks(path: Path, chunk: int, stored: bytes | None = None) -> Path:
    """Write VGG19's shapes with the first bias in compressed chunks of `chunk` numbers, stored as given."""
    fake_weights.write_hollow_vgg19(path)
    with h5py.File(path, 'a') as file:
        del file['block1_conv1/bias:0']
        bias = file['block1_conv1'].create_dataset(
            'bias:0', (64,), '<f4', chunks=(chunk,), maxshape=(None,), compression='gzip'
        )
        if stored:
            bias.id.write_direct_chunk((0,), stored)
    return path


def inflating_to(size: int) -> bytes:
    """Return zeros, compressed."""
    compressor = zlib.compressobj(1)
    mebibytes = [compressor.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b''.join(mebibytes) + compressor.flush()


def test_a_chunk_beyond_the_shape_is_refused_unread(tmp_path):
    """One of 3 GB for a bias of 64 numbers was inflated, and the file then called whole."""
    path = with_bias_in_chunks(tmp_path / 'w.h5', 3 << 28)
    with pytest.raises(WeightsError, match=r'Expected chunks within the shape \(64,\) of block1_conv1'):
        check_file(path)


def test_chunks_within_the_shape_are_read(tmp_path):
    check_file(with_bias_in_chunks(tmp_path / 'w.h5', 64))


def test_a_chunk_that_inflates_without_end_is_refused(tmp_path, monkeypatch):
    """HDF5 inflates whatever is stored, however small the chunk is said to be."""
    path = with_bias_in_chunks(tmp_path / 'w.h5', 64, inflating_to(1 << 29))
    monkeypatch.setattr(h5_file, 'BYTES', 500_000_000)
    with pytest.raises(WeightsError, match='cannot be read as VGG19 weights'):
        check_file(path)


def test_a_check_that_takes_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(h5_file, 'PROCESSOR_SECONDS', 0)
    with pytest.raises(WeightsError, match='HDF5 finds no end in it'):
        check_file(fake_weights.write_hollow_vgg19(tmp_path / 'w.h5'))
