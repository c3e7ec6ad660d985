"""Every preset against its document's formula in plain NumPy, and as a table with sources."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pytest

from nst_lbfgs import StopSearch, transfer_style
from nst_lbfgs.config import AdamConfig
from nst_lbfgs.flat_settings import of_other_optimizers, run_settings
from nst_lbfgs.guidance.given import Given
from nst_lbfgs.guidance.starting_picture import with_styles_colours
from nst_lbfgs.losses import FEATURE_SCALES
from nst_lbfgs.network.extractor import build_extractor
from nst_lbfgs.objective import Objective
from nst_lbfgs.pictures.enhancement import Enhancement
from nst_lbfgs.presets import OURS, PRESETS, PUBLICATIONS
from nst_lbfgs.run_config import RunConfig
from nst_lbfgs.weights.vgg19 import random_kernels

from .support import numpy_vgg
from .support.numpy_vgg import caffe_from_rgb, gram
from .support.settings import changed, references, transfer_config

KERNELS = random_kernels(0)
SYSTEMS = PUBLICATIONS | OURS
CONV1 = [f'block{block}_conv1' for block in range(1, 6)]
TORCH_MEAN, TORCH_STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def features(caffe, padding='zero'):
    """Return every layer's features of Caffe's coordinates, computed once for each picture."""
    return _features(np.ascontiguousarray(caffe, np.float64).tobytes(), caffe.shape, padding)


@functools.cache
def _features(data, shape, padding):
    return numpy_vgg.features(np.frombuffer(data).reshape(shape), KERNELS, padding=padding)


def chollet(
    content,
    style,
    x,
    *,
    content_layer='block5_conv2',
    content_weight=0.025,
    layer_weights=(0.2,) * 5,
    tv_weight,
):
    """Keras's example, the book and the enhanced script: sums of squares, x in BGR minus the mean."""
    height, width, _ = x.shape
    base, reference, combination = (
        features(picture) for picture in (caffe_from_rgb(content), caffe_from_rgb(style), x)
    )
    loss = content_weight * np.sum((combination[content_layer] - base[content_layer]) ** 2)
    for name, weight in zip(CONV1, layer_weights):
        difference = gram(reference[name]) - gram(combination[name])
        loss += weight * np.sum(difference**2) / (4.0 * (3**2) * ((height * width) ** 2))
    a = (x[: height - 1, : width - 1] - x[1:, : width - 1]) ** 2
    b = (x[: height - 1, : width - 1] - x[: height - 1, 1:]) ** 2
    return loss + tv_weight * np.sum((a + b) ** 1.25)


def tf_tutorial(content, style, x):
    """TensorFlow's tutorial: means of squares, x in RGB of 0 to 1."""
    base, reference, combination = (
        features(picture)
        for picture in (caffe_from_rgb(content), caffe_from_rgb(style), caffe_from_rgb(x * 255))
    )

    def gram_matrix(layer):
        return np.einsum('ijc,ijd->cd', layer, layer) / (layer.shape[0] * layer.shape[1])

    style_loss = sum(
        np.mean((gram_matrix(combination[name]) - gram_matrix(reference[name])) ** 2) for name in CONV1
    )
    content_loss = np.mean((combination['block5_conv2'] - base['block5_conv2']) ** 2)
    variation = np.abs(np.diff(x, axis=0)).sum() + np.abs(np.diff(x, axis=1)).sum()
    return style_loss * 1e-2 / 5 + content_loss * 1e4 / 1 + 30 * variation


def d2l(content, style, x):
    """Dive into Deep Learning: the style's terms stand ten times in a list; x as torchvision has it."""
    base, reference, combination = (
        {name: layer / (255 * 0.226) for name, layer in features(picture).items()}
        for picture in (
            caffe_from_rgb(content),
            caffe_from_rgb(style),
            caffe_from_rgb((x * TORCH_STD + TORCH_MEAN) * 255),
        )
    )

    def gram_matrix(layer):
        rows = layer.reshape(-1, layer.shape[-1]).T
        return rows @ rows.T / rows.size

    contents_l = [np.mean((combination['block4_conv4'] - base['block4_conv4']) ** 2) * 1]
    styles_l = [
        np.mean((gram_matrix(combination[name]) - gram_matrix(reference[name])) ** 2) * 1e3 for name in CONV1
    ]
    tv_l = 10 * 0.5 * (np.mean(np.abs(x[1:] - x[:-1])) + np.mean(np.abs(x[:, 1:] - x[:, :-1])))
    return sum(10 * styles_l + contents_l + [tv_l])


def gradient_tape(content, style, x):
    """The GradientTape article: means over layers of sums of squares, x in RGB of 0 to 1; our weights."""
    base, reference, combination = (
        features(picture)
        for picture in (caffe_from_rgb(content), caffe_from_rgb(style), caffe_from_rgb(x * 255))
    )

    def calc_loss(expected, actual):
        return np.mean([np.sum((x - y) ** 2) for x, y in zip(actual, expected)])

    def grams(layers):
        return [gram(layers[name]) / (layers[name].shape[0] * layers[name].shape[1]) for name in CONV1]

    content_loss = calc_loss([base['block5_conv1']], [combination['block5_conv1']])
    return 1.0 * content_loss + 1e-3 * calc_loss(grams(reference), grams(combination))


def painting(content, style, x):
    """Ours: squared distances relative to their targets', x in RGB of 0 to 1, edges repeated."""
    base, reference, combination = (
        features(picture, 'replicate')
        for picture in (caffe_from_rgb(content), caffe_from_rgb(style), caffe_from_rgb(x * 255))
    )

    def relative(actual, expected):
        return np.sum((actual - expected) ** 2) / np.sum(expected**2)

    def mean_gram(layer):
        return gram(layer) / (layer.shape[0] * layer.shape[1])

    content_loss = np.mean(
        [relative(combination[name], base[name]) for name in ('block4_conv2', 'block5_conv2')]
    )
    style_loss = np.mean(
        [relative(mean_gram(combination[name]), mean_gram(reference[name])) for name in CONV1]
    )
    down, right = x[1:, :-1] - x[:-1, :-1], x[:-1, 1:] - x[:-1, :-1]
    settings = {name: value for name, (value, _) in OURS['painting'].ours.items()}
    return (
        settings['content_weight'] * content_loss
        + settings['style_weight'] * style_loss
        + settings['tv_weight'] * np.mean((down**2 + right**2) ** 1.25)
    )


FORMULAE = {
    'painting': painting,
    'keras-example': functools.partial(chollet, tv_weight=1.0),
    'chollet-book': functools.partial(chollet, tv_weight=1e-4),
    'medium-nst': functools.partial(chollet, tv_weight=1.0, content_weight=2.0, content_layer='block5_conv1'),
    'enhanced-lbfgs': functools.partial(
        chollet, tv_weight=1.0, content_weight=0.08, layer_weights=(0.1, 0.1, 0.4, 0.3, 0.1)
    ),
    'tf-tutorial': tf_tutorial,
    'd2l': d2l,
    'gradient-tape': gradient_tape,
}


def coordinates(name, rgb):
    """Return a picture in the coordinates that the document optimises in."""
    if name in ('tf-tutorial', 'gradient-tape', 'painting'):
        return rgb / 255
    return (rgb / 255 - TORCH_MEAN) / TORCH_STD if name == 'd2l' else caffe_from_rgb(rgb)


def style_for(name, stripes):
    """Return a style picture of another size where the document keeps it."""
    return stripes[:36, :40] if PRESETS[name].pictures.style_size == 'own' else stripes


@pytest.mark.parametrize('name', PRESETS)
def test_loss_at_the_starting_picture_is_the_documents(name, town, stripes):
    """All the way through transfer_style, stopped at its first evaluation."""
    losses = []

    def stop(count, loss):
        losses.append(loss)
        raise StopSearch('enough')

    style, start = style_for(name, stripes), town
    if name == 'medium-nst':
        start = np.random.default_rng(0).uniform(0, 255, town.shape)
    if name == 'painting':
        start = with_styles_colours(Given.checked(town, style))
    config = changed(PRESETS[name].transfer, weights='random', seed=0)
    transfer_style(town, style, config, on_evaluation=stop)
    expected = FORMULAE[name](town, style, coordinates(name, start))
    assert losses == [pytest.approx(expected, rel=1e-4)]


@pytest.mark.parametrize('name', PRESETS)
def test_loss_at_a_random_picture_is_the_documents(name, town, stripes):
    style, config = style_for(name, stripes), PRESETS[name].transfer
    x = coordinates(name, np.random.default_rng(5).uniform(0, 255, town.shape))
    objective = Objective(
        build_extractor(config.objective.layers, KERNELS, padding=config.objective.padding),
        references(town, style, config),
        config,
    )
    assert objective.evaluate(x.ravel()).terms.loss == pytest.approx(FORMULAE[name](town, style, x), rel=1e-4)


def test_features_on_torchvisions_scale_are_those_of_a_smaller_input_with_smaller_biases(town):
    """Positive homogeneity, which FEATURE_SCALES rests on: rectifiers and poolings keep factors."""
    scale = FEATURE_SCALES['torchvision']
    generator = np.random.default_rng(1)
    biased = {name: (kernel, generator.normal(0, 50, bias.shape)) for name, (kernel, bias) in KERNELS.items()}
    smaller = {name: (kernel, scale * bias) for name, (kernel, bias) in biased.items()}
    x = caffe_from_rgb(town)
    expected = numpy_vgg.features(scale * x, smaller)['block4_conv4']
    np.testing.assert_allclose(
        scale * numpy_vgg.features(x, biased)['block4_conv4'], expected, rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize('name', PRESETS)
def test_every_setting_has_a_source(name):
    publication = SYSTEMS[name]
    for setting, (_, source) in (publication.settings | publication.ours).items():
        assert source.strip() and not source.startswith('ours'), setting
    assert not set(publication.settings) & set(publication.ours)
    assert publication.notes


@pytest.mark.parametrize('name', PRESETS)
def test_what_is_ours_is_not_the_default(name):
    """An entry that is neither the publication's nor another than without a preset says nothing."""
    defaults = run_settings(RunConfig(transfer_config(optimizer=PRESETS[name].transfer.optimizer.name)))
    for setting, (value, _) in SYSTEMS[name].ours.items():
        assert setting == 'optimizer' or value != defaults[setting], setting


@pytest.mark.parametrize('name', PRESETS)
def test_a_preset_says_nothing_of_the_other_optimiser(name):
    others = of_other_optimizers(PRESETS[name].transfer.optimizer.name)
    assert not others & set(SYSTEMS[name].settings | SYSTEMS[name].ours)


# All that differs from a run without a preset, as version 0.1.0 had it.
VERSION_0_1_0 = {
    'keras-example': {
        'history': 10,
        'restart': True,
        'coordinates': 'pixels',
        'precision': 'float32',
        'resampling': 'nearest',
    },
    'chollet-book': {
        'tv_weight': 1e-4,
        'iterations': 20,
        'history': 10,
        'restart': True,
        'coordinates': 'pixels',
        'precision': 'float32',
        'resampling': 'nearest',
    },
    'medium-nst': {
        'content_layers': (('block5_conv1', 1.0),),
        'content_weight': 2.0,
        'init': 'noise',
        'iterations': 20,
        'history': 10,
        'restart': True,
        'coordinates': 'pixels',
        'precision': 'float32',
        'resampling': 'nearest',
    },
    'd2l': {
        'content_layers': (('block4_conv4', 1.0),),
        'style_layers': tuple((layer, 10.0) for layer in CONV1),
        'content_weight': 1.0,
        'style_weight': 1e3,
        'tv_weight': 10.0,
        'content_reduction': 'sum',
        'style_reduction': 'sum',
        'content_distance': 'mean-squared-error',
        'style_distance': 'mean-squared-error',
        'style_normalisation': 'none',
        'gram': 'per-element',
        'total_variation': 'absolute-mean',
        'preprocessing': 'torchvision',
        'feature_scale': 'torchvision',
        'optimizer': 'adam',
        'evaluations_per_iteration': 50,
        'learning_rate': 0.3,
        'learning_rate_decay': 0.8,
        'epsilon': 1e-8,
        'precision': 'float32',
        'image_height': 300,
        'image_width': 450,
        'resampling': 'bilinear',
    },
    'gradient-tape': {
        'content_layers': (('block5_conv1', 1.0),),
        'content_weight': 1.0,
        'style_weight': 1e-3,
        'tv_weight': 0.0,
        'style_normalisation': 'none',
        'gram': 'per-location',
        'total_variation': 'absolute-sum',
        'preprocessing': 'unit',
        'optimizer': 'adam',
        'iterations': 5,
        'evaluations_per_iteration': 100,
        'learning_rate': 0.02,
        'clip': True,
        'precision': 'float32',
        'image_height': None,
        'longest_side': 512,
        'style_size': 'own',
        'resampling': 'bilinear',
    },
}


@pytest.mark.parametrize('name', VERSION_0_1_0)
def test_a_preset_is_the_run_that_it_was(name):
    """Field by field against plain values, so that none is lost with the entry that gave it."""
    expected = VERSION_0_1_0[name]
    default = RunConfig(transfer_config(optimizer=expected.get('optimizer', 'lbfgs')))
    assert (
        run_settings(PRESETS[name])
        == run_settings(default)
        | {'style_size': 'content', 'init_colors': 'own', 'pyramid': 1}  # then the default
        | expected
    )


@pytest.mark.parametrize('name', PUBLICATIONS)
def test_every_publication_says_whether_it_squashes_the_style_picture(name):
    assert 'style_size' in PUBLICATIONS[name].settings


def test_the_default_run_has_the_objective_of_the_keras_example_and_another_search():
    preset, default = PRESETS['keras-example'], RunConfig()
    assert preset.transfer.objective == default.transfer.objective
    assert preset.transfer.start == replace(default.transfer.start, init_colors='own')
    assert preset.transfer.optimizer.restart and not default.transfer.optimizer.restart


def test_enhanced_lbfgs_is_seed_003():
    transfer, pictures = PRESETS['enhanced-lbfgs'].transfer, PRESETS['enhanced-lbfgs'].pictures
    assert (pictures.image_height, pictures.image_width) == (500, 500)
    objective = transfer.objective
    assert objective.content_layers == (('block5_conv2', 1.0),) and objective.content_weight == 0.08
    assert [weight for _, weight in objective.style_layers] == [0.1, 0.1, 0.4, 0.3, 0.1]
    assert (transfer.iterations, transfer.evaluations_per_iteration) == (25, 20)
    assert pictures.save_every == 5 and pictures.enhancement == Enhancement(1.2, 1.2, 1.2)


@pytest.mark.parametrize(
    'name, steps, settings',
    [
        ('tf-tutorial', 1000, {'learning_rate': 0.02, 'beta_1': 0.99, 'epsilon': 0.1, 'clip': True}),
        ('d2l', 500, {'learning_rate': 0.3, 'learning_rate_decay': 0.8, 'decay_every': 50, 'clip': False}),
    ],
)
def test_adam_is_the_documents(name, steps, settings):
    config = PRESETS[name].transfer
    assert isinstance(config.optimizer, AdamConfig)
    assert config.iterations * config.evaluations_per_iteration == steps
    assert {field: getattr(config.optimizer, field) for field in settings} == settings


@pytest.mark.parametrize('optimizer', ['lbfgs', 'adam'])
@pytest.mark.parametrize('name', ['tf-tutorial', 'd2l', 'gradient-tape', 'chollet-book'])
def test_either_optimiser_lowers_the_loss_of_any_preset(name, optimizer, town, stripes):
    """Small coordinates and small losses do not make L-BFGS believe that it has converged."""
    config = changed(
        PRESETS[name].transfer,
        weights='random',
        optimizer=optimizer,
        iterations=2,
        evaluations_per_iteration=8,
    )
    losses, start = [], []
    result = transfer_style(
        town,
        style_for(name, stripes),
        config,
        on_evaluation=lambda count, loss: start.append(loss),
        on_iteration=lambda progress: losses.append(progress.losses.loss),
    )
    assert result.stop_reason == 'all iterations done'
    assert losses[1] < losses[0] < start[0]
