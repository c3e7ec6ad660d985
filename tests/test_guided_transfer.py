"""The whole way with several styles, masks and something that is kept, on small pictures."""

from __future__ import annotations

import numpy as np
import pytest

from nst_lbfgs import StopSearch, Style, transfer_style
from nst_lbfgs.guidance.keeping import feathered
from nst_lbfgs.network.preprocessing import PREPROCESSINGS
from nst_lbfgs.transfer import loss_in_float32
from nst_lbfgs.weights.sources import resolve_weights
from nst_lbfgs.weights.vgg19 import find_network

from .support.settings import transfer_config

SMALL = {
    'weights': 'random',
    'style_layers': (('block1_conv1', 1.0), ('block2_conv1', 1.0)),
    'content_layers': (('block2_conv2', 1.0),),
    'evaluations_per_iteration': 5,
    'iterations': 2,
}
LEFT = np.zeros((40, 48), np.float32)
LEFT[:, :24] = 1
KEEP = np.zeros((40, 48), np.float32)
KEEP[10:30, 4:16] = 1
KEEP = feathered(KEEP, 4)


@pytest.fixture
def everything(town, stripes):
    """Three styles of three sizes in two regions, a content mask, and something kept."""
    other = np.ascontiguousarray(np.rot90(stripes))[:, :36]
    styles = [Style(stripes, 3.0, LEFT), Style(other, 1.0, LEFT), Style(town[4:], mask=1 - LEFT)]
    return (town, styles), {'content_mask': 1 - LEFT / 2, 'keep': KEEP}


@pytest.mark.parametrize(
    'settings',
    [
        {},
        {'init': 'noise'},
        {'init': 'blend:0.5', 'init_colors': 'matched'},
        {'bounds': True},
        {'coordinates': 'pixels', 'restart': True},
        {'optimizer': 'adam', 'learning_rate': 20.0},
        {'precision': 'bfloat16'},
        {'preprocessing': 'torchvision', 'gram': 'per-element', 'style_weight': 1e6},
    ],
    ids=lambda settings: ' '.join(f'{k}={v}' for k, v in settings.items()) or 'default',
)
def test_what_is_kept_stays_byte_for_byte(settings, everything):
    """In each iteration's picture and in the result; the rest, the feathered border too, is changed."""
    pictures, masks = everything
    seen = []
    config = transfer_config(**SMALL | settings)
    result = transfer_style(
        *pictures, config, **masks, on_iteration=lambda p: seen.append((p.picture(), p.x()))
    )
    content, kept = pictures[0], KEEP == 1
    for picture, x in [*seen, (result.image, result.x)]:
        np.testing.assert_array_equal(picture[kept], content[kept])
        preprocessing = PREPROCESSINGS[config.objective.preprocessing]
        np.testing.assert_array_equal(preprocessing.deprocess(x.reshape(content.shape)), picture)
    assert (result.image != content)[KEEP == 0].mean() > 0.5
    assert (result.image != content)[(KEEP > 0) & (KEEP < 1)].any()


def test_the_search_sees_what_is_kept(everything):
    """The reported loss is that of the result as it is, and it falls."""
    pictures, masks = everything
    config = transfer_config(**SMALL, init='noise')
    network = find_network(resolve_weights('random', seed=0), seed=0)
    result = transfer_style(*pictures, config, **masks, network=network)
    assert result.iterations[1].loss < result.iterations[0].loss
    again = loss_in_float32(result.x, *pictures, config, network, **masks)
    assert again == pytest.approx(result.loss, rel=1e-5)


@pytest.mark.parametrize('settings', [{'restart': True}, {'optimizer': 'adam'}], ids=['restarts', 'adam'])
def test_taken_up_again_it_ends_in_the_same_bits(settings, everything):
    pictures, masks = everything
    config, states = transfer_config(**SMALL | settings), []
    whole = transfer_style(*pictures, config, **masks, on_iteration=lambda p: states.append(p.state()))
    resumed = transfer_style(*pictures, config, **masks, resume=states[0])
    np.testing.assert_array_equal(resumed.x, whole.x)
    assert resumed.iterations[-1].loss == whole.iterations[-1].loss


@pytest.mark.parametrize('init', ['content', 'noise', 'blend:0.5', 'gray', 'style'])
def test_a_pyramid_has_everything_at_its_smaller_size(init, everything):
    """From any start the full size begins with a lower loss than without."""
    (content, styles), masks = everything
    twice = np.ones((2, 2))
    content = np.kron(content, twice[:, :, np.newaxis]).astype(np.uint8)
    styles = [Style(style.picture, style.weight, np.kron(style.mask, twice)) for style in styles]
    masks = {name: np.kron(mask, twice) for name, mask in masks.items()}
    first = {}
    for scales in (1, 2):

        def note(count, loss, scales=scales):
            if count == 1:
                first[scales] = loss
                raise StopSearch('seen')

        config = transfer_config(**SMALL | {'iterations': 1, 'pyramid': scales}, init=init)
        result = transfer_style(content, styles, config, **masks, on_evaluation=note)
        kept = masks['keep'] == 1
        np.testing.assert_array_equal(result.image[kept], content[kept])
    assert first[2] < first[1]


def test_noise_of_the_full_size_does_not_undo_what_the_smaller_has_done(town, stripes):
    """From a blend the full size begins with hardly more grain than from noise."""
    content = np.kron(town, np.ones((2, 2, 1), np.uint8))

    def stop(count, loss):
        if count == 1:
            raise StopSearch('seen')

    def grain(init, scales):
        config = transfer_config(**SMALL | {'iterations': 1, 'pyramid': scales}, init=init)
        picture = transfer_style(content, stripes, config, on_evaluation=stop).image.astype(float)
        return np.abs(np.diff(picture, axis=1)).mean()

    assert grain('blend:0.9', 2) < min(1.3 * grain('noise', 2), 0.6 * grain('blend:0.9', 1))


def test_left_and_right_half_take_their_own_style(town):
    """Two flat styles: each half's mean colour moves to its own."""
    red, blue = (np.broadcast_to(np.uint8(colour), (40, 48, 3)) for colour in ((220, 40, 40), (40, 40, 220)))
    styles = [Style(np.array(red), mask=LEFT), Style(np.array(blue), mask=1 - LEFT)]
    config = transfer_config(**SMALL | {'iterations': 4}, content_weight=0.0, tv_weight=0.0)
    image = transfer_style(town, styles, config).image.astype(float)
    redder = image[..., 0] - image[..., 2]
    assert redder[:, :16].mean() > 50 and redder[:, 32:].mean() < -50


def test_a_content_mask_lets_the_rest_go(town, stripes):
    config = transfer_config(**SMALL, content_weight=100.0)
    image = transfer_style(town, stripes, config, content_mask=LEFT).image
    change = np.abs(image.astype(float) - town).mean(axis=(0, 2))
    assert change[:16].mean() < change[32:].mean()
