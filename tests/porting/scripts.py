"""Scripts in the line of the Keras example, for the tests: one text, with places to vary it."""

from __future__ import annotations

from textwrap import dedent

STYLE_SCRIPT = dedent('''
    # coding: utf-8
    """A style transfer."""
    from __future__ import print_function
    from keras.preprocessing.image import load_img, img_to_array  # pictures
    from scipy.misc import imsave
    import numpy as np
    from scipy.optimize import fmin_l_bfgs_b
    import argparse
    from keras.applications import vgg19
    from keras import backend as K

    parser = argparse.ArgumentParser(description='Style transfer.')
    parser.add_argument('base', type=str, help='the content picture')
    parser.add_argument('style', type=str, help='the style picture')
    parser.add_argument('prefix', type=str)
    parser.add_argument('--iter', type=int, default=2, help='iterations')
    parser.add_argument('--style_weight', type=float, default=2.0)
    args = parser.parse_args()
    style_weight = args.style_weight
    content_weight = 0.25
    tv_weight = 1e-3

    # the size of the result
    width, height = load_img(args.base).size
    rows = 34
    cols = int(width * rows / height)


    def preprocess(path):
        img = img_to_array(load_img(path, target_size=(rows, cols)))
        return vgg19.preprocess_input(np.expand_dims(img, axis=0))


    def deprocess(x):
        x = x.reshape((rows, cols, 3))
        x = x + np.array([103.939, 116.779, 123.68])
        return np.clip(x[:, :, ::-1], 0, 255).astype('uint8')


    base_image = K.variable(preprocess(args.base))
    style_image = K.variable(preprocess(args.style))
    combination = K.placeholder((1, rows, cols, 3))
    tensor = K.concatenate([base_image, style_image, combination], axis=0)
    model = vgg19.VGG19(input_tensor=tensor, weights='imagenet', include_top=False)
    outputs = dict([(layer.name, layer.output) for layer in model.layers])


    def gram_matrix(x):
        features = K.batch_flatten(K.permute_dimensions(x, (2, 0, 1)))
        return K.dot(features, K.transpose(features))


    def style_loss(style, combination):
        channels = 3
        size = rows * cols
        difference = gram_matrix(style) - gram_matrix(combination)
        return K.sum(K.square(difference)) / (4. * (channels ** 2) * (size ** 2))


    def content_loss(base, combination):
        return K.sum(K.square(combination - base))


    def total_variation_loss(x):
        a = K.square(x[:, :rows - 1, :cols - 1, :] - x[:, 1:, :cols - 1, :])
        b = K.square(x[:, :rows - 1, :cols - 1, :] - x[:, :rows - 1, 1:, :])
        return K.sum(K.pow(a + b, 1.25))


    loss = K.variable(0.)
    features = outputs['block4_conv2']
    loss += content_weight * content_loss(features[0, :, :, :], features[2, :, :, :])
    layers = ['block1_conv1', 'block2_conv1', 'block3_conv1']
    for name in layers:
        features = outputs[name]
        loss += (style_weight / len(layers)) * style_loss(features[1, :, :, :], features[2, :, :, :])
    loss += tv_weight * total_variation_loss(combination)
    grads = K.gradients(loss, combination)
    found = K.function([combination], [loss] + grads)


    class Evaluator(object):
        def loss(self, x):
            values = found([x.reshape((1, rows, cols, 3))])
            self.gradient = values[1].flatten().astype('float64')
            return values[0]

        def grads(self, x):
            return self.gradient


    evaluator = Evaluator()
    x = preprocess(args.base)
    print('first loss %.9e' % evaluator.loss(x))
    for i in range(args.iter):
        x, value, info = fmin_l_bfgs_b(evaluator.loss, x.flatten(), fprime=evaluator.grads, maxfun=3)
        print('loss %.9e' % value)
        imsave(args.prefix + '_%d.png' % i, deprocess(x.copy()))
''').lstrip()
