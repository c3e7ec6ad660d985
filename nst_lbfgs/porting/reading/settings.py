"""What was read out of a script, as settings of the library by name, each with its code and its lines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ...errors import LegacyError
from .recognition import Recognised, Weighted
from .values import UNKNOWN, Lines, Number, Picture

_SCIPY_MAXFUN = 15000
_SCIPY_HISTORY = 10
_NOT_TAKEN_OVER = ('bounds', 'callback', 'factr', 'pgtol', 'approx_grad')


@dataclass(frozen=True)
class Setting:
    """One setting: its value as code, and the lines where it was found, or why it has that value."""

    name: str
    code: str
    lines: Lines = frozenset()
    why: str = ''


def settings_of(found: Recognised) -> list[Setting]:
    """Return the settings in the order of the library's groups. Raises LegacyError for what it has not."""
    return [
        *_pictures(found),
        *_content(found),
        *_style(found),
        *_variation(found),
        *_start_and_search(found),
        *_not_read(found),
    ]


def _pictures(found: Recognised) -> Iterator[Setting]:
    for name, picture in (('content', found.content), ('style', found.style)):
        assert picture.path is not None
        yield Setting(name, picture.path.code, picture.path.lines)
    rows, columns = found.size
    yield Setting('size', _size(found), rows.lines | columns.lines)
    yield Setting('resampling', repr(found.content.resampling or 'nearest'), found.content.lines)
    if found.content.prepared == 'preprocess_input':
        yield Setting('preprocessing', "'caffe'", found.content.lines)
    else:
        yield Setting('preprocessing', "'caffe'", why='not read: taken to be that of vgg19.preprocess_input')


def _size(found: Recognised) -> str:
    """Return the arguments of `fitted_size`: height, width, or both."""
    rows, columns = found.size
    samples = found.script.samples
    derived = {name: number for side in found.size for name, number in _derived(found, side)}
    if not derived and not any(' of ' in name for side in found.size for name in side.powers or {}):
        return f'target_height={rows.code(samples)}, target_width={columns.code(samples)}'
    for kept, other, name in ((rows, columns, 'height'), (columns, rows, 'width')):
        ratio = next((number for _, number in _derived(found, other)), None)
        if ratio is not None and _is_in_shape(ratio, kept, name):
            return f'target_{name}={kept.code(samples)}'
    if all(_is_own(side) for side in found.size):
        return ''
    raise LegacyError('a size of the picture that is not read')


def _derived(found: Recognised, side: Number) -> list[tuple[str, Number]]:
    return [(name, found.script.derived[name]) for name in side.powers or {} if name in found.script.derived]


def _is_in_shape(ratio: Number, kept: Number, name: str) -> bool:
    """Return whether a side is the other one times the picture's own ratio."""
    other = 'width' if name == 'height' else 'height'
    powers = {n: p - (kept.powers or {}).get(n, 0) for n, p in (ratio.powers or {}).items()}
    signs = sorted((n.partition(' of ')[0], p) for n, p in powers.items() if p)
    return signs == sorted([(other, 1), (name, -1)])


def _is_own(side: Number) -> bool:
    return [n.partition(' of ')[0] for n in side.powers or {}] in (['width'], ['height'])


def _content(found: Recognised) -> Iterator[Setting]:
    yield from _layers(found, 'content')
    yield _form(found.of('content')[0], 'content_distance')


def _style(found: Recognised) -> Iterator[Setting]:
    yield from _layers(found, 'style')
    for name in ('gram', 'style_distance', 'style_normalisation'):
        yield _form(found.of('style')[0], name)


def _form(term: Weighted, name: str) -> Setting:
    return Setting(name, repr(term.settings[name]), frozenset({max(term.weight.lines)}))


def _layers(found: Recognised, kind: str) -> Iterator[Setting]:
    """Yield the layers of a loss, its weight, and whether that is divided by their number."""
    terms, samples = found.of(kind), found.script.samples
    lines = frozenset[int]().union(*(term.weight.lines for term in terms))
    weights = [term.weight for term in terms]
    numbers = [weight.coefficient(samples) for weight in weights]
    alike = all(weight.powers == weights[0].powers for weight in weights)
    same = alike and all(math.isclose(number, numbers[0], rel_tol=1e-9) for number in numbers)
    if same:
        whole = Number(weights[0].value * len(terms), weights[0].powers)
        own, weight, reduction = ['1.0'] * len(terms), whole.code(samples), 'mean'
    elif alike:
        shared = Number(weights[0].value / numbers[0], weights[0].powers)
        own, weight, reduction = [repr(float(f'{n:.12g}')) for n in numbers], shared.code(samples), 'sum'
    else:
        own, weight, reduction = [w.code(samples) for w in weights], '1.0', 'sum'
    layers = ', '.join(f'({term.layer!r}, {number})' for term, number in zip(terms, own))
    yield Setting(f'{kind}_layers', f'({layers},)', lines)
    yield Setting(f'{kind}_weight', weight, lines)
    yield Setting(f'{kind}_reduction', repr(reduction), lines)


def _variation(found: Recognised) -> Iterator[Setting]:
    terms = found.of('variation')
    if not terms:
        yield Setting('tv_weight', '0.0', why='no total variation in the loss')
        return
    yield Setting('tv_weight', terms[0].weight.code(found.script.samples), terms[0].weight.lines)
    yield _form(terms[0], 'total_variation')


def _start_and_search(found: Recognised) -> Iterator[Setting]:
    search, samples = found.search, found.script.samples
    here = frozenset({search.line})
    yield _start(found)
    yield _numbered('iterations', search.calls, samples, here, otherwise='10')
    yield _evaluations(search.settings, samples, here)
    yield Setting('restart', 'True', here)
    if isinstance(search.settings.get('m'), Number):
        yield _numbered('history', search.settings['m'], samples, here, otherwise=str(_SCIPY_HISTORY))
    else:
        yield Setting('history', str(_SCIPY_HISTORY), why="scipy's default m")
    weights = found.script.models[-1].weights
    line = frozenset({found.script.models[-1].line})
    yield Setting('weights', "'random'" if weights is None else weights.code, line)


def _numbered(name: str, number: Number, samples: dict[str, float], here: Lines, otherwise: str) -> Setting:
    """Return a setting, or the library's default where the script's number is not read."""
    if number.powers is None:
        return Setting(name, otherwise, number.lines | here, "not read; this is the library's default")
    return Setting(name, number.code(samples), number.lines | here)


def _start(found: Recognised) -> Setting:
    start = found.search.start
    if not isinstance(start, Picture):
        raise LegacyError(f'a start (line {found.search.line}) that is neither a picture nor noise')
    if start.path is None:
        return Setting('init', "'noise'", start.lines | {found.search.line})
    for name, picture in (('content', found.content), ('style', found.style)):
        if picture.path == start.path or (picture.path and picture.path.code == start.path.code):
            return Setting('init', "'content'" if name == 'content' else "'picture'", start.lines)
    raise LegacyError(f'a start (line {found.search.line}) from a third picture')


def _evaluations(given: Any, samples: dict[str, float], here: Lines) -> Setting:
    for name in ('maxfun', 'maxiter'):
        if isinstance(given.get(name), Number):
            why = '' if name == 'maxfun' else "maxiter: L-BFGS's own steps, written as evaluations"
            setting = _numbered('evaluations_per_iteration', given[name], samples, here, otherwise='20')
            return replace(setting, why=setting.why or why)
    return Setting('evaluations_per_iteration', str(_SCIPY_MAXFUN), why="scipy's default maxfun")


def _not_read(found: Recognised) -> Iterator[Setting]:
    """Yield what the new script leaves out, so far as that was noticed."""
    for name in _NOT_TAKEN_OVER:
        if found.search.settings.get(name, False) not in (False, None) or (
            found.search.settings.get(name) is UNKNOWN
        ):
            yield Setting(f'{name}=', 'not taken over', frozenset({found.search.line}))
    for line, what in found.notes:
        yield Setting(what, 'not followed', frozenset({line}))
    yield Setting(
        'all else', 'not taken over', why="the script's own printing, saving and changing of pictures"
    )
