"""What a transfer shows of its progress, on small pictures and random weights."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout

import pytest

from nst_lbfgs import StopSearch, progress_bar, transfer_style
from nst_lbfgs.errors import ConfigError
from nst_lbfgs.objective import Objective

from .support.settings import changed, transfer_config

CONFIG = transfer_config(
    weights='random',
    style_layers=(('block1_conv1', 1.0),),
    content_layers=(('block2_conv1', 1.0),),
    evaluations_per_iteration=4,
    iterations=3,
)


class Terminal(io.StringIO):
    """Remembers what was written to a terminal that is wide enough."""

    def isatty(self) -> bool:
        return True

    def frames(self) -> list[str]:
        """Return the bar as it was each time."""
        return [frame.strip() for frame in self.getvalue().split('\r') if frame.strip()]

    def shares(self) -> list[int]:
        """Return how full the bar was each time, in percent."""
        return [int(re.search(r'(\d+)%\|', frame).group(1)) for frame in self.frames()]


@pytest.fixture
def terminal(monkeypatch) -> Terminal:
    """A terminal on which every change of a bar is drawn."""
    monkeypatch.setattr(progress_bar, 'REFRESH_SECONDS', 0)
    return Terminal()


def transfer_on(output: io.StringIO | None, *arguments, verbose='auto', **options):
    """Return the result of a transfer with another standard output."""
    with redirect_stdout(output):
        return transfer_style(*arguments, verbose=verbose, **options)


def evaluations(frames: list[str]) -> list[int]:
    return [int(number) for frame in frames for number in re.findall(r'evaluation (\d+),', frame)]


def test_nothing_is_shown_unasked(town, stripes, capfd):
    transfer_style(town, stripes, CONFIG)
    assert capfd.readouterr() == ('', '')


def test_what_is_piped_has_one_line(town, stripes, capfd):
    result = transfer_style(town, stripes, CONFIG, verbose='auto')
    output, errors = capfd.readouterr()
    assert errors == ''
    assert re.fullmatch(
        rf'Iteration 3 of 3, evaluation {result.evaluations}, loss {re.escape(f"{result.loss:.4e}")}, '
        r'\d+\.\d s: all iterations done\n',
        output,
    )


def test_each_evaluation_moves_the_bar_on_a_terminal(town, stripes, terminal):
    result = transfer_on(terminal, town, stripes, CONFIG)
    shares = terminal.shares()
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 100
    assert sorted(set(evaluations(terminal.frames()))) == list(range(1, result.evaluations + 1))
    for iteration in (1, 2, 3):
        assert any(frame.startswith(f'Iteration {iteration} of 3: ') for frame in terminal.frames())
    last = terminal.frames()[-1]
    assert last.endswith(f'evaluation {result.evaluations}, loss {result.loss:.4e}, all iterations done')
    assert terminal.getvalue().endswith('\n') and terminal.getvalue().count('\n') == 1


@pytest.mark.parametrize(
    'optimizer', [{'restart': True, 'coordinates': 'pixels'}, {'optimizer': 'adam'}], ids=str
)
def test_an_iteration_is_the_same_part_of_the_bar_whatever_it_takes(optimizer, town, stripes, terminal):
    """A fresh call of L-BFGS takes an evaluation more or less; Adam one more in all."""
    result = transfer_on(terminal, town, stripes, changed(CONFIG, **optimizer))
    assert result.evaluations != 12
    pairs = zip(terminal.frames(), terminal.shares(), strict=True)
    for iteration in (1, 2, 3):
        first = next(share for frame, share in pairs if frame.startswith(f'Iteration {iteration} of 3: '))
        assert round(first / 100 * 12) in (4 * iteration - 4, 4 * iteration - 3)
    assert terminal.shares()[-1] == 100


def test_a_resumed_run_starts_where_it_was(town, stripes, terminal):
    first = transfer_style(town, stripes, changed(CONFIG, iterations=2), keep_state=True)
    result = transfer_on(terminal, town, stripes, CONFIG, resume=first.state)
    assert terminal.frames()[0].startswith('Iteration 3 of 3:  67%|')
    assert evaluations(terminal.frames())[0] == first.evaluations + 1
    assert terminal.shares()[-1] == 100 and evaluations(terminal.frames())[-1] == result.evaluations


def test_a_run_with_nothing_left_to_do_says_so(town, stripes, capfd):
    first = transfer_style(town, stripes, CONFIG, keep_state=True)
    transfer_style(town, stripes, CONFIG, resume=first.state, verbose=2)
    assert capfd.readouterr().out.startswith(f'Iteration 3 of 3, evaluation {first.evaluations}, ')


def test_smaller_sizes_do_not_move_the_bar(stripes, terminal):
    picture = stripes.repeat(2, axis=0).repeat(2, axis=1)
    transfer_on(terminal, picture, stripes, changed(CONFIG, pyramid=2))
    smaller = [frame for frame in terminal.frames() if frame.startswith('At a smaller size:   0%|')]
    assert smaller and all('loss' in frame for frame in smaller)
    assert terminal.frames()[-1].startswith('Iteration 3 of 3: 100%|')


def stop_at_6(count: int, loss: float) -> None:
    if count == 6:
        raise StopSearch('time is\nup')


def test_an_early_stop_ends_the_bar(town, stripes, terminal):
    transfer_on(terminal, town, stripes, CONFIG, on_evaluation=stop_at_6)
    assert re.match('Iteration 2 of 3: 100%.* evaluation 6, loss .*, time is\\\\nup$', terminal.frames()[-1])
    assert terminal.getvalue().endswith('\n') and terminal.getvalue().count('\n') == 1


def test_an_early_stop_is_told_in_one_line(town, stripes, capfd):
    transfer_style(town, stripes, CONFIG, on_evaluation=stop_at_6, verbose=2)
    output = capfd.readouterr().out
    assert output.startswith('Iteration 2 of 3, evaluation 6, ') and output.count('\n') == 1


def test_a_search_that_gives_up_leaves_the_bar_where_it_was(town, stripes, terminal, monkeypatch):
    evaluate = Objective.evaluate

    def failing(self, x):
        return evaluate(self, x if not evaluations(terminal.frames()) else x * float('nan'))

    monkeypatch.setattr(Objective, 'evaluate', failing)
    result = transfer_on(terminal, town, stripes, CONFIG)
    assert result.failure and terminal.shares()[-1] < 100
    assert 'The loss is nan' in terminal.frames()[-1] and terminal.getvalue().endswith('\n')


def test_an_interrupted_run_leaves_the_terminal_on_a_new_line(town, stripes, terminal):
    def interrupt(count, loss):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        transfer_on(terminal, town, stripes, CONFIG, on_evaluation=interrupt)
    assert terminal.getvalue().endswith('\n') and terminal.shares()[-1] < 100


@pytest.mark.parametrize('verbose', [1, 2])
@pytest.mark.parametrize('works', [0, 3], ids=['from the start', 'later'])
def test_an_output_that_fails_does_not_end_a_run(works, verbose, town, stripes):
    class Full(io.StringIO):
        left = works

        def write(self, text):
            self.left -= 1
            if self.left < 0:
                raise OSError(28, 'No space left on device')
            return len(text)

    assert transfer_on(Full(), town, stripes, CONFIG, verbose=verbose).stop_reason == 'all iterations done'


@pytest.mark.parametrize('stream', ['none', 'closed'])
def test_without_an_output_nothing_is_shown(stream, town, stripes):
    output = None if stream == 'none' else io.StringIO()
    if output:
        output.close()
    assert transfer_on(output, town, stripes, CONFIG).stop_reason == 'all iterations done'


@pytest.mark.parametrize('verbose', ['yes', 3, None, [1]])
def test_what_verbose_may_be(verbose, town, stripes):
    with pytest.raises(ConfigError, match="Expected verbose: 'auto', 0, 1 or 2. Received: "):
        transfer_style(town, stripes, CONFIG, verbose=verbose)
