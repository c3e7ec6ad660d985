"""The pictures, masks and maps that a run reads: each file once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nst_lbfgs.errors import CheckpointError
from nst_lbfgs.pictures.masks import BLACK
from nst_lbfgs.pictures.plain import is_plain, path_in_record, plain_picture, read_all
from nst_lbfgs.pictures.reading import MAX_PIXELS, WHITE, Picture, read_picture
from nst_lbfgs.run_config import MasksConfig, RunConfig


@dataclass(frozen=True)
class InputFiles:
    """What a run has read. `masks` are by the setting that names them, maps of regions among them."""

    content_path: Path
    style_paths: tuple[Path, ...]
    init_path: Path | None
    mask_paths: dict[str, tuple[Path, ...]]
    content: Picture
    styles: tuple[Picture, ...]
    init: Picture | None
    masks: dict[str, tuple[Picture, ...]]

    def digests(self) -> dict[str, Any]:
        """Return the digests of all files, as a run record has them."""
        return {
            'content_sha256': self.content.sha256,
            'style_sha256': [style.sha256 for style in self.styles],
            'init_sha256': self.init.sha256 if self.init else None,
            'mask_sha256': {
                name: [mask.sha256 for mask in masks] for name, masks in self.masks.items() if masks
            },
        }

    def record(self) -> dict[str, Any]:
        """Return what a run record says of the files; those of masks are among the settings."""
        return {
            'content_path': path_in_record(self.content_path),
            'style_paths': [path_in_record(path) for path in self.style_paths],
            **self.digests(),
        }

    def check_unchanged(self, recorded: dict[str, Any]) -> None:
        """Raise CheckpointError, naming it, if a file is not the one that a record was made with."""
        before = dict(_named(recorded))
        for place, digest in _named(self.digests()):
            if before.get(place) != digest:
                raise CheckpointError(
                    f'{self._path(*place)} has changed since the checkpoint. Expected the '
                    f'picture with SHA-256 {before.get(place)}. Received: {digest}'
                )

    def _path(self, name: str, number: int) -> Path | None:
        paths = {
            'content_sha256': (self.content_path,),
            'style_sha256': self.style_paths,
            'init_sha256': (self.init_path,),
        }
        return (paths | self.mask_paths)[name][number]


def read_files(
    config: RunConfig, content_path: Path, style_paths: tuple[Path, ...], *, max_pixels: int | None
) -> InputFiles:
    """Read a content picture, style pictures and what `config` names beside them.

    Raises ConfigError and ImageError.
    """
    limit = MAX_PIXELS if max_pixels is None else max_pixels
    content, styles = read_all(content_path, style_paths, max_pixels=limit)
    init_path = config.pictures.init_path
    return InputFiles(
        content_path,
        style_paths,
        Path(init_path) if init_path else None,
        {name: tuple(map(_nearby, paths)) for name, paths in config.masks.paths().items()},
        content,
        tuple(styles),
        read_picture(Path(init_path), max_pixels=limit) if init_path else None,
        _read_masks(config.masks, content, limit),
    )


def _read_masks(config: MasksConfig, content: Picture, max_pixels: int) -> dict[str, tuple[Picture, ...]]:
    """Read masks and maps; a plain colour has the size of the content picture."""
    read: dict[tuple[Path, bool], Picture] = {}

    def picture(path: Path, is_map: bool) -> Picture:
        if is_plain(path):
            return plain_picture(str(path), *content.pixels.shape[:2])
        if (path, is_map) not in read:
            background = WHITE if is_map else BLACK
            read[path, is_map] = read_picture(path, background=background, max_pixels=max_pixels)
        return read[path, is_map]

    return {
        name: tuple(picture(_nearby(path), name == 'regions') for path in paths)
        for name, paths in config.paths().items()
    }


def _nearby(path: str) -> Path:
    """Return a path of the settings as a person would type it here: they have it whole."""
    here, whole = Path.cwd(), Path(path)
    return whole.relative_to(here) if whole.is_relative_to(here) else whole


def _named(digests: dict[str, Any]) -> Iterator[tuple[tuple[str, int], object]]:
    """Yield each digest of a record under its name and number."""
    yield ('content_sha256', 0), digests.get('content_sha256')
    yield ('init_sha256', 0), digests.get('init_sha256')
    lists = {'style_sha256': digests.get('style_sha256')}
    masks = digests.get('mask_sha256')
    lists |= masks if isinstance(masks, dict) else {}
    for name, several in lists.items():
        for number, digest in enumerate(several if isinstance(several, list) else []):
            yield (name, number), digest
