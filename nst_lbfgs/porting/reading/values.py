"""What a script's names stand for while it is followed.

Numbers remember what they were made of, and features are random samples: what a script's functions do
with them tells one formula from another, however it is written.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Lines = frozenset[int]


class Unknown:
    """Whatever is not followed."""

    def __repr__(self) -> str:
        return 'unknown'


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Number:
    """A number: a sample of its value, and the names of arguments and sizes it is a product of.

    `powers` are the exponents of those names, as code; None if the number is no such product.
    """

    value: Any
    powers: Mapping[str, int] | None = field(default_factory=dict)
    lines: Lines = frozenset()

    def coefficient(self, samples: Mapping[str, float]) -> float:
        """Return what is left of the value without its names."""
        return float(
            self.value / math.prod(samples[name] ** power for name, power in (self.powers or {}).items())
        )

    def code(self, samples: Mapping[str, float]) -> str:
        """Return the number as Python code."""
        if not self.powers:
            return _shown(self.value)
        number = float(f'{self.coefficient(samples):.12g}')
        above = [name for name, power in self.powers.items() for _ in range(power)]
        below = [name for name, power in self.powers.items() for _ in range(-power)]
        first = [] if number == 1 and above else [_shown(number)]
        return ' * '.join([*first, *above]) + ''.join(f' / {name}' for name in below)


def _shown(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        return repr(float(f'{float(value):.12g}'))
    return repr(int(value)) if isinstance(value, np.integer) else repr(value)


@dataclass(frozen=True)
class Text:
    """A piece of text, as code where it comes from an argument."""

    value: str
    code: str
    lines: Lines = frozenset()


@dataclass(frozen=True)
class Picture:
    """A picture read from a path, or noise (`path` None), with what was done to it."""

    path: Text | None
    size: tuple[Number, Number] | None = None  # rows, columns
    resampling: str = ''
    prepared: str = ''  # 'preprocess_input', or 'by hand'
    lines: Lines = frozenset()


@dataclass(frozen=True)
class Tensor:
    """A sample array, and what it was computed of: (picture's place in the batch, layer or '')."""

    array: Array
    sources: frozenset[tuple[int, str]] = frozenset()


@dataclass(frozen=True)
class Placeholder:
    """The combination picture: its shape without the batch."""

    shape: tuple[Any, ...]
    lines: Lines = frozenset()


@dataclass(frozen=True)
class Batch:
    """The pictures that go through the network together."""

    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Model:
    """A network of keras.applications on a batch."""

    name: str
    batch: Batch
    weights: Text | None
    line: int


@dataclass(frozen=True)
class Layer:
    """One of a model's layers."""

    name: str
    model: Model


@dataclass(frozen=True)
class Features:
    """What a layer makes of a batch."""

    layer: Layer


@dataclass(frozen=True)
class Term:
    """One sum over features or pixels: its sample value times a number, and where it was added."""

    factor: Number
    value: float
    sources: frozenset[tuple[int, str]]
    line: int = 0


@dataclass(frozen=True)
class Terms:
    """A loss: a sum of terms."""

    terms: tuple[Term, ...] = ()

    @property
    def value(self) -> float:
        """The sample value of the whole sum."""
        return float(sum(term.factor.value * term.value for term in self.terms))

    def times(self, number: Number, *, inverse: bool = False) -> Terms:
        """Return the sum with every term multiplied, or divided, by a number."""
        combine = operator.truediv if inverse else operator.mul
        return Terms(tuple(replace(t, factor=combined(combine, t.factor, number)) for t in self.terms))

    def at(self, line: int) -> Terms:
        """Return the sum with terms that have no place yet placed at a line."""
        return Terms(tuple(t if t.line else replace(t, line=line) for t in self.terms))


def combined(operation: Callable[[Any, Any], Any], a: Number, b: Number) -> Number:
    """Return a number made of two, as a product of names where it still is one."""
    value = operation(a.value, b.value)
    return Number(value, _powers(operation, a, b), a.lines | b.lines)


def _powers(operation: Callable[[Any, Any], Any], a: Number, b: Number) -> Mapping[str, int] | None:
    if a.powers is None or b.powers is None:
        return None
    if operation in (operator.mul, operator.truediv):
        sign = 1 if operation is operator.mul else -1
        sums = {n: a.powers.get(n, 0) + sign * b.powers.get(n, 0) for n in {**a.powers, **b.powers}}
        return {name: power for name, power in sums.items() if power}
    if operation is operator.pow and not b.powers and b.value == int(b.value):
        return {name: power * int(b.value) for name, power in a.powers.items()}
    if operation in (operator.add, operator.sub) and a.powers == b.powers:
        return a.powers
    return None if a.powers or b.powers else {}


def as_terms(value: Any) -> Any:
    """Return an array without axes as a term; all else as it is."""
    if isinstance(value, Tensor) and value.array.ndim == 0 and value.sources:
        return Terms((Term(Number(1), float(value.array), value.sources),))
    return value
