"""Whether a checkpoint fits the settings and the weights with which its run is to go on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from nst_lbfgs.errors import CheckpointError, ConfigError, OutputExistsError, RecordError
from nst_lbfgs.flat_settings import run_settings
from nst_lbfgs.pictures.writing import FORMATS
from nst_lbfgs.records.checkpoint import Checkpoint
from nst_lbfgs.records.history import History, history_of
from nst_lbfgs.run_config import RunConfig
from nst_lbfgs.weights.sources import Weights

from .outputs import Outputs, folder_of

# What may be another when a run goes on; all else would make it another run.
MAY_CHANGE = {
    'iterations',
    'save_every',
    'animation',
    'bits',
    'check_loss',
    'dpi',
    'enhance',
    'brightness',
    'color',
    'sharpness',
    'preserve_colors',
    'color_space',
    'band_rows',
    'memory_limit',
}


def checkpoint_path(prefix: str) -> Path:
    """Return where the checkpoint of a prefix is. A folder stands for the only one in it.

    Raises CheckpointError if there is none, ConfigError if the folder has several.
    """
    folder = folder_of(prefix)
    beside = Path(f'{prefix}.checkpoint')  # of a run that was begun before there was such a folder
    if folder and not beside.exists():
        path = _only_checkpoint(folder)
    else:
        path = beside if folder else Outputs.of(prefix, RunConfig(), '').checkpoint
    if path is None or not path.exists():
        raise CheckpointError(
            f'There is no checkpoint {path or f"in {folder}"} to go on from. '
            'Expected --resume with the PREFIX of a run that was begun.'
        )
    return path


def _only_checkpoint(folder: Path) -> Path | None:
    # Files that are being written, or were by a run that was killed, begin with a dot.
    found = sorted(path for path in folder.glob('*.checkpoint') if not path.name.startswith('.'))
    if len(found) > 1:
        raise ConfigError(
            f'Expected --resume with the PREFIX of one run. Received: {folder}, where there are '
            f'{", ".join(path.name for path in found)}.'
        )
    return found[0] if found else None


def resumed_outputs(checkpoint: Path, recorded: dict[str, Any], config: RunConfig, prefix: str) -> Outputs:
    """Return the names of the results beside a checkpoint.

    A prefix that ends like a picture, as in `out/a.png`, is also the format. Otherwise it stays as recorded.
    Raises OutputExistsError for a file in place of an animation that the run was not to leave.
    """
    picture = recorded.get('picture')
    suffix = Path(picture).suffix if isinstance(picture, str) else '.png'
    typed = Path(prefix).suffix
    if typed.lower() in FORMATS and folder_of(prefix) is None:
        suffix = typed
    outputs = Outputs(checkpoint.with_suffix(''), suffix, config)
    if config.pictures.animation != recorded['config'].pictures.animation:
        _check_new_film(outputs.film)
    return outputs


def _check_new_film(film: Path | None) -> None:
    if film and os.path.lexists(film):
        raise OutputExistsError(
            f'{film} exists already, and the run was to leave none. Expected it elsewhere, or another format '
            'for --animation.'
        )


def check_settings(before: RunConfig, now: RunConfig, done: int) -> None:
    """Raise ConfigError for a setting that is not the checkpoint's and cannot be changed half-way.

    So many iterations are `done`; it can be no fewer.
    """
    if now.transfer.iterations < done:
        raise ConfigError(
            f'Expected iterations: at least the {done} that are done. Received: {now.transfer.iterations}'
        )
    old, new = run_settings(before), run_settings(now)
    # The strength is that of the colours that are preserved, unless the styles' were matched with it.
    may_change = MAY_CHANGE if before.colours.match_colors else MAY_CHANGE | {'color_strength'}
    for name in old:
        if old[name] != new.get(name) and name not in may_change:
            raise ConfigError(
                f'Expected the settings of the run that is resumed: {name} was '
                f'{old[name]!r}. Received: {new.get(name)!r}'
            )


def check_weights(recorded: dict[str, Any], weights: Weights) -> None:
    """Raise CheckpointError if the weights are not those of the checkpoint."""
    before = recorded.get('weights')
    before = before if isinstance(before, dict) else {}
    if before.get('sha256') != weights.sha256:
        raise CheckpointError(
            f'The weights have changed since the checkpoint. Expected {before.get("description")}, '
            f'SHA-256 {before.get("sha256")}. Received: {weights.description}, {weights.sha256}'
        )


def history_so_far(checkpoint: Checkpoint | None) -> History:
    """Return what has happened in a run that goes on; nothing if that cannot be read, or was not kept."""
    history = History()
    if checkpoint:
        with suppress(RecordError):
            history = history_of(checkpoint.run)
        history.begin()
        history.happened('The run was resumed.')
    return history


def changed_surroundings(recorded: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """Yield a line for each version, and the device, that is another than in the checkpoint.

    The run can go on, for what is minimised is the same; only the last digits may differ.
    """
    before, versions = recorded.get('versions'), now['versions']
    for name, version in versions.items():
        old = before.get(name) if isinstance(before, dict) else None
        if old != version:
            yield f'Warning: the checkpoint was written with {name} {old}; this is {version}.'
    for name in ('device', 'threads'):
        if recorded.get(name) != now[name]:
            yield (
                f'Warning: the checkpoint was written with {name} {recorded.get(name)}; this is {now[name]}.'
            )
