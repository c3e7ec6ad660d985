"""One run of `nst-lbfgs transfer`, from inputs that are read to results that are written."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from nst_lbfgs.checkpoint import Checkpoint, write_checkpoint
from nst_lbfgs.config import RunConfig
from nst_lbfgs.files import write_whole
from nst_lbfgs.picture_output import write_picture
from nst_lbfgs.postprocess import Enhancement, enhance
from nst_lbfgs.record import digest_of, to_json, versions
from nst_lbfgs.weights import Weights, resolve_weights

from .command_line import CommandLine
from .outputs import Outputs
from .progress import ProgressLines
from .resuming import changed_surroundings, check_weights
from .saving import Saver
from .stopping import Stopping
from .transfer_inputs import Inputs

if TYPE_CHECKING:
    from nst_lbfgs.images import Pixels
    from nst_lbfgs.transfer import Progress, TransferResult
    from nst_lbfgs.transfer_state import TransferState


@dataclass(frozen=True)
class TransferRun:
    """A run whose inputs are read and whose outputs can be written."""

    config: RunConfig
    inputs: Inputs
    outputs: Outputs
    command: CommandLine
    stopping: Stopping
    overwrite: bool
    checkpoint: Checkpoint | None = None

    def run(self) -> int:
        """Run the transfer, write its results, and return the exit code.

        TensorFlow should be imported by now. Raises StyleTransferError.
        """
        config = self.config.transfer
        state = self.checkpoint.state if self.checkpoint else None
        lines = ProgressLines(config.iterations, config.evaluations_per_iteration,
                              done=len(state.iterations) if state else 0)
        weights = resolve_weights(config.weights, seed=config.seed, report=lines.message)
        lines.message(f'Weights: {weights.description}')
        lines.message(f'{self.inputs.size[1]} x {self.inputs.size[0]} pixels, {config.precision}')
        record = self._record(weights)
        if self.checkpoint:
            check_weights(self.checkpoint.run, weights)
            for warning in changed_surroundings(self.checkpoint.run, record):
                lines.message(warning)
        saver = Saver(lines.message)
        with self.stopping.signals(lines.message, self._abandon):
            result = self._transfer(weights, record, state, saver, lines)
            self._save_results(result, record, saver)
        lines.message(f'{self.outputs.picture} after {result.evaluations} evaluations: '
                      f'{result.stop_reason}')
        for problem in filter(None, (saver.problem, result.failure)):
            raise problem
        return self.stopping.exit_code

    def _transfer(self, weights: Weights, record: dict[str, Any], state: TransferState | None,
                  saver: Saver, lines: ProgressLines) -> TransferResult:
        from nst_lbfgs.features import load_network
        from nst_lbfgs.transfer import transfer_style

        def after_evaluation(count: int, loss: float) -> None:
            lines.evaluation(count, loss)
            self.stopping.after_evaluation()

        def after_iteration(progress: Progress) -> None:
            path = self.outputs.at_iteration(progress.losses.iteration, self.config)
            saved = path and saver.save(path, self._picture_writer(progress.picture()))
            saver.save(self.outputs.checkpoint, self._checkpoint_writer(record, progress.state()))
            lines.iteration(progress.losses, str(path) if saved else None)
            self.stopping.after_iteration(progress.losses)

        saver.save(self.outputs.checkpoint, self._checkpoint_writer(record, state))
        self.stopping.begin(state.iterations[-1].loss if state and state.iterations else None)
        seed = self.config.transfer.seed
        return transfer_style(
            self.inputs.resized_content(), self.inputs.resized_style(), self.config.transfer,
            init=self.inputs.resized_init(), network=load_network(weights, seed=seed),
            on_iteration=after_iteration, on_evaluation=after_evaluation, on_trouble=lines.message,
            resume=state)

    def _save_results(self, result: TransferResult, record: dict[str, Any], saver: Saver) -> None:
        full = record | {
            'stop_reason': result.stop_reason,
            'evaluations': result.evaluations,
            'troubles': list(result.troubles),
            'iterations': [asdict(losses) for losses in result.iterations],
        }
        full['digest'] = digest_of(full)
        metadata = {}
        if self.command.in_metadata:
            metadata = {'nst-lbfgs command': self.command.without_prefix,
                        'nst-lbfgs record digest': full['digest']}
        saver.save(self.outputs.checkpoint, self._checkpoint_writer(record, result.state))
        saver.save(self.outputs.record, partial(write_whole, data=to_json(full),
                                                overwrite=self.overwrite))
        saver.save(self.outputs.picture, self._picture_writer(result.image, metadata))
        saver.finish()

    def _record(self, weights: Weights) -> dict[str, Any]:
        """Return the run record without the results."""
        from nst_lbfgs.device import device_description
        from nst_lbfgs.determinism import available_cores

        return self.inputs.record() | {
            **self.command.record(),
            'prefix': str(self.outputs.prefix.absolute()),
            'picture': str(self.outputs.picture.absolute()),
            'config': self.config,
            'deterministic': self.config.transfer.deterministic,
            'threads': available_cores(),
            'weights': asdict(weights) | {'path': weights.path and str(weights.path)},
            'device': device_description(),
            'versions': versions(),
        }

    def _picture_writer(self, pixels: Pixels, metadata: dict[str, str] | None = None) -> Any:
        pictures = self.config.pictures
        if pictures.enhance:
            pixels = enhance(pixels, Enhancement(pictures.brightness, pictures.color,
                                                 pictures.sharpness))
        return partial(write_picture, pixels=pixels, alpha=self.inputs.resized_alpha(),
                       overwrite=self.overwrite, metadata=metadata)

    @staticmethod
    def _checkpoint_writer(record: dict[str, Any], state: TransferState | None) -> Any:
        return partial(write_checkpoint, run=record, state=state)

    def _abandon(self) -> None:
        self.outputs.lock.unlink(missing_ok=True)
