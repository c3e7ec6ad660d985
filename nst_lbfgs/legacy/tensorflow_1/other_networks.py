"""Networks in TensorFlow 1's own files, for which no weights of Keras's can stand in."""

from __future__ import annotations

import re

_MODELS = 'download.tensorflow.org/models/'
# A part of the file's name, and where it is published.
_PUBLISHED = {
    'tensorflow_inception_graph.pb': f'https://storage.googleapis.com/{_MODELS}inception5h.zip',
    'classify_image_graph_def.pb': f'http://{_MODELS}image/imagenet/inception-2015-12-05.tgz',
    'inception_v3.ckpt': f'http://{_MODELS}inception_v3_2016_08_28.tar.gz',
    'resnet_v1_50.ckpt': f'http://{_MODELS}resnet_v1_50_2016_08_28.tar.gz',
    'vgg_16.ckpt': f'http://{_MODELS}vgg_16_2016_08_28.tar.gz',
    'vgg_19.ckpt': f'http://{_MODELS}vgg_19_2016_08_28.tar.gz',
    'vgg16.tfmodel': 'https://github.com/ry/tensorflow-vgg16',
}
_ABSENT = re.compile(r'no such file|not found|not a valid checkpoint|unable to (get|open)', re.IGNORECASE)


def absent_network(error: BaseException) -> str | None:
    """Return what to say of an error that means that such a file is not there, else None."""
    text = str(error)
    for name, place in _PUBLISHED.items():
        if name in text and _ABSENT.search(text):
            return (
                f'Expected {name}, a network of its own, at the path that the script names. '
                f'Received: no file there; it was published at {place}'
            )
    return None
