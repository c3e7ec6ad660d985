"""How a run begins: checked, read, perhaps locked, then TensorFlow imported; or how one is resumed."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nst_lbfgs.config import TransferConfig
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.machine.address_space import TENSORFLOW, check_address_space
from nst_lbfgs.pictures.writing import check_size_for_format
from nst_lbfgs.records.checkpoint import read_checkpoint
from nst_lbfgs.run_config import RunConfig
from nst_lbfgs.weights.sources import resolve_weights

from ..options import given_settings, settings_from
from .command_line import CommandLine
from .input_files import InputFiles, read_files
from .inputs import Inputs
from .lock import run_lock
from .memory_check import check_memory, within_memory
from .outputs import Outputs, named_after
from .page import check_page
from .paths import moved_pictures, style_paths
from .resuming import check_settings, checkpoint_path, resumed_outputs
from .stopping import Stopping
from .streams import tell
from .tensorflow import import_tensorflow_for_good
from .transfer import TransferRun


def prepare(
    args: argparse.Namespace,
    configs: Sequence[RunConfig],
    content: Path,
    styles: Sequence[Path],
    outputs: Outputs,
    *,
    overwrite: bool,
) -> list[Inputs]:
    """Check and read everything that runs of the same files need, without TensorFlow.

    Return the inputs for each of `configs`. The memory must suffice for all; with --fit their pictures may
    become smaller for that. Raises ConfigError, ImageError, OutputError, WeightsError or
    InsufficientMemoryError.
    """
    files = read_files(configs[0], content, tuple(styles), max_pixels=args.max_pixels)
    fitting = checked_inputs(files, configs, outputs, fit=args.fit, overwrite=overwrite)
    for note in fitting[0].notes():
        tell(note)
    return fitting


def checked_inputs(
    files: InputFiles, configs: Sequence[RunConfig], outputs: Outputs, *, fit: bool, overwrite: bool
) -> list[Inputs]:
    """Return the inputs of runs whose files are read, as `prepare` does."""
    check_address_space(TENSORFLOW, 'TensorFlow')
    runs = [Inputs(files, config) for config in configs]
    _check(runs)
    outputs.check(overwrite=overwrite)
    fitting = within_memory(runs, fit=fit)
    for run in fitting:
        run.check_sizes()
        check_size_for_format(outputs.picture, *run.size)
        run.check_masks()
    return fitting


def _check(runs: Sequence[Inputs]) -> None:
    for run in runs:
        run.check_sizes()
    for name in {run.config.transfer.computation.weights for run in runs} - {'imagenet'}:
        resolve_weights(name)


def check_resumed(inputs: Inputs, outputs: Outputs) -> None:
    """Check all that a run needs to go on, without TensorFlow; its size is fixed. Raises as `prepare`."""
    _check([inputs])
    outputs.check(overwrite=True)
    outputs.check_checkpoint(overwrite=True)
    check_size_for_format(outputs.picture, *inputs.size)
    check_memory(inputs)
    inputs.check_masks()


def start_tensorflow(verbose: bool, config: TransferConfig) -> None:
    """Import TensorFlow, and make it deterministic if `config` says so while its threads can still be set."""
    import_tensorflow_for_good(verbose=verbose)
    if config.computation.deterministic:
        from nst_lbfgs.machine.determinism import make_deterministic
        from nst_lbfgs.machine.threads import available_cores

        make_deterministic(available_cores())


def run_once(args: argparse.Namespace, config: RunConfig, picture: Path, outputs: Outputs) -> int:
    """Run a transfer that cannot be resumed, of one picture to itself."""
    outputs.make_folder()
    with run_lock(outputs.lock):
        (inputs,) = prepare(args, [config], picture, [picture], outputs, overwrite=args.force)
        check_page(outputs, wanted=args.report, overwrite=args.force)
        run = TransferRun(inputs, outputs, args.force, args.report, args.preset)
        start_tensorflow(args.verbose, config.transfer)
        return run.run(new_command_line(args, args.result_prefix))


def begin(
    args: argparse.Namespace,
    config: RunConfig,
    content: Path,
    styles: Sequence[Path],
    prefix: str,
    preset: str | None,
) -> int:
    """Run a transfer that can be resumed, from its start."""
    stopping = _stopping(args)
    outputs = Outputs.of(prefix, config, named_after(content, styles))
    outputs.make_folder()
    with run_lock(outputs.lock):
        (inputs,) = prepare(args, [config], content, styles, outputs, overwrite=args.force)
        run = TransferRun(inputs, outputs, args.force, args.report, preset, stopping, resumable=True)
        outputs.check_checkpoint(overwrite=args.force)
        check_page(outputs, wanted=args.report, overwrite=args.force)
        if args.record:
            tell(f'{args.record} is repeated: {outputs.picture}, {outputs.record}, {outputs.checkpoint}')
        start_tensorflow(args.verbose, config.transfer)
        return run.run(new_command_line(args, prefix))


def new_command_line(args: argparse.Namespace, prefix: str | None) -> CommandLine:
    """Return the command line of a run that begins, as its record and its picture keep it."""
    return CommandLine.of_new_run(args.command_line, prefix, given_settings(args), in_metadata=args.metadata)


def resume(args: argparse.Namespace) -> int:
    """Go on with the transfer of `args.resume`, a prefix."""
    stopping = _stopping(args)
    path = checkpoint_path(args.resume)
    with run_lock(path.with_suffix('.lock')):
        check_address_space(TENSORFLOW, 'TensorFlow')
        checkpoint = read_checkpoint(path)
        recorded = checkpoint.run
        done = len(checkpoint.state.iterations) if checkpoint.state else 0
        config = settings_from(args, recorded['config'])
        check_settings(recorded['config'], config, done)
        content, styles = _pictures(args, recorded)
        inputs = Inputs(read_files(config, content, styles, max_pixels=args.max_pixels), config)
        inputs.files.check_unchanged(recorded)
        outputs = resumed_outputs(path, recorded, config, args.resume)
        check_page(outputs, wanted=args.report, renewed=True)
        check_resumed(inputs, outputs)
        command = CommandLine.of_resumed_run(
            args.command_line, recorded, given_settings(args), in_metadata=args.metadata
        )
        run = TransferRun(
            inputs,
            outputs,
            True,
            args.report,
            recorded.get('preset'),
            stopping,
            resumable=True,
            checkpoint=checkpoint,
        )
        start_tensorflow(args.verbose, config.transfer)
        return run.run(command)


def _pictures(args: argparse.Namespace, recorded: dict[str, Any]) -> tuple[Path, tuple[Path, ...]]:
    """Return where the pictures are: as recorded, unless BASE and STYLE say where they are now."""
    if args.record or args.preset or args.force:
        raise ConfigError(
            'Expected --resume PREFIX, with BASE and STYLE if they have moved, and '
            'without --from, --preset and --force.'
        )
    if args.fit:
        raise ConfigError('Expected --resume without --fit: the size is that of the run that goes on.')
    base, given = moved_pictures(args)
    if (base is None) != (not given):
        raise ConfigError('Expected both BASE and STYLE with --resume, or neither. Received: one.')
    if base is None:
        return Path(recorded['content_path']), tuple(map(Path, recorded['style_paths']))
    styles = tuple(style_paths(given))
    if len(styles) != len(recorded['style_paths']):
        raise ConfigError(
            f'Expected --resume PREFIX, BASE and the {len(recorded["style_paths"])} STYLE of that run, '
            f'without another PREFIX. Received: BASE and {len(styles)} STYLE'
        )
    return Path(base), styles


def _stopping(args: argparse.Namespace) -> Stopping:
    return Stopping(max_seconds=args.max_seconds, began=args.began, min_improvement=args.min_improvement)
