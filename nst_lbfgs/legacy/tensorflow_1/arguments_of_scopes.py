"""`arg_scope` of `tf.contrib`: arguments that all layers within a context get."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_Arguments = dict[Any, dict[str, Any]]
_scopes: list[_Arguments] = [{}]


def add_arg_scope(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that takes what it is not given from the scopes around its call."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **{**_scopes[-1].get(wrapped, {}), **kwargs})

    return wrapped


@contextmanager
def arg_scope(functions_or_scope: Any, **kwargs: Any) -> Iterator[_Arguments]:
    """Within this context some functions get arguments; the scope can be entered again.

    functions_or_scope: a list of functions, or what an earlier context gave.
    """
    if isinstance(functions_or_scope, dict):
        scope = functions_or_scope
    else:
        outer = _scopes[-1]
        scope = {**outer, **{f: {**outer.get(f, {}), **kwargs} for f in functions_or_scope}}
    _scopes.append(scope)
    try:
        yield scope
    finally:
        _scopes.pop()
