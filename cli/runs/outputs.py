"""The names of a run's results."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nst_lbfgs.errors import ConfigError, OutputExistsError, OutputWriteError
from nst_lbfgs.files import check_place
from nst_lbfgs.pictures.animation import check_animation
from nst_lbfgs.pictures.writing import FORMATS, check_bits_for_format, check_output
from nst_lbfgs.run_config import RunConfig

LONGEST_NAME = 80  # characters that the names of several styles may take


@dataclass(frozen=True)
class Outputs:
    """The names of a run's results, from its prefix."""

    prefix: Path
    suffix: str
    config: RunConfig
    folder_in_record: Path | None = None
    """The folder that the record names, where the results are carried to another afterwards."""

    @classmethod
    def of(cls, prefix: str, config: RunConfig, name: str) -> Outputs:
        """Return the names for a prefix as it was typed; `name` is for a prefix that is a folder.

        A prefix that ends like a picture, as in `out/a.jpg`, is also the format. Raises ConfigError.
        """
        folder = folder_of(prefix)
        if folder is not None:
            return cls(folder / name, '.png', config)
        parent, last = os.path.split(prefix)
        path = Path(parent, last.rstrip('.'))  # `a.` means a.png, not a..png
        if not last.rstrip('.'):
            raise ConfigError(f'Expected PREFIX: how the names of the results begin. Received: {prefix!r}')
        if path.suffix.lower() in FORMATS:
            return cls(path.with_suffix(''), path.suffix, config)
        return cls(path, '.png', config)

    @property
    def recorded(self) -> Outputs:
        """The results where the record says that they are."""
        if self.folder_in_record is None:
            return self
        return replace(self, prefix=self.folder_in_record / self.prefix.name, folder_in_record=None)

    @property
    def picture(self) -> Path:
        return self._beside(self.suffix)

    @property
    def record(self) -> Path:
        return self._beside('.json')

    @property
    def table(self) -> Path:
        return self._beside('.csv')

    @property
    def page(self) -> Path:
        return self._beside('.html')

    @property
    def self_contained_page(self) -> Path:
        return self._beside('_self_contained.html')

    @property
    def film(self) -> Path | None:
        """Where the iterations go as a moving picture, or None if they are not to be one."""
        animation = self.config.pictures.animation
        return self._beside(f'.{animation}') if animation else None

    @property
    def checkpoint(self) -> Path:
        return self._beside('.checkpoint')

    @property
    def lock(self) -> Path:
        return self._beside('.lock')

    def at_iteration(self, iteration: int) -> Path | None:
        """Return where this iteration's picture goes, or None if it is not to be saved."""
        last = self.config.transfer.iterations - 1
        every = self.config.pictures.save_every
        if not every or iteration > last or iteration % every and iteration != last:
            return None
        return self._beside(f'_at_iteration_{iteration}{self.suffix}')

    def iterations_saved(self, done: int) -> dict[int, Path]:
        """Return the pictures that are there of the iterations that are `done`, by their numbers."""
        found = {number: self.at_iteration(number) for number in range(done)}
        return {number: path for number, path in found.items() if path and path.exists()}

    def make_folder(self) -> None:
        """Make the folder of the prefix if need be. Raises OutputWriteError."""
        try:
            self.prefix.parent.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError) as error:  # ValueError: a null character
            reason = error.strerror if isinstance(error, OSError) else error
            raise OutputWriteError(f'Cannot make the folder {self.prefix.parent}: {reason}') from error

    def check(self, *, overwrite: bool) -> None:
        """Make the folder and raise OutputError unless all that a run leaves in the end can be written.

        Raises ConfigError for an animation that would have the picture's name.
        """
        self.make_folder()
        check_output(self.picture, overwrite=overwrite)
        check_bits_for_format(self.picture, self.config.pictures.bits)
        self._check_film(overwrite)
        check_place(self.record, overwrite=overwrite)
        for path in self._iterations_in_the_way():
            check_place(path, overwrite=overwrite)

    def _check_film(self, overwrite: bool) -> None:
        if self.film is None:
            return
        if self.film.name.lower() == self.picture.name.lower():
            raise ConfigError(
                f'Expected an animation of another format than {self.picture}. Received: {self.film}'
            )
        check_animation(self.film, overwrite=overwrite)

    def check_checkpoint(self, *, overwrite: bool) -> None:
        """Raise OutputError unless the checkpoint can be written, in its folder."""
        if os.path.isfile(self.checkpoint) and not overwrite:
            raise OutputExistsError(
                f'{self.checkpoint} exists already. Expected --resume to go on '
                'with that run, a new name, or --force to replace it.'
            )
        check_place(self.checkpoint, overwrite=overwrite)

    def _iterations_in_the_way(self) -> Iterator[Path]:
        """Yield the iterations whose names are taken, and the last one, whose name is the longest.

        The folder is listed, for there may be thousands of millions of iterations.
        """
        last = self.at_iteration(self.config.transfer.iterations - 1)
        if last is None:
            return
        yield last
        name = re.compile(f'{re.escape(self.prefix.name)}_at_iteration_([0-9]+){re.escape(self.suffix)}')
        for entry in _names_in(self.prefix.parent):
            found = name.fullmatch(entry)
            if found and self.at_iteration(int(found[1])) == self.prefix.with_name(entry):
                yield self.prefix.with_name(entry)

    def _beside(self, ending: str) -> Path:
        return self.prefix.with_name(self.prefix.name + ending)


def recorded_outputs(path: Path, record: Mapping[str, Any]) -> Outputs:
    """Return the names of a run's results beside its record or checkpoint; an old record has no picture's."""
    suffix = Path(record.get('picture') or '').suffix
    return Outputs(path.with_suffix(''), suffix if suffix.lower() in FORMATS else '.png', record['config'])


def record_of(prefix: Path) -> Path:
    """Return the record of a PREFIX, which may also end like the picture or be the record itself."""
    if prefix.suffix == '.json':
        return prefix
    stem = prefix.with_suffix('') if prefix.suffix.lower() in FORMATS else prefix
    return stem.with_name(f'{stem.name}.json')


def _names_in(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # one that may be written and not read: what is there will not be replaced anyhow
        return []


def folder_of(prefix: str) -> Path | None:
    """Return the folder that a prefix means, or None: it ends in a slash, or is a folder already."""
    if os.path.basename(prefix) in ('', os.curdir, os.pardir) or os.path.isdir(prefix):
        return Path(prefix) if prefix else None
    return None


def named_after(content: Path, styles: Sequence[Path]) -> str:
    """Return what the results of some pictures are called in a folder, as in `town_painting+scream`.

    As many styles are named as fit; of the others there is the number, as in `town_painting+11`.
    """
    name, named = f'{content.stem}_{styles[0].stem}', 1
    while named < len(styles) and len(name) + len(styles[named].stem) < LONGEST_NAME:
        name += f'+{styles[named].stem}'
        named += 1
    return name if named == len(styles) else f'{name}+{len(styles) - named}'
