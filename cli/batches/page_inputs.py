"""The pictures that go into a batch, as its page shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from nst_lbfgs.errors import ImageError
from nst_lbfgs.pictures.embedding import embedded
from nst_lbfgs.pictures.plain import picture_of
from nst_lbfgs.report.inputs import Shown
from nst_lbfgs.report.links import shown_name

from .job import Job

MOST = 24  # pictures; more would make the page large, and the results say what they are
SIDE = 480  # pixels, at most


def inputs_shown(jobs: Sequence[Job]) -> Callable[[], Sequence[Shown]]:
    """Return what returns the pictures of a batch, styles last; none of many. Each is read once."""
    contents = dict.fromkeys(job.content for job in jobs)
    styles = dict.fromkeys(style for job in jobs for style in job.styles)
    if len(contents) + len(styles) > MOST:
        return lambda: ()
    return cache(
        lambda: tuple(
            _shown(title, path)
            for title, paths in (('Content', contents), ('Style', styles))
            for path in paths
        )
    )


def _shown(title: str, path: Path) -> Shown:
    name = shown_name(str(path))
    try:
        picture = picture_of(path)
    except ImageError as error:
        return Shown(title, name, None, str(error))
    return Shown(title, name, embedded(picture.pixels, SIDE))
