"""What a job's files are, by their digests: each file is read once for the whole batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nst_lbfgs.files import sha256_of
from nst_lbfgs.pictures.plain import is_plain, picture_of

from .job import Job


class Digests:
    """The digests of files, remembered."""

    def __init__(self) -> None:
        self._known: dict[Path, str] = {}

    def of(self, job: Job) -> dict[str, Any] | None:
        """Return the digests of a job's files, as its record has them; None if one cannot be read.

        That of a picture to start from is made anew each time: it may be another job's result.
        """
        init = job.config.pictures.init_path
        try:
            return {
                'content_sha256': self._digest(job.content),
                'style_sha256': [self._digest(style) for style in job.styles],
                'init_sha256': _of_start(init) if init else None,
                'mask_sha256': {
                    name: [self._digest(Path(path)) for path in paths]
                    for name, paths in job.config.masks.paths().items()
                    if paths
                },
            }
        except OSError:
            return None

    def _digest(self, path: Path) -> str:
        if path not in self._known:
            self._known[path] = picture_of(path).sha256 if is_plain(path) else sha256_of(path)
        return self._known[path]


def _of_start(path: str) -> str | None:
    """Return the digest of a picture to start from; None of a frame that is not made yet."""
    try:
        return sha256_of(Path(path))
    except OSError:
        return None
