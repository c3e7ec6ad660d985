"""The machine's ceiling: the best rate of a convolution and of a matrix product through TensorFlow."""

from __future__ import annotations

import platform

from ..machine.device import device_description
from ..machine.kernel_speed import convolution_rate, matrix_rate
from ..machine.versions import version_of
from .outcomes import Ceiling

PRECISIONS = ('float32', 'bfloat16')
# Side and channels of VGG19's 3 x 3 convolutions on a picture of 512 x 512, block by block: each
# has the same work, 19.3 GFLOP, and which one is fastest depends on the machine.
CONVOLUTIONS = ((512, 64), (256, 128), (128, 256), (64, 512))
MATRIX_SIDE = 2048


def measure_ceiling() -> Ceiling:
    """Return the best rates in each precision, and the machine's description."""
    return Ceiling(
        {
            precision: max(convolution_rate(side, channels, precision) for side, channels in CONVOLUTIONS)
            for precision in PRECISIONS
        },
        {precision: matrix_rate(MATRIX_SIDE, precision) for precision in PRECISIONS},
        {'device': device_description(), 'system': platform.platform(), 'python': platform.python_version()}
        | {name: version_of(name) for name in ('tensorflow', 'keras', 'scipy', 'numpy')},
    )
