"""How `nst-lbfgs transfer` begins: a new run, or one that is resumed; locked, then run."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from nst_lbfgs.checkpoint import read_checkpoint
from nst_lbfgs.config import RunConfig
from nst_lbfgs.errors import ConfigError

from ..options import settings_from
from .command_line import CommandLine
from .inputs import read_inputs
from .lock import run_lock
from .memory_check import check_memory, within_memory
from .outputs import Outputs
from .resuming import check_settings, checkpoint_path, resumed_outputs
from .stopping import Stopping
from .transfer import TransferRun, prepare


def begin(
    args: argparse.Namespace, config: RunConfig, content: Path, style: Path, prefix: Path, preset: str | None
) -> int:
    """Run a transfer from its start."""
    stopping = _stopping(args)
    outputs = Outputs.of(prefix, config)
    outputs.make_folder()
    with run_lock(outputs.lock):
        run = prepare(
            config, content, style, prefix, max_pixels=args.max_pixels, overwrite=args.force, preset=preset
        )
        run = within_memory(run, [config.transfer], fit=args.fit)
        command = CommandLine.of_new_run(sys.argv[1:], prefix, in_metadata=args.metadata)
        return _run(replace(run, stopping=stopping, resumable=True), command, args)


def resume(args: argparse.Namespace) -> int:
    """Go on with the transfer of `args.resume`, a prefix."""
    stopping = _stopping(args)
    path = checkpoint_path(args.resume)
    with run_lock(path.with_suffix('.lock')):
        checkpoint = read_checkpoint(path)
        recorded = checkpoint.run
        config = settings_from(args, recorded['config'])
        check_settings(recorded['config'], config)
        inputs = read_inputs(config, *_pictures(args, recorded), max_pixels=args.max_pixels)
        inputs.check_unchanged(recorded)
        outputs = resumed_outputs(args.resume, recorded, config)
        outputs.check(overwrite=True)
        check_memory(inputs, [config.transfer], fixed_size=True)
        command = CommandLine.of_resumed_run(sys.argv[1:], recorded, in_metadata=args.metadata)
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
        return _run(run, command, args)


def _run(run: TransferRun, command: CommandLine, args: argparse.Namespace) -> int:
    from .quiet import import_tensorflow

    import_tensorflow(verbose=args.verbose)
    if run.config.transfer.deterministic:
        from nst_lbfgs.machine.determinism import make_deterministic
        from nst_lbfgs.machine.threads import available_cores

        make_deterministic(available_cores())
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
