"""What a script of the Keras example's family minimises, from where and how."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from ...errors import LegacyError
from .formulas import (
    PICTURE_CHANNELS,
    Form,
    FormSettings,
    content_forms,
    matching,
    style_forms,
    variation_forms,
)
from .interpreter import Interpreter, Search
from .values import Array, Number, Picture, Placeholder, Term, Terms

SEEDS = (0, 1)


@dataclass(frozen=True)
class Weighted:
    """A term of the loss as the library has it: a layer ('' for pixels), a weight and its lines."""

    kind: str
    layer: str
    weight: Number
    settings: dict[str, str]


@dataclass
class Recognised:
    """What was read out of a script."""

    script: Interpreter
    terms: list[Weighted]
    content: Picture
    style: Picture
    size: tuple[Number, Number]
    search: Search
    notes: list[tuple[int, str]] = field(default_factory=list)

    def of(self, kind: str) -> list[Weighted]:
        """Return the terms of one kind: 'content', 'style' or 'variation'."""
        return [term for term in self.terms if term.kind == kind]


def recognise(text: str) -> Recognised:
    """Return what a Python 3 script minimises.

    Raises LegacyError, whose text is what is missing, if it is not of the Keras example's family.
    """
    tree = ast.parse(text)
    scripts = [Interpreter(tree, seed) for seed in SEEDS]
    first = scripts[0]
    if not first.models:
        raise LegacyError('no VGG19 of keras.applications on content, style and combination picture')
    model = first.models[-1]
    if model.name != 'VGG19':
        raise LegacyError(f'{model.name} (line {model.line}), where nst_lbfgs has VGG19 alone')
    parts = model.batch.parts
    place = next((i for i, part in enumerate(parts) if isinstance(part, Placeholder)), None)
    if place is None:
        raise LegacyError('no combination picture, a K.placeholder, in the batch of pictures')
    size = _size(first, parts[place])
    losses = [_with_one_variation(script.loss) for script in scripts if script.loss is not None]
    if len(losses) < len(scripts) or not losses[0]:
        raise LegacyError('no loss of content, style and total variation in K.gradients')
    if not first.searches:
        raise LegacyError('no call of fmin_l_bfgs_b')
    reader = _Reader(scripts, place)
    terms = [reader.read(list(same)) for same in zip(*losses)]
    return Recognised(
        first,
        _with_one_form_each(terms),
        reader.picture('content'),
        reader.picture('style'),
        size,
        first.searches[-1],
        [*first.not_followed],
    )


def _with_one_variation(loss: Terms) -> list[Term]:
    """Return the terms, those of pixels alone, which may be one for each direction, as one."""
    pixels = [term for term in loss.terms if {layer for _, layer in term.sources} == {''}]
    others = [term for term in loss.terms if term not in pixels]
    if len(pixels) < 2 or any(term.factor.powers != pixels[0].factor.powers for term in pixels):
        return list(loss.terms)
    total = sum(term.factor.value * term.value for term in pixels)
    return [*others, replace(pixels[0], value=total / pixels[0].factor.value)]


Choice = tuple[Form, Number]
"""A form that a term may have, and the weight that it leaves."""


@dataclass(frozen=True)
class _Read:
    kind: str
    layer: str
    line: int
    choices: list[Choice]


class _Reader:
    """Reads the terms of a loss from two followings of one script, on other samples."""

    def __init__(self, scripts: list[Interpreter], place: int) -> None:
        self._scripts = scripts
        self._place = place
        self._pictures: dict[str, int] = {}

    def read(self, terms: list[Term]) -> _Read:
        """Return what a term may be in the library; raises LegacyError if nothing."""
        sources = terms[0].sources
        layers = {layer for _, layer in sources}
        places = {place for place, layer in sources if layer} - {self._place}
        if layers == {''}:
            choices = self._choices(terms, variation_forms(self._samples(0, '')))
            if not choices:
                raise _unread(terms[0], 'a total variation of another form')
            return _Read('variation', '', terms[0].line, choices)
        if len(layers) != 1 or len(places) != 1 or len(sources) != 2:
            raise _unread(terms[0], 'not of one layer and two pictures')
        layer, other = layers.pop(), places.pop()
        pairs = list(zip(self._samples(other, layer), self._samples(self._place, layer)))
        sizes = [_sampled_size(script, self._place) for script in self._scripts]
        for kind, forms in (('content', content_forms(pairs)), ('style', style_forms(pairs, sizes))):
            choices = self._choices(terms, forms)
            if choices:
                self._pictures.setdefault(kind, other)
                return _Read(kind, layer, terms[0].line, choices)
        raise _unread(terms[0], 'neither squared differences of features nor of their Gram matrices')

    def picture(self, kind: str) -> Picture:
        """Return the content or the style picture."""
        place = self._pictures.get(kind)
        picture = None if place is None else self._scripts[0].models[-1].batch.parts[place]
        if not isinstance(picture, Picture) or picture.path is None:
            raise LegacyError(f'no {kind} loss of a picture that is read from a file')
        return picture

    def _choices(self, terms: list[Term], forms: Iterator[Form]) -> list[Choice]:
        fitting = matching(forms, [term.factor.value * term.value for term in terms])
        script = self._scripts[0]
        choices = [(form, _rest(form, number, terms[0], script, self._place)) for form, number in fitting]
        known = [choice for choice in choices if _is_product_of_arguments(choice[1], script)]
        if choices and not known:
            raise _unread(terms[0], 'weighted by more than a product of arguments')
        return known

    def _samples(self, place: int, layer: str) -> list[Array]:
        """Return the sample features of each following, channels last."""
        arrays = []
        for script in self._scripts:
            array = script.features[place, layer]
            array = array[0] if layer == '' else array
            arrays.append(np.moveaxis(array, 0, -1) if script.format == 'channels_first' else array)
        return arrays


def _unread(term: Term, why: str) -> LegacyError:
    return LegacyError(f'a term of the loss (line {term.line}) that is {why}')


def _rest(form: Form, number: float, term: Term, script: Interpreter, place: int) -> Number:
    """Return the weight that is left when a form has taken its part of a factor."""
    powers = None if term.factor.powers is None else dict(term.factor.powers)
    if form.per_size and powers is not None:
        for side in _size(script, script.models[-1].batch.parts[place]):
            for name, power in (side.powers or {}).items():
                powers[name] = powers.get(name, 0) + 2 * power
    left = None if powers is None else {name: power for name, power in powers.items() if power}
    return Number(number, left, term.factor.lines | {term.line})


def _is_product_of_arguments(weight: Number, script: Interpreter) -> bool:
    return weight.powers is not None and not any(
        name in script.derived or ' of ' in name for name in weight.powers
    )


def _size(script: Interpreter, placeholder: Placeholder) -> tuple[Number, Number]:
    """Return the rows and columns of the combination picture."""
    sides = [side for side in placeholder.shape if isinstance(side, Number)]
    sides = sides[-2:] if script.format == 'channels_first' else sides[:2]
    if len(sides) != 2 or len(placeholder.shape) != PICTURE_CHANNELS:
        raise LegacyError('no size of the combination picture')
    return sides[0], sides[1]


def _sampled_size(script: Interpreter, place: int) -> tuple[float, float]:
    rows, columns = _size(script, script.models[-1].batch.parts[place])
    return float(rows.value), float(columns.value)


def _with_one_form_each(terms: list[_Read]) -> list[Weighted]:
    """Return the terms, those of one kind in the one form that fits them all best."""
    weighted = []
    for kind in dict.fromkeys(term.kind for term in terms):
        same = [term for term in terms if term.kind == kind]
        if len({term.layer for term in same}) != len(same):
            raise LegacyError(f'two {kind} terms of one layer (line {same[-1].line})')
        shared = set.intersection(*({form.settings for form, _ in term.choices} for term in same))
        if not shared:
            raise LegacyError(f'{kind} terms of several forms (line {same[-1].line})')
        best = min(sorted(shared), key=lambda settings: _strangeness(settings, same))
        for term in same:
            weighted.append(Weighted(kind, term.layer, _weight(term, best), dict(best)))
    return weighted


def _weight(term: _Read, settings: FormSettings) -> Number:
    return next(weight for form, weight in term.choices if form.settings == settings)


def _strangeness(settings: FormSettings, terms: list[_Read]) -> tuple[int, float]:
    """Return how many arguments a form leaves in the weights, and how far these then are from 1."""
    weights = [_weight(term, settings) for term in terms]
    names = sum(len(weight.powers or {}) for weight in weights)
    return names, sum(abs(math.log10(abs(weight.value))) for weight in weights)
