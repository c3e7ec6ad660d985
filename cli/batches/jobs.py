"""The jobs of a batch, from its arguments."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nst_lbfgs.errors import ConfigError
from nst_lbfgs.pictures.writing import FORMATS
from nst_lbfgs.presets import PRESETS
from nst_lbfgs.run_config import RunConfig

from ..options import add_deterministic, add_preset, settings_from
from ..runs.command_line import CommandLine
from ..runs.grid import GridPoint, check_one_determinism, grid, parse_variation
from ..runs.outputs import Outputs, named_after
from ..settings import add_saving, add_settings
from .contents import Found, in_natural_order, pictures_of
from .job import Job, JobOptions, started_from
from .jobs_file import Row, read_jobs
from .names import check_no_clashes, check_template, checked_name, default_template, filled

PREVIOUS = 'previous'  # the start of a frame: the result of the one before


@dataclass(frozen=True)
class _Plan:
    """A job that has no name yet."""

    content: Found
    styles: tuple[Path, ...]
    point: GridPoint
    preset: str | None = None
    name: str | None = None
    problem: str | None = None


def jobs_of(args: argparse.Namespace, command: CommandLine) -> list[Job]:
    """Return the jobs that a command line asks for, in the order in which they are to run.

    Raises ConfigError and ImageReadError.
    """
    plans = list(_from_file(args) if args.jobs else _from_pictures(args))
    names, suffixes = zip(*(_name(args, number, plan) for number, plan in enumerate(plans, start=1)))
    check_no_clashes(names, [_described(plan) for plan in plans])
    shown = _shown_contents(plans)
    options = JobOptions(
        command,
        args.report,
        args.fit,
        args.keep_checkpoints,
        args.max_pixels,
        args.max_seconds,
        args.min_improvement,
        args.verbose,
    )
    jobs = [
        Job(
            _described(plan),
            {'content': content, 'style': ' + '.join(style.name for style in plan.styles)}
            | plan.point.choices,
            plan.content.path,
            plan.styles,
            plan.point.config,
            Outputs(Path(args.out) / name, suffix, plan.point.config),
            options,
            plan.preset,
            problem=plan.problem,
        )
        for plan, name, suffix, content in zip(plans, names, suffixes, shown, strict=True)
    ]
    check_one_determinism(job.config for job in jobs if not job.problem)
    return _chained(jobs) if _from_the_last_frame(args) else jobs


def _from_pictures(args: argparse.Namespace) -> Iterator[_Plan]:
    if not args.contents or not args.styles:
        raise ConfigError(
            'Expected CONTENT and --styles, or --jobs FILE. Received: one of them alone, or none.'
        )
    out = Path(args.out)
    contents = pictures_of(args.contents, recursive=args.recursive, leave_out=out)
    if args.from_frames:
        by_path = {found.path: found for found in contents}
        contents = [by_path[path] for path in in_natural_order(list(by_path))]
    styles = [found.path for found in pictures_of(args.styles, recursive=False, leave_out=out)]
    points = _points(args, _base(args))
    for point in points:
        point.config.check_number(1)
    for content, style in _pairs(contents, styles, pair_up=args.pair_up):
        for point in points:
            yield _Plan(content, (style,), point, args.preset)


def _pairs(
    contents: Sequence[Found], styles: Sequence[Path], *, pair_up: bool
) -> Iterator[tuple[Found, Path]]:
    if not pair_up:
        yield from ((content, style) for content in contents for style in styles)
        return
    if len(contents) != len(styles):
        raise ConfigError(
            f'Expected as many styles as contents with --pair-up. Received: {len(contents)} contents and '
            f'{len(styles)} styles'
        )
    yield from zip(contents, styles, strict=True)


def _from_file(args: argparse.Namespace) -> Iterator[_Plan]:
    for name in ('contents', 'styles', 'pair_up', 'recursive', 'from_frames', 'vary'):
        if getattr(args, name):
            raise ConfigError(f'Expected --jobs FILE alone, or CONTENT and --styles. Received: both, {name}.')
    for row in read_jobs(Path(args.jobs), _settings_parser(), args):
        yield _plan_of_row(row)


def _settings_parser() -> argparse.ArgumentParser:
    """Return a parser of the options that may differ from job to job."""
    parser = argparse.ArgumentParser(add_help=False)
    add_settings(parser)
    add_saving(parser)
    add_preset(parser)
    add_deterministic(parser)
    return parser


def _plan_of_row(row: Row) -> _Plan:
    """Return the plan of a row; settings that cannot be used are its own trouble."""
    config, problem = _settings_of_row(row)
    preset = row.args.preset if row.args else None
    point = GridPoint('', row.choices, config)
    return _Plan(Found(row.content), row.styles, point, preset, row.name, problem)


def _settings_of_row(row: Row) -> tuple[RunConfig, str | None]:
    if row.args is None:
        return RunConfig(), row.problem
    try:
        config = settings_from(row.args, _preset(row.args))
        config.check_number(len(row.styles))
    except ConfigError as error:
        return RunConfig(), str(error)
    return config, None


def _points(args: argparse.Namespace, config: RunConfig) -> list[GridPoint]:
    variations = [parse_variation(text) for text in args.vary]
    return grid(config, variations) if variations else [GridPoint('', {}, config)]


def _base(args: argparse.Namespace) -> RunConfig:
    if getattr(args, 'init', None) == PREVIOUS:
        if not args.from_frames:
            raise ConfigError(f'Expected --init {PREVIOUS} with --from-frames. Received: without.')
        args = argparse.Namespace(**{name: value for name, value in vars(args).items() if name != 'init'})
    return settings_from(args, _preset(args))


def _preset(args: argparse.Namespace) -> RunConfig:
    return PRESETS[args.preset] if args.preset else RunConfig()


def _from_the_last_frame(args: argparse.Namespace) -> bool:
    """Return whether each frame starts from the one before: unless another start was given."""
    return args.from_frames and getattr(args, 'init', PREVIOUS) == PREVIOUS


def _chained(jobs: Sequence[Job]) -> list[Job]:
    """Return jobs each of which starts from the result of the last one of the same style and settings."""
    chained: list[Job] = []
    last: dict[tuple[object, ...], int] = {}
    for number, job in enumerate(jobs):
        key = (
            job.styles,
            tuple(sorted((name, text) for name, text in job.choices.items() if name != 'content')),
        )
        before = last.get(key)
        if before is not None:
            job = replace(started_from(job, chained[before].outputs.picture), after=before)
        chained.append(job)
        last[key] = number
    return chained


def _name(args: argparse.Namespace, number: int, plan: _Plan) -> tuple[str, str]:
    """Return the name of a job's results, and how that of its picture ends."""
    template = args.name or default_template(varied=bool(plan.point.label))
    if plan.name:
        template = checked_name(plan.name)
    else:
        check_template(template)
        values: dict[str, str | int] = {
            'content': plan.content.path.stem,
            'style': named_after(plan.content.path, plan.styles).removeprefix(f'{plan.content.path.stem}_'),
            'settings': plan.point.file_name if plan.point.label else '',
            'folder': plan.content.folder,
            'number': number,
        }
        template = filled(template, values)
    path = Path(template)
    return (path.stem, path.suffix) if path.suffix.lower() in FORMATS else (template, '.png')


def _described(plan: _Plan) -> str:
    settings = f', {plan.point.label}' if plan.point.label else ''
    return f'{plan.content.path} in the style of {" + ".join(map(str, plan.styles))}{settings}'


def _shown_contents(plans: Sequence[_Plan]) -> list[str]:
    """Return the content pictures' names; their paths, if two of the same name are among them."""
    paths = {plan.content.path for plan in plans}
    alone = len({path.name for path in paths}) == len(paths)
    return [plan.content.path.name if alone else str(plan.content.path) for plan in plans]
