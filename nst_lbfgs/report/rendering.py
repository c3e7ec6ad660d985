"""Templates filled, with the policy that lets a page's own style sheet and script run and nothing else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .. import __version__

STYLE, SCRIPT = 'page.css', 'page.js'


def rendered(template: str, **values: Any) -> bytes:
    """Return a template of this package, filled, as HTML in UTF-8; whatever is no Markup shows as text."""
    text = _environment().get_template(template).render(**values)
    # Half a character of a file's name, which UTF-8 has no bytes for, is spelt out.
    return text.encode(errors='backslashreplace')


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = _text(STYLE), _text(SCRIPT)
    environment.globals |= {
        'version': __version__,
        'policy': _policy(style, script),
        'style': Markup(style),
        'script': Markup(script),
    }
    environment.filters |= {'duration': duration}
    return environment


def duration(seconds: float) -> str:
    """Return seconds as 1.2 s, 1:05 min or 2:01:05 h."""
    if seconds < 60:
        return f'{seconds:.1f} s'
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f'{hours}:{minutes:02}:{rest:02} h' if hours else f'{minutes}:{rest:02} min'


def _policy(style: str, script: str) -> str:
    """Return a content security policy: pictures from the page's own place, nothing from anywhere else."""
    return (
        f"default-src 'none'; img-src 'self' data:; style-src '{_digest(style)}'; "
        f"script-src '{_digest(script)}'; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'


def _text(name: str) -> str:
    return (files(__package__) / 'templates' / name).read_text(encoding='utf-8')
