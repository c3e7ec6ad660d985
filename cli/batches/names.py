"""The names of a batch's results: from a template, no two the same."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence

from nst_lbfgs.errors import ConfigError

FIELDS = ('content', 'style', 'settings', 'folder', 'number')
OWN = 'batch'  # the name of the batch's own table, sheet and page
LONGEST_STEM = 160  # characters; file systems take 255 bytes, and endings are still to come


def default_template(*, varied: bool) -> str:
    """Return the template of a batch that has none: with what its settings are, if they vary."""
    return '{content}_{style}_{settings}' if varied else '{content}_{style}'


def check_template(template: str) -> None:
    """Raise ConfigError for a template that is none, or one of a name in another folder."""
    try:
        named = [field for _, field, _, _ in string.Formatter().parse(template) if field is not None]
    except ValueError as error:
        raise ConfigError(
            f'Expected --name: a template as {{content}}_{{style}}. Received: {template!r}'
        ) from error
    unknown = sorted(set(named) - set(FIELDS))
    if unknown:
        raise ConfigError(
            f'Expected --name with {", ".join(f"{{{name}}}" for name in FIELDS)}. Received: {{{unknown[0]}}}'
        )
    if '/' in template or '\\' in template:
        raise ConfigError(f'Expected --name: a name within --out, without folders. Received: {template!r}')


def filled(template: str, values: Mapping[str, str | int]) -> str:
    """Return a name from a template; what the values have of folders is joined by underscores.

    Raises ConfigError for what cannot be formatted so.
    """
    plain = {
        name: value if isinstance(value, int) else re.sub(r'[/\\]', '_', value)
        for name, value in values.items()
    }
    try:
        name = template.format(**plain)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise ConfigError(f'Expected --name: a template. Received: {template!r}: {error}') from error
    return checked_name(name)


def checked_name(name: str) -> str:
    """Return the name of a result. Raises ConfigError for one of no file, or of one in another folder."""
    if not name.strip('. ') or len(name) > LONGEST_STEM or re.search(r'[/\\\0]', name):
        raise ConfigError(
            f'Expected the names of results: 1 to {LONGEST_STEM} characters, without folders. '
            f'Received: {name[:60]!r}'
        )
    return name


def check_no_clashes(names: Sequence[str], described: Sequence[str]) -> None:
    """Raise ConfigError if two results, or a result and the batch's own files, would have one name.

    Upper and lower case are the same to some file systems. `described` says whose names they are.
    """
    plain = [name.casefold() for name in names]
    counts = Counter(plain)
    for name, folded in zip(names, plain, strict=True):
        if counts[folded] > 1:
            first, second, *_ = (text for text, other in zip(described, plain) if other == folded)
            raise ConfigError(
                f'Expected names of their own for all results: give --name, for example with {{folder}} '
                f'or {{number}}. Received: {name} for {first} and for {second}'
            )
        base = re.sub(r'_at_iteration_[0-9]+$|_self_contained$', '', folded)
        if folded == OWN or base != folded and base in counts:
            raise ConfigError(
                f'Expected another name than that of other files of the batch: give --name. Received: {name}'
            )
