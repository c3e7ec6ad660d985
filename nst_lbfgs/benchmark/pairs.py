"""The pairs of pictures: drawn where none are given, and handed to the measurements as a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import FloatArray, Pixels

PALETTE = np.array([(16, 28, 74), (34, 84, 140), (236, 190, 66), (206, 88, 36), (240, 232, 206)])


@dataclass(frozen=True, eq=False)
class Pair:
    """A content and a style picture, RGB, (H, W, 3), uint8, of one shape."""

    content: Pixels
    style: Pixels

    def save(self, path: Path) -> None:
        """Write both to a NumPy archive."""
        np.savez(path, content=self.content, style=self.style)

    @classmethod
    def load(cls, path: Path) -> Pair:
        """Read what `save` wrote."""
        with np.load(path) as archive:
            return cls(archive['content'], archive['style'])


def synthetic_pair(side: int, seed: int = 0) -> Pair:
    """Return two drawn pictures of `side` x `side` pixels, the same ones for the same arguments.

    Both are noise whose amplitudes fall like 1 / f, as those of natural pictures do (Field, 1987). The
    content has sharp-edged shapes before it; the style is cut into flat colours.
    """
    generator = np.random.default_rng(seed)
    return Pair(_content(side, generator), _style(side, generator))


def _content(side: int, generator: np.random.Generator) -> Pixels:
    light = _natural_noise(side, generator)
    tint = np.stack([_natural_noise(side, generator) for _ in range(3)], axis=-1)
    picture = 128 + 44 * light[..., np.newaxis] + 14 * tint
    rows, columns = np.mgrid[:side, :side] / side
    for _ in range(12):
        row, column = generator.uniform(0, 1, 2)
        height, width = generator.uniform(0.04, 0.22, 2)
        shape = np.hypot((rows - row) / height, (columns - column) / width) < 1
        if generator.uniform() < 0.5:
            shape = (abs(rows - row) < height) & (abs(columns - column) < width / 2)
        picture[shape] += generator.uniform(-70, 70, 3)
    return _to_pixels(picture)


def _style(side: int, generator: np.random.Generator) -> Pixels:
    bands = np.sin(5 * _natural_noise(side, generator))
    colour = np.digitize(bands, (-0.6, -0.2, 0.2, 0.6))
    grain = 12 * _natural_noise(side, generator)
    return _to_pixels(PALETTE[colour] + grain[..., np.newaxis])


def _natural_noise(side: int, generator: np.random.Generator) -> FloatArray:
    """Return noise (side, side) with mean 0, standard deviation 1 and amplitudes like 1 / f."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, np.newaxis], np.fft.rfftfreq(side)[np.newaxis])
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(generator.standard_normal((side, side))) / frequency
    noise = np.fft.irfft2(spectrum, s=(side, side))
    noise /= noise.std()
    return noise


def _to_pixels(picture: FloatArray) -> Pixels:
    return np.rint(np.clip(picture, 0, 255)).astype(np.uint8)
