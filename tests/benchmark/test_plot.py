"""The plot of a race: what is drawn, and that its words do not lie over one another."""

from __future__ import annotations

import io
from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from nst_lbfgs.benchmark.outcomes import OLD_WAY, Case, Mark, Race, Record
from nst_lbfgs.benchmark.plot import race_figure
from nst_lbfgs.plots.axes import COLOURS, encoded

OLD = Race(
    [10.0 * count for count in range(1, 51)],
    [1e10 / count for count in range(1, 51)],
    [Mark(10, 200.0, 5e8), Mark(25, 500.0, 2e8)],
)
FLOAT32 = Race([1.0, 5.0, 20.0, 50.0], [9e9, 2e9, 5e8, 2e8], [])
BFLOAT16 = Race([0.5, 2.5, 8.0, 40.0], [9e9, 2e9, 4e8, 2e8], [])


def records_of(pair='town, painting', repetition=0, old=OLD):
    case = Case('race', OLD_WAY, 512, pair)
    return [
        Record(case, repetition, old),
        Record(Case('race', 'float32', 512, pair), repetition, FLOAT32),
        Record(Case('race', 'bfloat16', 512, pair), repetition, BFLOAT16),
    ]


def words(panel):
    return [text.get_text() for text in panel.get_legend().get_texts()]


def test_each_way_has_a_curve_in_its_colour_on_logarithmic_axes():
    (panel,) = race_figure(records_of()).axes
    assert panel.get_title() == 'town, painting, 512 x 512'
    assert panel.get_xscale() == panel.get_yscale() == 'log'
    for line, race, colour in zip(panel.lines, (OLD, FLOAT32, BFLOAT16), COLOURS):
        np.testing.assert_array_equal(line.get_xdata(), race.seconds)
        np.testing.assert_array_equal(line.get_ydata(), race.losses)
        assert line.get_color() == colour


def test_what_is_drawn_is_the_least_loss_so_far():
    """A trial of a line search far above changes nothing."""
    old = Race([1.0, 5.0, 10.0], [8.0, 900.0, 2.0], [])
    (panel,) = race_figure(records_of(old=old)[:1]).axes
    assert panel.lines[0].get_ydata().tolist() == [8.0, 8.0, 2.0]


def test_a_gap_joins_the_old_way_and_our_fastest_at_each_mark():
    (panel,) = race_figure(records_of()).axes
    assert [list(line.get_xdata()) for line in panel.lines[3:]] == [[8.0, 200.0], [40.0, 500.0]]
    assert [list(line.get_ydata()) for line in panel.lines[3:]] == [[5e8, 5e8], [2e8, 2e8]]
    assert words(panel)[3:] == ['iteration 10: 25 times sooner', 'iteration 25: 12 times sooner']


def test_a_mark_that_ours_never_reached_has_no_gap():
    short = Race([1.0, 2.0], [9e9, 4e8], [])
    records = [records_of()[0], Record(Case('race', 'float32', 512, 'town, painting'), 0, short)]
    (panel,) = race_figure(records).axes
    assert words(panel) == ['old way', 'ours, float32', 'iteration 10: 100 times sooner']


def test_repetitions_are_curves_of_one_label():
    (panel,) = race_figure(records_of() + records_of(repetition=1)).axes
    assert words(panel)[:3] == ['old way', 'ours, float32', 'ours, bfloat16'] and len(words(panel)) == 5
    assert len(panel.lines) == 6 + 2


def test_each_pair_has_a_panel_of_one_size():
    pairs = ['a', 'b', 'c']
    figure = race_figure([record for pair in pairs for record in records_of(pair)])
    assert [panel.get_title() for panel in figure.axes] == [f'{pair}, 512 x 512' for pair in pairs]
    assert Image.open(io.BytesIO(encoded(figure, '.png'))).size == (1200, 1040)


def test_no_race_is_no_figure():
    assert race_figure([Record(Case('race', OLD_WAY, 512, 'p'), 0, None, 'killed')]) is None


def drawn_texts(panel):
    """Yield what is written in and around a panel; matplotlib also has labels of ticks outside, not drawn."""
    for axis, limits in (panel.xaxis, panel.get_xlim()), (panel.yaxis, panel.get_ylim()):
        yield axis.label
        yield from (
            tick.label1 for tick in axis.get_major_ticks() if limits[0] <= tick.get_loc() <= limits[1]
        )
    yield from [panel.title, *panel.get_legend().get_texts(), *panel.texts]


@pytest.mark.parametrize('pair', ['town, painting', 'price_$5_and_\\frac$.jpg', 'a long name ' * 9])
def test_words_do_not_lie_over_one_another(pair):
    figure = race_figure([record for number in range(3) for record in records_of(f'{pair}{number}')])
    FigureCanvasAgg(figure).draw()
    texts = [text for panel in figure.axes for text in drawn_texts(panel)]
    boxes = {f'{text.get_text()} of {number}': text.get_window_extent() for number, text in enumerate(texts)}
    assert len(boxes) > 60
    assert [pair for pair in combinations(boxes, 2) if boxes[pair[0]].overlaps(boxes[pair[1]])] == []
    panels = [panel.get_window_extent() for panel in figure.axes]
    legends = [panel.get_legend().get_window_extent() for panel in figure.axes]
    assert not any(panel.overlaps(legend) for panel in panels for legend in legends)
    for box in boxes.values():
        assert box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1


def test_an_svg_is_one():
    assert b'<svg' in encoded(race_figure(records_of()), '.SVG')
