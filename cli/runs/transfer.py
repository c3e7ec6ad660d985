"""One run of `nst-lbfgs transfer`, from inputs that are read to results that are written."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from nst_lbfgs.config import TransferConfig
from nst_lbfgs.files import write_whole
from nst_lbfgs.pictures.writing import write_picture
from nst_lbfgs.records.checkpoint import Checkpoint, write_checkpoint
from nst_lbfgs.records.record import digest_of, to_json, versions
from nst_lbfgs.run_config import RunConfig
from nst_lbfgs.weights.sources import resolve_weights

from .command_line import CommandLine
from .inputs import Arranged, Inputs
from .outputs import Outputs
from .post_processing import PostProcessing
from .progress import ProgressLines
from .recolouring import out_of_gamut as told_of_gamut
from .resuming import changed_surroundings, check_weights
from .saving import Saver, Writer
from .stopping import Stopping

if TYPE_CHECKING:
    from nst_lbfgs.arrays import Pixels
    from nst_lbfgs.progress import Progress, TransferState
    from nst_lbfgs.transfer import TransferResult
    from nst_lbfgs.weights.vgg19 import Network


@dataclass(frozen=True)
class TransferRun:
    """A run whose inputs are read and whose outputs can be written.

    With `resumable` it keeps a checkpoint and takes signals as a wish to stop; `checkpoint` is the
    one that it goes on from.
    """

    inputs: Inputs
    outputs: Outputs
    overwrite: bool
    preset: str | None = None
    stopping: Stopping = field(default_factory=Stopping)
    resumable: bool = False
    checkpoint: Checkpoint | None = None

    def run(self, command: CommandLine, network: Network | None = None) -> int:
        """Run the transfer, write its results, and return the exit code.

        TensorFlow should be imported by now. `network` is what `announce_network` returned for this
        configuration, if it was called already. Raises StyleTransferError.
        """
        from nst_lbfgs.machine.allocators import keep_memory_compact
        from nst_lbfgs.machine.precision import with_chosen_precision
        from nst_lbfgs.machine.threads import limit_blas_threads

        limit_blas_threads()
        config, state = self.config.transfer, self._state
        lines = ProgressLines(
            config.iterations, config.evaluations_per_iteration, done=len(state.iterations) if state else 0
        )
        network = network or announce_network(config, lines)
        config, choice = with_chosen_precision(config)
        keep_memory_compact(
            config, *self.inputs.size, styles=self.inputs.style_sizes(), regions=self.inputs.regions
        )
        precision = choice or config.computation.precision
        lines.message(self.inputs.summary(config, str(precision)))
        record = self._record(network, command, config)
        if self.checkpoint:
            check_weights(self.checkpoint.run, network.weights)
            for warning in changed_surroundings(self.checkpoint.run, record):
                lines.message(warning)
        saver = Saver(lines.message)
        with self._signals(lines):
            arranged = self.inputs.arranged()
            finishing = PostProcessing(self.config, arranged.content, arranged.keep)
            result = self._transfer(config, network, arranged, finishing, record, saver, lines)
            picture, out_of_gamut = finishing.of(result.image)
            measured = self._final_losses(result, config, network, arranged, lines)
            if out_of_gamut is not None:
                measured['out_of_gamut'] = out_of_gamut
                lines.message(told_of_gamut(out_of_gamut))
            write = partial(self._writer, picture, arranged.alpha)
            self._save_results(result, measured, write, record, command, saver)
        if not saver.problem:
            lines.message(
                f'{self.outputs.picture} after {result.evaluations} evaluations: {result.stop_reason}'
            )
        for problem in filter(None, (saver.problem, result.failure)):
            raise problem
        return self.stopping.exit_code

    @property
    def config(self) -> RunConfig:
        return self.inputs.config

    @property
    def _state(self) -> TransferState | None:
        return self.checkpoint.state if self.checkpoint else None

    def _signals(self, lines: ProgressLines) -> Any:
        return self.stopping.signals(lines.message) if self.resumable else nullcontext()

    def _transfer(
        self,
        config: TransferConfig,
        network: Network,
        arranged: Arranged,
        finishing: PostProcessing,
        record: dict[str, Any],
        saver: Saver,
        lines: ProgressLines,
    ) -> TransferResult:
        from nst_lbfgs.transfer import transfer_style

        def after_evaluation(count: int, loss: float) -> None:
            lines.evaluation(count, loss)
            self.stopping.after_evaluation()

        def after_iteration(progress: Progress) -> None:
            path = self.outputs.at_iteration(progress.losses.iteration)
            saved = path and saver.save(
                path, self._writer(finishing.of(progress.picture())[0], arranged.alpha)
            )
            self._save_checkpoint(record, progress.state, saver)
            lines.iteration(progress.losses, str(path) if saved else None)
            self.stopping.after_iteration(progress.losses)

        state = self._state
        self._save_checkpoint(record, lambda: state, saver)
        self.stopping.begin(state.iterations[-1].loss if state and state.iterations else None)
        return transfer_style(
            arranged.content,
            arranged.styles,
            config,
            content_mask=arranged.content_mask,
            keep=arranged.keep,
            init=arranged.init,
            network=network,
            on_iteration=after_iteration,
            on_evaluation=after_evaluation,
            on_trouble=lines.message,
            resume=state,
            keep_state=self.resumable,
        )

    def _save_checkpoint(self, record: dict[str, Any], state: Any, saver: Saver) -> None:
        if self.resumable:
            saver.save(self.outputs.checkpoint, partial(write_checkpoint, run=record, state=state()))

    def _save_results(
        self,
        result: TransferResult,
        measured: dict[str, float],
        write: Callable[[dict[str, str]], Writer],
        record: dict[str, Any],
        command: CommandLine,
        saver: Saver,
    ) -> None:
        full = (
            record
            | measured
            | {
                'stop_reason': result.stop_reason,
                'evaluations': result.evaluations,
                'troubles': list(result.troubles),
                'iterations': [asdict(losses) for losses in result.iterations],
            }
        )
        full['digest'] = digest_of(full)
        self._save_checkpoint(record, lambda: result.state, saver)
        saver.save(self.outputs.record, partial(write_whole, data=to_json(full), overwrite=self.overwrite))
        saver.save(self.outputs.picture, write(command.metadata(full['digest'])))
        saver.finish()

    def _final_losses(
        self,
        result: TransferResult,
        config: TransferConfig,
        network: Network,
        arranged: Arranged,
        lines: ProgressLines,
    ) -> dict[str, float]:
        """Return the finished picture's loss, and if that is in bfloat16, also measured in float32.

        After a signal it is not: whoever sent it is waiting for the run to end.
        """
        from nst_lbfgs.transfer import loss_in_float32

        losses = {'loss': result.loss}
        if result.precision == 'bfloat16' and not self.stopping.exit_code:
            losses['loss_in_float32'] = loss_in_float32(
                result.x,
                arranged.content,
                arranged.styles,
                config,
                network,
                content_mask=arranged.content_mask,
                keep=arranged.keep,
            )
            lines.message(
                f'Loss of the finished picture: {losses["loss_in_float32"]:.4e} in float32, '
                f'{result.loss:.4e} in bfloat16'
            )
        return losses

    def _record(self, network: Network, command: CommandLine, config: TransferConfig) -> dict[str, Any]:
        """Return the run record without the results; `config` is what 'auto' came to."""
        from nst_lbfgs.machine.device import device_description
        from nst_lbfgs.machine.threads import available_cores

        weights = network.weights
        return (
            command.record()
            | self.inputs.record()
            | {
                'prefix': str(self.outputs.prefix.absolute()),
                'picture': str(self.outputs.picture.absolute()),
                'preset': self.preset,
                'config': replace(self.config, transfer=config),
                'deterministic': config.computation.deterministic,
                'threads': available_cores(),
                'weights': asdict(weights) | {'path': weights.path and str(weights.path)},
                'device': device_description(),
                'versions': versions(),
            }
        )

    def _writer(self, pixels: Pixels, alpha: Pixels | None, metadata: dict[str, str] | None = None) -> Writer:
        return partial(write_picture, pixels=pixels, alpha=alpha, overwrite=self.overwrite, metadata=metadata)


def announce_network(config: TransferConfig, lines: ProgressLines, *, keep: bool = False) -> Network:
    """Return VGG19 with the weights that `config` asks for, and say which they are.

    With `keep` they are loaded now and stay in memory for many runs.
    """
    from nst_lbfgs.weights.vgg19 import find_network, load_network

    seed = config.start.seed
    weights = resolve_weights(config.computation.weights, seed=seed, report=lines.message)
    lines.message(f'Weights: {weights.description}')
    return (load_network if keep else find_network)(weights, seed=seed)
