"""The library's own formulas on sample arrays, and which of them gives what a script computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .values import Array

GRAM_SCALES: dict[str, Callable[[int, int, int], float]] = {
    'sum': lambda h, w, c: 1.0,
    'per-location': lambda h, w, c: 1 / (h * w),
    'per-element': lambda h, w, c: 1 / (h * w * c),
}
DISTANCES: dict[str, Callable[[Array], Any]] = {'sum-squared-error': np.sum, 'mean-squared-error': np.mean}
PICTURE_CHANNELS = 3


FormSettings = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Form:
    """One way to compute a term: values of the settings of that name, and what it gives for samples."""

    settings: FormSettings
    values: tuple[float, ...]
    per_size: bool = False
    """Whether it is divided by the picture's size, 4 channels^2 (height width)^2."""


def content_forms(samples: list[tuple[Array, Array]]) -> Iterator[Form]:
    """Yield the forms of a content term for pairs of sample features."""
    for name, reduce in DISTANCES.items():
        values = tuple(float(reduce(np.square(a - b))) for a, b in samples)
        yield Form((('content_distance', name),), values)


def style_forms(samples: list[tuple[Array, Array]], sizes: list[tuple[float, float]]) -> Iterator[Form]:
    """Yield the forms of a style term for pairs of sample features (h, w, c) and the pictures' sizes."""
    for gram, scale in GRAM_SCALES.items():
        for distance, reduce in DISTANCES.items():
            values = [float(reduce(np.square((_gram(a) - _gram(b)) * scale(*a.shape)))) for a, b in samples]
            settings = (('gram', gram), ('style_distance', distance))
            yield Form((*settings, ('style_normalisation', 'none')), tuple(values))
            scaled = tuple(v / (4 * PICTURE_CHANNELS**2 * (h * w) ** 2) for v, (h, w) in zip(values, sizes))
            yield Form((*settings, ('style_normalisation', 'picture-size')), scaled, per_size=True)


def variation_forms(samples: list[Array]) -> Iterator[Form]:
    """Yield the forms of total variation for sample pictures (H, W, 3)."""
    for name, function in _VARIATIONS.items():
        yield Form((('total_variation', name),), tuple(float(function(sample)) for sample in samples))


def _gram(features: Array) -> Any:
    rows = features.reshape(-1, features.shape[-1])
    return rows.T @ rows


def _smooth(x: Array) -> Any:
    down, right = x[1:, :-1] - x[:-1, :-1], x[:-1, 1:] - x[:-1, :-1]
    return np.sum(np.power(down**2 + right**2, 1.25))


def _absolute_sum(x: Array) -> Any:
    return np.abs(np.diff(x, axis=0)).sum() + np.abs(np.diff(x, axis=1)).sum()


def _absolute_mean(x: Array) -> Any:
    return (np.abs(np.diff(x, axis=0)).mean() + np.abs(np.diff(x, axis=1)).mean()) / 2


_VARIATIONS = {'smooth': _smooth, 'absolute-sum': _absolute_sum, 'absolute-mean': _absolute_mean}


def matching(forms: Iterator[Form], found: list[float]) -> list[tuple[Form, float]]:
    """Return the forms that give what was found but for one factor, and that; the nearest to 1 first."""
    fitting = []
    for form in forms:
        factors = [f / v for f, v in zip(found, form.values) if v]
        if len(factors) == len(found) and factors[0] and np.allclose(factors, factors[0], rtol=1e-6, atol=0):
            fitting.append((form, factors[0]))
    return sorted(fitting, key=lambda pair: abs(math.log10(abs(pair[1]))))
