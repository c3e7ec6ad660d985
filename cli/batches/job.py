"""A job of a batch: a transfer that is still to be made, described so that any process can make it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nst_lbfgs.run_config import RunConfig

from ..runs.command_line import CommandLine
from ..runs.input_files import InputFiles
from ..runs.outputs import Outputs


@dataclass(frozen=True)
class JobOptions:
    """How the jobs of a batch run, beside their settings."""

    command: CommandLine
    page: bool = True
    fit: bool = False
    keep_checkpoints: bool = False
    max_pixels: int | None = None
    max_seconds: float | None = None
    min_improvement: float | None = None
    verbose: bool = False


@dataclass(frozen=True)
class Job:
    """A transfer of a batch: which pictures, with which settings, to which results.

    `choices` is what the batch's table says of it, by column. A job that starts `after` another one, by its
    number, starts from the picture of that. `problem` is why it cannot be run, if that is known already.
    """

    label: str
    choices: dict[str, str]
    content: Path
    styles: tuple[Path, ...]
    config: RunConfig
    outputs: Outputs
    options: JobOptions
    preset: str | None = None
    after: int | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Parcel:
    """A job whose pictures go with it, to a machine that does not see them, and what it has left so far."""

    job: Job
    files: InputFiles
    checkpoint: bytes | None


@dataclass(frozen=True)
class Outcome:
    """What became of a job: a problem, if there is one, and the exit code of a run that was stopped.

    `reused` is how many style pictures had their Gram matrices in memory already. Of a parcel there are also
    the files that it has left, by their names.
    """

    problem: str | None = None
    exit_code: int = 0
    reused: int = 0
    files: dict[str, bytes] = field(default_factory=dict)


def started_from(job: Job, picture: Path) -> Job:
    """Return the job with a picture to start from."""
    config = job.config
    start = replace(config.transfer.start, init='picture')
    pictures: Any = replace(config.pictures, init_path=str(picture.absolute()))
    transfer = replace(config.transfer, start=start)
    changed = replace(config, transfer=transfer, pictures=pictures)
    return replace(job, config=changed, outputs=replace(job.outputs, config=changed))
