"""How a run begins: checked, read, perhaps locked, then TensorFlow imported; or how one is resumed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nst_lbfgs.config import RunConfig, TransferConfig
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.pictures.writing import check_size_for_format
from nst_lbfgs.records.checkpoint import read_checkpoint

from ..options import settings_from
from .command_line import CommandLine
from .inputs import read_inputs
from .lock import run_lock
from .memory_check import check_memory, within_memory
from .outputs import Outputs, named_after
from .resuming import check_settings, checkpoint_path, resumed_outputs
from .stopping import Stopping
from .transfer import TransferRun


def prepare(
    args: argparse.Namespace,
    config: RunConfig,
    content: Path,
    style: Path,
    outputs: Outputs,
    *,
    overwrite: bool,
    preset: str | None,
    variants: Sequence[TransferConfig] = (),
) -> TransferRun:
    """Check and read everything that a run needs, without TensorFlow.

    The memory must suffice for each of `variants`, or for `config` if there are none; with --fit the
    picture may become smaller for that. Raises ConfigError, ImageError, OutputError, WeightsError or
    InsufficientMemoryError.
    """
    inputs = read_inputs(config, content, style, max_pixels=args.max_pixels)
    outputs.check(overwrite=overwrite)
    run = TransferRun(config, inputs, outputs, overwrite, preset)
    run = within_memory(run, variants or [config.transfer], fit=args.fit)
    check_size_for_format(outputs.picture, *run.inputs.size)
    return run


def start_tensorflow(args: argparse.Namespace, config: TransferConfig) -> None:
    """Import TensorFlow, and make it deterministic if `config` says so while its threads can still be set."""
    from nst_lbfgs.quiet import import_tensorflow

    import_tensorflow(verbose=args.verbose)
    if config.computation.deterministic:
        from nst_lbfgs.machine.determinism import make_deterministic
        from nst_lbfgs.machine.threads import available_cores

        make_deterministic(available_cores())


def run_once(
    args: argparse.Namespace, config: RunConfig, content: Path, style: Path, outputs: Outputs
) -> int:
    """Run a transfer that cannot be resumed."""
    run = prepare(args, config, content, style, outputs, overwrite=args.force, preset=args.preset)
    start_tensorflow(args, config.transfer)
    return run.run(new_command_line(args, args.result_prefix))


def begin(
    args: argparse.Namespace, config: RunConfig, content: Path, style: Path, prefix: str, preset: str | None
) -> int:
    """Run a transfer that can be resumed, from its start."""
    stopping = _stopping(args)
    outputs = Outputs.of(prefix, config, named_after(content, style))
    outputs.make_folder()
    with run_lock(outputs.lock):
        run = prepare(args, config, content, style, outputs, overwrite=args.force, preset=preset)
        start_tensorflow(args, config.transfer)
        return replace(run, stopping=stopping, resumable=True).run(new_command_line(args, prefix))


def new_command_line(args: argparse.Namespace, prefix: str | None) -> CommandLine:
    """Return the command line of a run that begins, as its record and its picture keep it."""
    return CommandLine.of_new_run(args.command_line, prefix, in_metadata=args.metadata)


def resume(args: argparse.Namespace) -> int:
    """Go on with the transfer of `args.resume`, a prefix."""
    stopping = _stopping(args)
    path = checkpoint_path(args.resume)
    with run_lock(path.with_suffix('.lock')):
        checkpoint = read_checkpoint(path)
        recorded = checkpoint.run
        done = len(checkpoint.state.iterations) if checkpoint.state else 0
        config = settings_from(args, recorded['config'])
        check_settings(recorded['config'], config, done)
        inputs = read_inputs(config, *_pictures(args, recorded), max_pixels=args.max_pixels)
        inputs.check_unchanged(recorded)
        outputs = resumed_outputs(path, recorded, config, args.resume)
        outputs.check(overwrite=True)
        check_size_for_format(outputs.picture, *inputs.size)
        check_memory(inputs, [config.transfer], fixed_size=True)
        command = CommandLine.of_resumed_run(args.command_line, recorded, in_metadata=args.metadata)
        run = TransferRun(
            config,
            inputs,
            outputs,
            True,
            recorded.get('preset'),
            stopping,
            resumable=True,
            checkpoint=checkpoint,
        )
        start_tensorflow(args, config.transfer)
        return run.run(command)


def _pictures(args: argparse.Namespace, recorded: dict[str, Any]) -> tuple[Path, Path]:
    """Return where the pictures are: as recorded, unless BASE and STYLE say where they are now."""
    if args.record or args.preset or args.force or args.result_prefix:
        raise ConfigError(
            'Expected --resume PREFIX, with BASE and STYLE if they have moved, and '
            'without another PREFIX, --from, --preset and --force.'
        )
    if args.fit:
        raise ConfigError('Expected --resume without --fit: the size is that of the run that goes on.')
    base = args.base_option or args.base_image_path
    style = args.style_option or args.style_reference_image_path
    if (base is None) != (style is None):
        raise ConfigError('Expected both BASE and STYLE with --resume, or neither. Received: one.')
    return Path(base or recorded['content_path']), Path(style or recorded['style_path'])


def _stopping(args: argparse.Namespace) -> Stopping:
    return Stopping(max_seconds=args.max_seconds, min_improvement=args.min_improvement)
