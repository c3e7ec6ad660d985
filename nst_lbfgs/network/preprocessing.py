"""Between RGB pictures and the coordinates that a system optimises in: inverse pairs.

A system's coordinates are where its optimiser moves, where it measures total variation and
where it clips. The network always wants Caffe's coordinates (Keras, `applications.vgg19`):
BGR, 0 to 255, minus the ImageNet mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)


@dataclass(frozen=True)
class Preprocessing:
    """Coordinates x = (rgb / `divisor` - `mean`) / `std`, channel by channel.

    `mean` and `std` are in the order of the channels: BGR if `bgr`, else RGB.
    """

    bgr: bool
    divisor: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def preprocess(self, rgb: NDArray[Any]) -> NDArray[np.float32]:
        """Return an RGB picture (H, W, 3), 0 to 255, as float32 coordinates (1, H, W, 3)."""
        channels = np.asarray(rgb, np.float64)[..., ::-1] if self.bgr else np.asarray(rgb, np.float64)
        x = (channels / self.divisor - self.mean) / self.std
        return x.astype(np.float32)[np.newaxis]

    def deprocess(self, x: NDArray[Any]) -> NDArray[np.uint8]:
        """Return coordinates (1, H, W, 3) or (H, W, 3) as an RGB picture (H, W, 3) of uint8.

        Deviation from the Keras example, which truncates: values are rounded, so that a picture
        comes back unchanged. Values outside 0 to 255 are clipped, as there.
        """
        return np.rint(self._rgb(x)).astype(np.uint8)

    def deprocess_deep(self, x: NDArray[Any]) -> NDArray[np.uint16]:
        """Return the same in 16 bits, 0 to 65535: 257 times what `deprocess` rounds to whole numbers."""
        return np.rint(257 * self._rgb(x)).astype(np.uint16)

    def _rgb(self, x: NDArray[Any]) -> NDArray[np.float64]:
        channels = np.asarray(x, np.float64).reshape(x.shape[-3:]) * self.std + self.mean
        rgb = channels[..., ::-1] if self.bgr else channels
        return np.clip(rgb * self.divisor, 0, 255)

    def pixel_range(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the coordinates of black and of white, each of shape (3,)."""
        mean, std = np.asarray(self.mean), np.asarray(self.std)
        return -mean / std, (255 / self.divisor - mean) / std

    def to_network_input(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return `scale` and `offset`, each (3,), that give Caffe's coordinates as x * scale + offset.

        The result keeps the order of the channels; where `bgr` is false it is still to be reversed.
        """
        caffe_mean = np.asarray(CAFFE_MEAN_BGR if self.bgr else CAFFE_MEAN_BGR[::-1])
        scale = np.asarray(self.std) * self.divisor
        return scale, np.asarray(self.mean) * self.divisor - caffe_mean


PREPROCESSINGS: dict[str, Preprocessing] = {
    # keras.applications.vgg19.preprocess_input: the Keras example, the book and what follows them
    'caffe': Preprocessing(bgr=True, divisor=1.0, mean=CAFFE_MEAN_BGR, std=(1.0, 1.0, 1.0)),
    # RGB in 0..1: TensorFlow's tutorial and the GradientTape article
    'unit': Preprocessing(bgr=False, divisor=255.0, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0)),
    # torchvision's normalisation: Dive into Deep Learning
    'torchvision': Preprocessing(
        bgr=False, divisor=255.0, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225)
    ),
}
