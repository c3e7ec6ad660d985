"""The page of a run: its pictures, losses, settings, commands and surroundings, from its record."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..config import LbfgsConfig
from ..errors import one_line
from ..progress import IterationLosses
from ..records.history import History
from ..run_config import RunConfig
from .commands import repeating, resuming
from .files import RunFiles, source_of, whole_source_of
from .inputs import Pictures, Shown, content_and_styles, shown_inputs, size_of
from .links import link_to, shown_name
from .losses import curves
from .machine import machine_rows, version_rows
from .rendering import rendered
from .settings import settings_of

SOONEST, LATEST, AT_FIRST = 2, 30, 5  # seconds until a page of a run that goes on is read again


@dataclass(frozen=True)
class Frame:
    """The picture after an iteration: what shows it, the link to it where it lies beside, and the loss."""

    iteration: int
    source: str
    link: str | None
    loss: float


def run_page(
    record: Mapping[str, Any],
    iterations: Sequence[IterationLosses],
    history: History,
    files: RunFiles,
    pictures: Pictures,
    *,
    running: bool = False,
    inside: bool = False,
) -> bytes:
    """Return the page of a run as HTML, from its record, its 'config' a RunConfig, and what lies beside it.

    `iterations` and `history` are those of the record, or so far; the record need not have them.
    While it is `running` the page renews itself; a record without a loss is of a run that has no result. With
    `inside` all pictures are in the page, which stays as it is; else those of the run are links to the page's
    own folder. Raises RecordError for a record that no run has left.
    """
    config: RunConfig = record['config']
    frames = _frames(files, iterations, inside)
    settings = settings_of(record)
    optimizer = config.transfer.optimizer
    restarts = isinstance(optimizer, LbfgsConfig) and optimizer.restart
    inputs = shown_inputs(record, pictures)
    return rendered(
        'run.html',
        title=shown_name(files.prefix),
        status=_status(record, running),
        done=len(iterations),
        planned=config.transfer.iterations,
        seconds=sum(losses.seconds for losses in iterations),
        every=_every(iterations) if running and not inside else None,
        written=round(time.time()),
        size=size_of(record),
        inputs=content_and_styles(inputs),
        masks=[shown for (name, _), shown in inputs.items() if name not in ('content', 'style')],
        overlays=[inputs[place] for place in inputs if _lies_over_the_result(place, inputs)],
        result=_result(files, inside) if 'loss' in record and not running else None,
        frames=frames,
        iterations=iterations,
        curves=curves(iterations, history, restarts=restarts),
        troubles=_troubles(record, history),
        differing=[setting for setting in settings if setting.differs],
        others=[setting for setting in settings if not setting.differs],
        commands=_commands(record, files, config, len(iterations), running),
        machine=machine_rows(record, config),
        versions=version_rows(record),
    )


def _frames(files: RunFiles, iterations: Sequence[IterationLosses], inside: bool) -> list[Frame]:
    frames = []
    for losses in iterations:
        path = files.frames.get(losses.iteration)
        source = path and source_of(path, inside=inside)
        if path and source:
            link = None if inside else link_to(path.name)
            frames.append(Frame(losses.iteration, source, link, losses.loss))
    return frames


def _lies_over_the_result(place: tuple[str, int], inputs: Mapping[tuple[str, int], Shown]) -> bool:
    name, number = place
    over = name in ('style_masks', 'content_mask', 'keep') or (name == 'regions' and number == 0)
    return over and inputs[place].source is not None


def _result(files: RunFiles, inside: bool) -> Shown:
    source = whole_source_of(files.picture) if inside else source_of(files.picture, inside=False)
    name = shown_name(files.picture)
    return Shown('Result', name, source, '' if source else f'{name} is not there.')


def _status(record: Mapping[str, Any], running: bool) -> str:
    if running:
        return 'The run goes on'
    reason = record.get('stop_reason')
    return one_line(reason) if isinstance(reason, str) else 'The run has ended without a result'


def _every(iterations: Sequence[IterationLosses]) -> int:
    """Return the seconds after which there may be something new."""
    return round(min(max(iterations[-1].seconds, SOONEST), LATEST)) if iterations else AT_FIRST


def _troubles(record: Mapping[str, Any], history: History) -> list[tuple[str, str]]:
    """Return what went wrong, where, in order; of an older record without the place."""
    told = [(_after(event.evaluation, event.seconds), one_line(event.text)) for event in history.events]
    texts = {event.text for event in history.events}
    troubles = record.get('troubles')
    for trouble in troubles if isinstance(troubles, list) else []:
        if trouble not in texts:
            told.append(('', one_line(str(trouble))))
    return told


def _after(evaluation: int, seconds: float) -> str:
    return f'after evaluation {evaluation}, {seconds:.1f} s'


def _commands(
    record: Mapping[str, Any], files: RunFiles, config: RunConfig, done: int, running: bool
) -> list[tuple[str, str]]:
    """Return commands with what they do; those that need a file only where it is, or will be."""
    resumed = record.get('resumed')
    typed = [('The command', record.get('command'))]
    typed += [('Resumed by', command) for command in (resumed if isinstance(resumed, list) else [])]
    commands = [(what, one_line(command)) for what, command in typed if isinstance(command, str)]
    if os.path.exists(files.record) or running:
        commands.append(('To repeat it, in this folder', repeating(files)))
    if os.path.exists(files.checkpoint):
        commands.append(
            ('To go on with it, in this folder', resuming(files, config.transfer.iterations, done))
        )
    return commands
