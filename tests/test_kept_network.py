"""Many transfers with one network that is kept: the same bits, and nothing made twice."""

from __future__ import annotations

import gc
import random
import weakref

import numpy as np
import pytest

from nst_lbfgs import Style, transfer_style
from nst_lbfgs.network.backpropagation import NetworkPass
from nst_lbfgs.network.compiling import compiled
from nst_lbfgs.network.extractor import build_extractor
from nst_lbfgs.network.reuse import KEPT_EXTRACTORS, KEPT_FUNCTIONS
from nst_lbfgs.weights.sources import resolve_weights
from nst_lbfgs.weights.vgg19 import find_network, load_network

from .support.settings import changed, transfer_config

CONFIG = transfer_config(
    weights='random',
    precision='float32',
    style_layers=(('block1_conv1', 1.0), ('block2_conv1', 1.0)),
    content_layers=(('block2_conv2', 1.0),),
    evaluations_per_iteration=4,
    iterations=1,
)
WEIGHTS = resolve_weights('random')
RNG = np.random.default_rng(0)
ONE, OTHER = (RNG.integers(0, 256, (40, 48, 3)).astype(np.uint8) for _ in range(2))
WIDE = RNG.integers(0, 256, (36, 52, 3)).astype(np.uint8)
LEFT = np.zeros((40, 48), np.float32)
LEFT[:, :20] = 1
SOFT = RNG.uniform(0, 1, (40, 48)).astype(np.float32)
LATE = np.ascontiguousarray(SOFT[::-1])  # the same area, elsewhere
PART = np.zeros((36, 52), np.float32)
PART[5:30, 10:] = 1

TRANSFERS = {
    'one style': (ONE, {}, {}),
    'another': (WIDE, {}, {}),
    'a blend': ([Style(ONE, 3.0), Style(WIDE)], {}, {}),
    'the blend, other weights': ([Style(ONE), Style(WIDE, 3.0)], {}, {}),
    'a mask': (Style(ONE, mask=SOFT), {}, {}),
    'another mask of the same area': (Style(ONE, mask=LATE), {}, {}),
    'a part': (Style(WIDE, source_mask=PART), {}, {}),
    'the other part': (Style(WIDE, source_mask=1 - PART), {}, {}),
    'regions': ([Style(ONE, mask=LEFT), Style(WIDE, 2.0, 1 - LEFT), Style(OTHER, 1.0, 1 - LEFT)], {}, {}),
    'a content mask': (ONE, {'content_mask': SOFT}, {}),
    'another content mask': (ONE, {'content_mask': LATE}, {}),
    'something kept': (ONE, {'keep': SOFT}, {}),
    'something else kept': (ONE, {'keep': LATE}, {}),
    'all at once': (
        [Style(WIDE, 1.0, LEFT, PART), Style(ONE, 2.0, LEFT), Style(ONE, mask=SOFT)],
        {'content_mask': LATE, 'keep': SOFT},
        {},
    ),
    'a pyramid': (ONE, {}, {'pyramid': 2}),
    'in one batch': ([ONE, OTHER], {}, {'references': 'each-evaluation'}),
    'in one batch, other weights': ([Style(ONE, 2.0), OTHER], {}, {'references': 'each-evaluation'}),
    'in one batch with masks': (
        [Style(ONE, 1.0, LEFT, SOFT), Style(OTHER, 2.0, LEFT), Style(OTHER, mask=SOFT)],
        {'keep': LATE},
        {'references': 'each-evaluation'},
    ),
    'another weight': (ONE, {}, {'content_weight': 5.0}),
    'other layers': (ONE, {}, {'style_layers': (('block1_conv2', 1.0),)}),
    'another preprocessing': (ONE, {}, {'preprocessing': 'unit'}),
    'another pooling': (ONE, {}, {'pooling': 'average'}),
    'bounds': (ONE, {}, {'bounds': True}),
    'Adam': (ONE, {}, {'optimizer': 'adam'}),
    'no network': (ONE, {}, {'content_weight': 0.0, 'style_weight': 0.0}),
    'no style': (ONE, {}, {'style_weight': 0.0}),
    'bfloat16': (ONE, {}, {'precision': 'bfloat16'}),
    'float64': (ONE, {}, {'precision': 'float64'}),
}


FEW = ('one style', 'another', 'a mask', 'another mask of the same area')


@pytest.fixture
def passes(monkeypatch):
    """The sizes of pictures for which a way through the network is compiled."""
    sizes, begin = [], NetworkPass.__init__

    def watched(self, layers, values, **others):
        sizes.append(tuple(values.shape[1:3]))
        begin(self, layers, values, **others)

    monkeypatch.setattr(NetworkPass, '__init__', watched)
    return sizes


def transferred(content, styles, network, **settings):
    return transfer_style(content, styles, changed(CONFIG, **settings), network=network)


def bits(name, content, network):
    """Return the bits of one of TRANSFERS."""
    styles, masks, settings = TRANSFERS[name]
    if name == 'a pyramid':
        content = np.tile(content, (2, 2, 1))
    result = transfer_style(content, styles, changed(CONFIG, **settings), network=network, **masks)
    return result.x.tobytes(), result.loss


@pytest.mark.parametrize(
    'names', [FEW, pytest.param(tuple(TRANSFERS), marks=pytest.mark.slow)], ids=['few', 'all']
)
def test_a_kept_network_gives_the_same_bits_whatever_was_made_with_it_before(names, town):
    """Two contents, every setting and mask after any other, each twice; against a network for each."""
    contents = {'town': town, 'upside down': town[::-1]}
    alone = {
        (name, key): bits(name, contents[key], find_network(WEIGHTS)) for name in names for key in contents
    }
    order = [*alone, *alone]
    random.Random(0).shuffle(order)
    network = load_network(WEIGHTS)
    for name, key in order:
        assert bits(name, contents[key], network) == alone[name, key], name


def test_a_second_content_pays_nothing_again(town, passes, monkeypatch):
    """Neither kernels are copied nor anything compiled: the style's Gram matrices and the functions serve."""
    built = count_calls(monkeypatch, 'nst_lbfgs.transfer.build_extractor', build_extractor)
    network = load_network(WEIGHTS)
    transferred(town, WIDE, network)
    assert sorted(passes) == [(36, 52), (40, 48), (40, 48)]  # style; content and the evaluation
    transferred(town[::-1], WIDE, network)
    assert len(passes) == 3 and len(built) == 1


def test_another_mask_of_the_same_area_compiles_nothing(town, passes):
    """Areas of regions are compiled in; masks are not, whatever they are for."""
    network = load_network(WEIGHTS)
    for keep in (SOFT, LATE):
        passes.clear()
        transfer_style(town, ONE, CONFIG, network=network, content_mask=keep[:, ::-1], keep=keep)
    assert not passes


def test_a_network_that_is_only_found_keeps_nothing(town, passes):
    network = find_network(WEIGHTS)
    for _ in range(2):
        passes.clear()
        transferred(town, WIDE, network)
        assert len(passes) == 3
    assert network.made.grams.reused == 0


def test_gram_matrices_are_counted(town):
    """Three styles for each of four contents of two sizes: computed three times, nine times not again."""
    network = load_network(WEIGHTS)
    for content in (town, town[::-1], town[:36], town[:, :40]):
        for style in (ONE, OTHER, WIDE):
            transferred(content, style, network)
    assert (network.made.grams.made, network.made.grams.reused) == (3, 9)


def test_a_style_picture_that_was_painted_over_is_another(town):
    """Pictures are known by their pixels, not as objects."""
    network, style = load_network(WEIGHTS), ONE.copy()
    transferred(town, style, network)
    style[:] = OTHER
    again = transferred(town, style, network)
    np.testing.assert_array_equal(again.x, transferred(town, OTHER, find_network(WEIGHTS)).x)
    assert network.made.grams.made == 2


@pytest.mark.parametrize('keep', [True, False], ids=['kept', 'found'])
def test_graphs_and_extractors_that_are_not_kept_are_freed(keep, town, monkeypatch):
    functions = [
        count_calls(monkeypatch, f'nst_lbfgs.{where}.compiled', compiled)
        for where in ('whole_evaluation', 'targets')
    ]
    models = count_calls(monkeypatch, 'nst_lbfgs.transfer.build_extractor', build_extractor)
    network = (load_network if keep else find_network)(WEIGHTS)
    for height in range(40 - KEPT_FUNCTIONS // 2, 41):  # two functions of each
        transferred(town[:height], ONE, network)
    assert alive(functions[0]) + alive(functions[1]) == (KEPT_FUNCTIONS if keep else 0)
    for layer in ('block1_conv1', 'block1_conv2'):
        transferred(town, ONE, network, style_layers=((layer, 1.0),))
    assert alive(models) == (KEPT_EXTRACTORS if keep else 0)


def count_calls(monkeypatch, where, function):
    """Return weak references to all that the function named `where` will return."""
    returned = []

    def counted(*arguments, **others):
        value = function(*arguments, **others)
        returned.append(weakref.ref(getattr(value, 'graph', value)))
        return value

    monkeypatch.setattr(where, counted)
    return returned


def alive(references):
    gc.collect()
    return sum(reference() is not None for reference in references)
