"""One run of `nst-lbfgs transfer`, from inputs that are read to results that are written."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nst_lbfgs.config import TransferConfig
from nst_lbfgs.errors import StyleTransferError
from nst_lbfgs.records.checkpoint import Checkpoint
from nst_lbfgs.records.history import History
from nst_lbfgs.records.record import versions
from nst_lbfgs.run_config import RunConfig
from nst_lbfgs.weights.sources import resolve_weights

from .command_line import CommandLine
from .film import leave_film
from .inputs import Arranged, Inputs
from .outputs import Outputs
from .page import Page
from .post_processing import PostProcessing
from .progress import ProgressLines
from .recolouring import out_of_gamut as told_of_gamut
from .results import Results
from .resuming import changed_surroundings, check_weights, history_so_far
from .saving import Saver
from .stopping import Stopping

if TYPE_CHECKING:
    from nst_lbfgs.progress import Progress, TransferState
    from nst_lbfgs.transfer import TransferResult
    from nst_lbfgs.weights.vgg19 import Network


@dataclass(frozen=True)
class TransferRun:
    """A run whose inputs are read and whose outputs can be written.

    With `resumable` it keeps a checkpoint and takes signals as a wish to stop; `checkpoint` is the
    one that it goes on from. With `page` it leaves a page beside its picture.
    """

    inputs: Inputs
    outputs: Outputs
    overwrite: bool
    page: bool
    preset: str | None = None
    stopping: Stopping = field(default_factory=Stopping)
    resumable: bool = False
    checkpoint: Checkpoint | None = None
    lines: Callable[..., ProgressLines] = ProgressLines
    """What shows how the run goes on, by the number of iterations, of evaluations in each, and `done`."""

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
        lines = self.lines(
            config.iterations, config.evaluations_per_iteration, done=len(state.iterations) if state else 0
        )
        network = network or announce_network(config, lines)
        config, choice = with_chosen_precision(config)
        config = self.inputs.fitted(config)
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
        history = history_so_far(self.checkpoint)
        results = self._results(record, history, lines)
        with self._signals(lines):
            arranged = self.inputs.arranged()
            finishing = PostProcessing(self.config, arranged.content, arranged.keep)
            result = self._transfer(config, network, arranged, finishing, history, results, lines)
            picture, out_of_gamut = finishing.of_result(result)
            measured = self._final_losses(result, config, network, arranged, lines)
            if out_of_gamut is not None:
                measured['out_of_gamut'] = out_of_gamut
                lines.message(told_of_gamut(out_of_gamut))
            problem = results.finish(result, picture, arranged.alpha, measured, command)
            without_film = leave_film(
                self.outputs,
                len(result.iterations),
                self.inputs.files.content.pixels,
                overwrite=self.overwrite,
                report=lines.message,
            )
        if not problem:
            lines.message(
                f'{self.outputs.picture} after {result.evaluations} evaluations: {result.stop_reason}'
            )
        for error in filter(None, (problem, without_film, result.failure)):
            raise error
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
        history: History,
        results: Results,
        lines: ProgressLines,
    ) -> TransferResult:
        from nst_lbfgs.transfer import transfer_style

        def after_evaluation(count: int, loss: float) -> None:
            history.evaluated(count, loss)
            lines.evaluation(count, loss)
            self.stopping.after_evaluation()

        def after_iteration(progress: Progress) -> None:
            saved = results.iteration(
                progress.losses,
                lambda: finishing.of(progress.picture())[0],
                arranged.alpha,
                progress.state,
            )
            lines.iteration(progress.losses, str(saved) if saved else None)
            self.stopping.after_iteration(progress.losses)

        def on_trouble(text: str) -> None:
            history.happened(text)
            lines.message(text)

        state = self._state
        results.begin(state)
        history.begin()
        self.stopping.begin(state.iterations[-1].loss if state and state.iterations else None)
        try:
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
                on_trouble=on_trouble,
                resume=state,
                keep_state=self.resumable,
            )
        except StyleTransferError as error:
            results.failed(error)
            raise

    def _results(self, record: dict[str, Any], history: History, lines: ProgressLines) -> Results:
        def report(text: str) -> None:
            history.happened(text)
            lines.message(text)

        page = None
        if self.page:
            page = Page(self.inputs, self.outputs, overwrite=self.overwrite, report=lines.message)
        return Results(
            self.outputs,
            self.inputs.dpi,
            record,
            history,
            Saver(report),
            page,
            resumable=self.resumable,
            overwrite=self.overwrite,
        )

    def _final_losses(
        self,
        result: TransferResult,
        config: TransferConfig,
        network: Network,
        arranged: Arranged,
        lines: ProgressLines,
    ) -> dict[str, float]:
        """Return the finished picture's loss, and if it is to be checked, also measured in float32.

        After a signal it is not: whoever sent it is waiting for the run to end.
        """
        from nst_lbfgs.transfer import loss_in_float32

        losses = {'loss': result.loss}
        checked = self.config.pictures.check_loss and not self.stopping.exit_code
        if result.precision == 'bfloat16' and checked:
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
        """Return the run record without the results; `config` is what was chosen."""
        from nst_lbfgs.machine.determinism import threads_of_operations
        from nst_lbfgs.machine.device import device_description

        weights = network.weights
        return (
            command.record()
            | self.inputs.record()
            | {
                'prefix': str(self.outputs.recorded.prefix.absolute()),
                'picture': str(self.outputs.recorded.picture.absolute()),
                'preset': self.preset,
                'config': replace(self.config, transfer=_as_asked(config, self.config.transfer)),
                'deterministic': config.computation.deterministic,
                'memory': {
                    'expected_bytes': self.inputs.memory(config),
                    'band_rows': config.computation.band_rows,
                },
                'threads': threads_of_operations(),
                'weights': asdict(weights) | {'path': weights.path and str(weights.path)},
                'device': device_description(),
                'versions': versions(),
            }
        )


def _as_asked(config: TransferConfig, asked: TransferConfig) -> TransferConfig:
    """Return a configuration with the bands that were asked for: another machine may have others."""
    return replace(config, computation=replace(config.computation, band_rows=asked.computation.band_rows))


def announce_network(config: TransferConfig, lines: ProgressLines, *, keep: bool = False) -> Network:
    """Return VGG19 with the weights that `config` asks for, and say which they are.

    With `keep` they are loaded now and stay in memory for many runs.
    """
    from nst_lbfgs.weights.vgg19 import find_network, load_network

    seed = config.start.seed
    weights = resolve_weights(config.computation.weights, seed=seed, report=lines.message)
    lines.message(f'Weights: {weights.description}')
    return (load_network if keep else find_network)(weights, seed=seed)
