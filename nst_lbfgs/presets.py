"""Published systems by name: what each publication says of a run, and where; then what is ours.

A published preset is the whole of a publication: what it minimises and how it searches, with L-BFGS
restarted from nothing or with Adam. A run without a preset is none of them: it has the objective of
'keras-example' with this package's own search and its own way with pictures, `RunConfig()`. 'painting' has
those too, with an objective of our own.

A source is the place in the preset's document: a name in its code, or its words. Where the document
leaves open what a run cannot do without, or what is no use as by default, the value is ours, with the
reason. Everything else is as in `RunConfig()`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .config import CONV1_OF_EACH_BLOCK
from .flat_settings import with_run_settings
from .run_config import RunConfig

DEFAULT_OBJECTIVE = 'keras-example'

Settings = dict[str, tuple[Any, str]]


@dataclass(frozen=True)
class Preset:
    """A published system: its document, and settings by their own names, with value and source each.

    `ours` are settings of which the document does not speak, with the reason. The notes say where the
    document contradicts itself and where this preset deviates from it. A system of our own has no document.
    """

    title: str
    document: str
    settings: Settings
    notes: tuple[str, ...]
    ours: Settings = field(default_factory=dict)

    def run_config(self) -> RunConfig:
        """Return the settings as a configuration. Raises ConfigError on one that cannot be used."""
        values = {name: value for name, (value, _) in (self.settings | self.ours).items()}
        return with_run_settings(RunConfig(), values)


def _layer(name: str) -> tuple[tuple[str, float], ...]:
    return ((name, 1.0),)


# What no document has: they start from pictures as they are, and know one size.
_PLAIN: Settings = {
    'init_colors': ('own', 'the content picture with its own colours'),
    'pyramid': (1, 'one size throughout'),
}

# Every system but one has Keras's VGG19.
_KERAS: Settings = {
    **_PLAIN,
    'weights': ('imagenet', "VGG19(weights='imagenet', include_top=False)"),
    'pooling': ('max', "VGG19's own"),
    'feature_scale': ('caffe', "Keras's VGG19 with its own preprocessing"),
    'precision': ('float32', "Keras's floatx"),
}

_LBFGS: Settings = {
    'optimizer': ('lbfgs', 'fmin_l_bfgs_b'),
    'evaluations_per_iteration': (20, 'fmin_l_bfgs_b(..., maxfun=20)'),
    'restart': (True, 'the loop calls fmin_l_bfgs_b afresh in each iteration'),
    'history': (10, "scipy's default m"),
    'coordinates': ('pixels', 'the optimiser moves the pixels themselves'),
}

# Chollet's formulae: the Keras example, the book, and what follows them.
_CHOLLET: Settings = {
    **_KERAS,
    **_LBFGS,
    'content_reduction': ('mean', 'one content layer: as it is'),
    'content_distance': ('sum-squared-error', 'content_loss: K.sum(K.square(combination - base))'),
    'style_layers': (CONV1_OF_EACH_BLOCK, 'the list of style layers: conv1 of each block'),
    'style_reduction': ('mean', 'style_weight / len(layers)'),
    'style_distance': ('sum-squared-error', 'style_loss: K.sum(K.square(S - C))'),
    'style_normalisation': ('picture-size', 'style_loss: / (4. * (channels ** 2) * (size ** 2))'),
    'gram': ('sum', 'gram_matrix: K.dot(features, K.transpose(features))'),
    'total_variation': ('smooth', 'total_variation_loss: K.sum(K.pow(a + b, 1.25))'),
    'preprocessing': ('caffe', 'preprocess_image: vgg19.preprocess_input'),
    'image_height': (400, 'the picture is 400 high, int(width * 400 / height) wide'),
    'style_size': ('content', 'preprocess_image: one target_size for both pictures'),
    'resampling': ('nearest', "load_img's default interpolation"),
    'save_every': (1, 'the loop saves or shows every picture'),
}
_SCALE_NOTE = (
    "Gatys et al. divide a layer's style loss by its own number of filters and locations; the "
    'code takes the 3 channels and the size of the picture for all layers.'
)

# Systems that optimise RGB in 0 to 1 with Keras's Adam.
_UNIT_ADAM: Settings = {
    **_KERAS,
    'preprocessing': ('unit', 'the optimised picture is in 0 to 1; preprocess_input(image * 255)'),
    'content_reduction': ('mean', 'divided by the number of layers'),
    'style_layers': (CONV1_OF_EACH_BLOCK, 'style_layers: conv1 of each block'),
    'style_reduction': ('mean', 'divided by the number of layers'),
    'style_normalisation': ('none', 'no other factor'),
    'gram': ('per-location', 'gram_matrix: divided by height times width'),
    'init': ('content', 'the image variable is made from the content picture'),
    'clip': (True, 'train_step: image.assign(clipped to 0..1)'),
    'longest_side': (512, 'max_dim = 512'),
    'style_size': ('own', 'each picture is scaled to a longest side of 512 by itself'),
    'resampling': ('bilinear', "tf.image.resize's default"),
}
_RESIZE_NOTE = (
    'Deviation: tf.image.resize makes pictures smaller without a low-pass filter; here the '
    'bilinear filter covers what it skips, so that fine detail does not alias.'
)

PUBLICATIONS: dict[str, Preset] = {
    'keras-example': Preset(
        "Keras's example of neural style transfer",
        'Keras 2.3.1, examples/neural_style_transfer.py',
        _CHOLLET
        | {
            'content_layers': (_layer('block5_conv2'), "outputs_dict['block5_conv2']"),
            'content_weight': (0.025, '--content_weight'),
            'style_weight': (1.0, '--style_weight'),
            'tv_weight': (1.0, '--tv_weight'),
            'init': ('content', 'x = preprocess_image(base_image_path)'),
            'iterations': (10, '--iter'),
        },
        (
            'Without a preset the objective is this one, and the search our own: no restarts, frequencies '
            "weighed, from the content in the style's colours, half the size first; with better "
            'resampling, and the style picture in its own shape.',
            'The words speak of L2 distances; the code sums squares and takes no root.',
            _SCALE_NOTE,
        ),
    ),
    'chollet-book': Preset(
        'Deep Learning with Python, first edition, section 8.3',
        'F. Chollet, Deep Learning with Python, 2017, and its notebook 8.3-neural-style-transfer',
        _CHOLLET
        | {
            'content_layers': (_layer('block5_conv2'), 'content_layer'),
            'content_weight': (0.025, 'content_weight'),
            'style_weight': (1.0, 'style_weight'),
            'tv_weight': (1e-4, 'total_variation_weight'),
            'init': ('content', 'x = preprocess_image(target_image_path)'),
            'iterations': (20, 'iterations'),
        },
        (
            'The words name a gradient ascent process; the code minimises.',
            'The words give distances as norms; the code sums squares and takes no root.',
            'The words say that SciPy wants loss and gradient from two functions; one that '
            'returns both will do, and gives the same iterates.',
            _SCALE_NOTE,
        ),
    ),
    'medium-nst': Preset(
        'Understanding and implementing neural style transfer',
        'Analytics Vidhya, Understanding and implementing neural style transfer, and the notebook that it '
        'links to, shiv-u/neural_style_transfer',
        _CHOLLET
        | {
            'content_layers': (_layer('block5_conv1'), 'text: conv5_1 is the content'),
            'style_weight': (1.0, 'the linked notebook'),
            'init': ('noise', 'text, step 3: the generated picture is white noise at first'),
            'iterations': (20, 'the linked notebook; the experiments name 1, 10 and 30'),
        },
        (
            'The notebook contradicts the text: it takes block5_conv2, and starts from the content picture.',
            "The notebook's weights, 0.025, 1 and 1e-4 for total variation, are for that start: from "
            'noise they leave noise, and no content. Ours bring both.',
            'The text contradicts itself: the first picture is white noise, and then, in brackets, blank.',
            'The text calls conv5_1 the topmost convolution; VGG19 has three above it.',
            "The text normalises by ImageNet's mean and standard deviation; the code subtracts the mean.",
            'The text announces gradient descent and uses L-BFGS.',
            'The text prefers average pooling; the code leaves VGG19 its max pooling (--pooling '
            'average changes that).',
            'Ours: the noise is uniform over the range of pixels; the text does not say.',
            _SCALE_NOTE,
        ),
        {'content_weight': (2.0, 'the text gives no weights; chosen by the picture')},
    ),
    'enhanced-lbfgs': Preset(
        'Style transfer with Keras, enhanced',
        'the script for Keras with weighted style layers and image enhancement',
        _CHOLLET
        | {
            'content_layers': (_layer('block5_conv2'), "outputs_dict['block5_conv2']"),
            'content_weight': (0.08, 'content_weight'),
            'style_layers': (
                tuple(
                    (name, weight)
                    for (name, _), weight in zip(CONV1_OF_EACH_BLOCK, (0.1, 0.1, 0.4, 0.3, 0.1))
                ),
                'feature_layers and feature_layers_w',
            ),
            'style_reduction': ('sum', 'loss += w * style_loss(...): not divided by their number'),
            'style_weight': (1.0, 'none beside the weights of the layers'),
            'tv_weight': (1.0, 'loss += total_variation_loss(combination_image)'),
            'init': ('content', 'x = preprocess_image(source_image)'),
            'iterations': (25, '--iter'),
            'image_height': (500, '--pictrue_size'),
            'image_width': (500, '--pictrue_size: square'),
            'resampling': ('bicubic', "source_image.resize(...): Pillow's default since 7.0"),
            'save_every': (5, 'if i % 5 == 0 or i == iterations - 1'),
            'enhance': (True, 'save_img(..., image_enhance=True)'),
            'brightness': (1.2, 'save_img: brightness'),
            'color': (1.2, 'save_img: color'),
            'sharpness': (1.2, 'save_img: sharpness'),
        },
        (
            'The words give each of the three losses a factor; in the code style and total '
            'variation have none.',
            'The words stress layers 3 and 4 by the ratio 0.5:0.5:0.4:0.4:1, which stresses layer'
            " 5; the code's 0.1 0.1 0.4 0.3 0.1 does what they say.",
            'The words speak of L2 distances; the code sums squares and takes no root.',
            'A comment says that preprocess_input brings pixels to 0..1; it subtracts the mean from 0..255.',
            'epsilon=1e-7 is given to fmin_l_bfgs_b, which does not use it where there is a gradient.',
            'In the Pillow of its time, before 7.0, resize took the nearest pixel, which aliases.',
            'The script saves an enhanced copy of the base picture as well; here only results are saved.',
            _SCALE_NOTE,
        ),
    ),
    'tf-tutorial': Preset(
        "TensorFlow's tutorial, Neural style transfer",
        "TensorFlow's tutorial, its second run, with total variation",
        _UNIT_ADAM
        | {
            'content_layers': (_layer('block5_conv2'), 'content_layers'),
            'content_weight': (1e4, 'content_weight'),
            'style_weight': (1e-2, 'style_weight'),
            'tv_weight': (30.0, 'total_variation_weight'),
            'content_distance': ('mean-squared-error', 'style_content_loss: tf.reduce_mean'),
            'style_distance': ('mean-squared-error', 'style_content_loss: tf.reduce_mean'),
            'total_variation': ('absolute-sum', 'tf.image.total_variation, on 0..1'),
            'optimizer': ('adam', 'tf.optimizers.Adam'),
            'iterations': (10, 'epochs = 10'),
            'evaluations_per_iteration': (100, 'steps_per_epoch = 100'),
            'learning_rate': (0.02, 'Adam(learning_rate=0.02)'),
            'beta_1': (0.99, 'Adam(beta_1=0.99)'),
            'epsilon': (0.1, 'Adam(epsilon=1e-1)'),
            'save_every': (1, 'shown after each epoch of 100 steps'),
        },
        (
            'The words make total variation the sum of the squares of the differences; both '
            'functions of the code sum their absolute values.',
            'The statistics of the layers are printed for pixels without preprocess_input.',
            'The captions call vertical differences horizontal, and the other way round.',
            _RESIZE_NOTE,
        ),
    ),
    'd2l': Preset(
        'Dive into Deep Learning, Neural Style Transfer',
        'Dive into Deep Learning, in the version for PyTorch',
        _PLAIN
        | {
            'pooling': ('max', "VGG19's own"),
            'precision': ('float32', "torch's default"),
            'preprocessing': ('torchvision', 'rgb_mean, rgb_std; X itself is optimised'),
            'content_layers': (_layer('block4_conv4'), 'content_layers = [25], block 4 at its end'),
            'content_weight': (1.0, 'content_weight'),
            'content_reduction': ('sum', 'compute_loss: sum(...)'),
            'content_distance': ('mean-squared-error', 'content_loss: torch.square(...).mean()'),
            'style_layers': (
                tuple((name, 10.0) for name, _ in CONV1_OF_EACH_BLOCK),
                'style_layers = [0, 5, 10, 19, 28]; 10 * styles_l',
            ),
            'style_weight': (1e3, 'style_weight'),
            'style_reduction': ('sum', 'compute_loss: sum(...)'),
            'style_distance': ('mean-squared-error', 'style_loss: torch.square(...).mean()'),
            'style_normalisation': ('none', 'no other factor'),
            'gram': ('per-element', 'gram: / (num_channels * n)'),
            'tv_weight': (10.0, 'tv_weight'),
            'total_variation': ('absolute-mean', 'tv_loss: half the sum of two means'),
            'init': ('content', 'get_inits: gen_img.weight.data.copy_(X.data)'),
            'optimizer': ('adam', 'torch.optim.Adam'),
            'iterations': (10, 'num_epochs = 500, in tenths'),
            'evaluations_per_iteration': (50, 'lr_decay_epoch = 50'),
            'learning_rate': (0.3, 'train(..., 0.3, 500, 50)'),
            'learning_rate_decay': (0.8, 'StepLR(trainer, lr_decay_epoch, 0.8)'),
            'decay_every': (50, 'lr_decay_epoch = 50'),
            'beta_1': (0.9, "torch.optim.Adam's default"),
            'epsilon': (1e-8, "torch.optim.Adam's default"),
            'clip': (False, 'postprocess alone clips'),
            'image_height': (300, 'image_shape = (300, 450)'),
            'image_width': (450, 'image_shape = (300, 450)'),
            'style_size': ('content', 'get_styles: preprocess(style_img, image_shape)'),
            'resampling': ('bilinear', "torchvision's Resize of a Pillow image"),
        },
        (
            'compute_loss writes 10 * styles_l for a list: that is the list ten times over, so '
            'the sum counts each style term ten times, while the plotted style loss counts it '
            'once. The layers have weight 10 for that.',
            'The words divide the Gram matrix by its number of elements, c*h*w; that is the '
            "number of elements of the features, and c*c the matrix's.",
            'The formula of total variation is a sum; the code takes half the sum of two means.',
            'The version for MXNet has a learning rate of 0.9; those for PyTorch and Paddle have 0.3.',
            "Layers are indexed before their rectifier. PyTorch's rectifier works in place and so"
            ' changes what was kept, for all but block5_conv1, which ends the network; in MXNet '
            'and Paddle none is rectified. Deviation: here all are.',
            "Deviation: torchvision trained its own VGG19. Here it is Keras's, with features "
            'brought to the size they have for an input of standard deviation 1.',
            "torch adds epsilon after Adam's correction of the bias, Keras before: at 1e-8 without effect.",
        ),
        {'feature_scale': ('torchvision', "for Keras's VGG19 to have torchvision's scale")},
    ),
    'gradient-tape': Preset(
        'Neural style transfer with tf.GradientTape',
        'an article of 2023 on painting by numbers, with TensorFlow 2: reconstruction and transfer by '
        'tf.GradientTape',
        _UNIT_ADAM
        | {
            'content_layers': (_layer('block5_conv1'), 'default_content_layers'),
            'tv_weight': (0.0, 'train_step: content_loss + style_loss'),
            'content_distance': ('sum-squared-error', 'calc_loss: tf.reduce_sum((x - y)**2)'),
            'style_distance': ('sum-squared-error', 'calc_loss: tf.reduce_sum((x - y)**2)'),
            'content_reduction': ('mean', 'calc_loss: tf.reduce_mean(loss) over the layers'),
            'style_reduction': ('mean', 'calc_loss: tf.reduce_mean(loss) over the layers'),
            'init': ('content', 'text: faster than from noise (--init noise)'),
            'longest_side': (512, 'scale_image: MAX_DIM = 512'),
            'style_size': ('own', 'scale_image, for each picture by itself'),
        },
        (
            'The words say that the pictures are in 0..1; the code never divides by 255, and '
            'multiplies by it before the network. Here the words hold.',
            'The content picture is reversed to BGR by hand, and preprocess_input reverses it '
            'once more; the style picture is not. Here each is reversed once.',
            'calc_loss sums squares over a layer and takes the mean over layers, of which the '
            'words say nothing.',
            _RESIZE_NOTE,
        ),
        {
            'content_weight': (1.0, 'no weights are given; chosen by the picture'),
            'style_weight': (1e-3, 'no weights are given; chosen by the picture'),
            'total_variation': ('absolute-sum', 'the document has none; in 0 to 1, for --tv-weight'),
            'optimizer': ('adam', 'optimizer.apply_gradients does not say which'),
            'learning_rate': (0.02, 'chosen by the picture'),
            'iterations': (5, 'chosen by the picture; reconstructions take 2000 steps'),
            'evaluations_per_iteration': (100, '500 steps, a picture after every hundred'),
        },
    ),
}

OURS: dict[str, Preset] = {
    'painting': Preset(
        'The picture first: an objective of our own, whose weights mean the same for every picture and size',
        '',
        {},
        (
            'Each layer counts by how far it is from its target, relative to that, and all five style layers '
            'alike. In the Keras example two of them make all of the style loss, and total variation is most '
            'of the whole.',
            'style_weight is what to change first: 10 keeps more of the content, 60 takes more of the style.',
        ),
        {
            'content_layers': (
                (('block4_conv2', 1.0), ('block5_conv2', 1.0)),
                'block4_conv2 keeps outlines and windows, block5_conv2 lets strokes run across them',
            ),
            'content_weight': (1.0, 'the unit of the others'),
            'content_distance': ('relative-squared-error', 'the same for every picture and size'),
            'style_weight': (20.0, 'chosen by the picture, and by a network that it was not made with'),
            'style_distance': ('relative-squared-error', 'the same for every picture, layer and size'),
            'style_normalisation': ('none', 'a relative distance needs none'),
            'gram': ('per-location', 'a relative distance is the same for any'),
            'tv_weight': (9.0, 'takes the grain and leaves the strokes'),
            'total_variation': ('smooth-mean', 'the same for every size'),
            'preprocessing': ('unit', 'total variation of 0 to 1'),
            'padding': ('replicate', 'zeros draw a frame on pictures whose border is light'),
            'iterations': (4, 'after eighty evaluations a picture hardly changes'),
        },
    )
}

PRESETS: dict[str, RunConfig] = {name: preset.run_config() for name, preset in (PUBLICATIONS | OURS).items()}
