"""The curves of runs: every point where the record says."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs.plots.axes import encoded
from nst_lbfgs.plots.losses import loss_figure


def run(factor=1.0, total_variation=0.0):
    return [
        {
            'iteration': index,
            'evaluations': 20 * (index + 1),
            'seconds': 1.5,
            'loss': factor * 1e9 / (index + 1),
            'content_loss': factor * 1e8,
            'style_loss': factor * 1e9 / (index + 1) - factor * 1e8,
            'total_variation_loss': total_variation,
        }
        for index in range(3)
    ]


@pytest.mark.parametrize('by, places', [('evaluations', [20, 40, 60]), ('seconds', [1.5, 3.0, 4.5])])
def test_one_run_has_its_loss_and_its_terms(by, places):
    figure = loss_figure({'my $run_1$': run()}, by)
    (panel,) = figure.axes
    assert panel.get_title() == 'my $run_1$' and panel.get_yscale() == 'log'
    curves = {line.get_label(): line for line in panel.lines}
    assert list(curves) == ['loss', 'content', 'style']  # total variation is 0
    np.testing.assert_allclose(curves['loss'].get_xdata(), places)
    np.testing.assert_allclose(curves['loss'].get_ydata(), [1e9, 5e8, 1e9 / 3])
    np.testing.assert_allclose(curves['style'].get_ydata(), [9e8, 4e8, 1e9 / 3 - 1e8])


def test_total_variation_is_there_where_it_counts():
    (panel,) = loss_figure({'run': run(total_variation=5.0)}, 'seconds').axes
    assert panel.lines[-1].get_label() == 'total variation'


def test_runs_side_by_side_are_told_apart():
    runs = {f'run {number} $x$': run(number + 1.0) for number in range(12)}
    (panel,) = loss_figure(runs, 'evaluations').axes
    assert [line.get_label().replace('\\', '') for line in panel.lines] == list(runs)
    assert len({(line.get_color(), line.get_linestyle()) for line in panel.lines}) == 12
    np.testing.assert_allclose(panel.lines[3].get_ydata(), [4e9, 2e9, 4e9 / 3])


@pytest.mark.parametrize('extension, begins', [('.png', b'\x89PNG'), ('.SVG', b'<?xml')])
def test_it_is_a_file_of_the_format(extension, begins):
    assert encoded(loss_figure({'a': run(), 'b': run(2)}, 'seconds'), extension).startswith(begins)


def test_many_powers_of_ten_have_few_ticks():
    steep = [losses | {'loss': losses['loss'] * 10.0 ** (-5 * losses['iteration'])} for losses in run()]
    for iterations, most in ((run(), 8), (steep, 14)):
        figure = loss_figure({'a': iterations, 'b': iterations}, 'evaluations')
        figure.draw_without_rendering()
        low, high = figure.axes[0].get_ylim()
        assert 1 < len([tick for tick in figure.axes[0].get_yticks() if low <= tick <= high]) <= most
