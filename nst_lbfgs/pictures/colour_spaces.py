"""Colours as luminance and two channels of colour, and back: CIE Lab and YIQ.

Every function works on single pixels, the last axis being the channel, in float64. sRGB is 0 to 255 and
gamma-encoded. Nothing is clipped or rounded: values outside 0 to 255 go through the same formulae, of which
the part near black is a straight line that goes on below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import FloatArray

# IEC 61966-2-1: linear red, green and blue to X, Y and Z. The rows' sums are the white D65.
XYZ_FROM_LINEAR = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = XYZ_FROM_LINEAR.sum(axis=1)
# CIE 15:2004, section 8.2.1: f of X / Xn, Y / Yn, Z / Zn to L*, a*, b*. 16 is taken from L* afterwards.
LAB_FROM_ROOTS = np.array([[0.0, 116.0, 0.0], [500.0, -500.0, 0.0], [0.0, 200.0, -200.0]])
BLACK = np.array([16.0, 0.0, 0.0])
ROOT_KNEE = 6 / 29  # below, f is a straight line
# NTSC: luma of 1953; I and Q are U and V turned by 33 degrees.
YIQ_FROM_SRGB = np.array([[0.299, 0.587, 0.114], [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])

LINEAR_FROM_ROOTS = np.linalg.inv(XYZ_FROM_LINEAR / WHITE[:, np.newaxis])
ROOTS_FROM_LAB = np.linalg.inv(LAB_FROM_ROOTS)
SRGB_FROM_YIQ = np.linalg.inv(YIQ_FROM_SRGB)

Samples = NDArray[Any]


@dataclass(frozen=True)
class ColourSpace:
    """A luminance and two channels of colour, both 0 for grey; all (..., 3)."""

    from_srgb: Callable[[Samples], FloatArray]
    to_srgb: Callable[[FloatArray], FloatArray]


def lab_from_srgb(pixels: Samples) -> FloatArray:
    """Return CIE Lab under D65: L* 0 to 100, a* and b* about -110 to 100."""
    xyz = _linear_light(pixels / 255.0) @ (XYZ_FROM_LINEAR / WHITE[:, np.newaxis]).T
    lab: FloatArray = _root(xyz) @ LAB_FROM_ROOTS.T - BLACK
    return lab


def srgb_from_lab(lab: FloatArray) -> FloatArray:
    """Return sRGB. A colour that sRGB does not have gets values below 0 or above 255."""
    linear = _cube((lab + BLACK) @ ROOTS_FROM_LAB.T) @ LINEAR_FROM_ROOTS.T
    return 255.0 * _gamma_encoded(linear)


def yiq_from_srgb(pixels: Samples) -> FloatArray:
    """Return Y 0 to 255, I within 152 and Q within 134 of 0, of gamma-encoded values as in television."""
    yiq: FloatArray = pixels @ YIQ_FROM_SRGB.T
    return yiq


def srgb_from_yiq(yiq: FloatArray) -> FloatArray:
    """Return sRGB. A colour that sRGB does not have gets values below 0 or above 255."""
    srgb: FloatArray = yiq @ SRGB_FROM_YIQ.T
    return srgb


COLOUR_SPACES: Mapping[str, ColourSpace] = {
    'lab': ColourSpace(lab_from_srgb, srgb_from_lab),
    'yiq': ColourSpace(yiq_from_srgb, srgb_from_yiq),
}


def _linear_light(encoded: FloatArray) -> FloatArray:
    curve = ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= 0.04045, encoded / 12.92, curve)


def _gamma_encoded(linear: FloatArray) -> FloatArray:
    curve = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, curve)


def _root(ratio: FloatArray) -> FloatArray:
    straight = ratio / (3 * ROOT_KNEE**2) + 4 / 29
    return np.where(ratio <= ROOT_KNEE**3, straight, np.cbrt(ratio))


def _cube(root: FloatArray) -> FloatArray:
    straight = 3 * ROOT_KNEE**2 * (root - 4 / 29)
    return np.where(root <= ROOT_KNEE, straight, root * root * root)  # root**3 is ten times slower
