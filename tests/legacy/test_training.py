"""Scripts that train, save and load networks as Keras 1 and 2 did."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

import pytest

HEAD = """
    import os
    import numpy as np
    from keras import backend as K
    from keras.callbacks import (
        EarlyStopping, LambdaCallback, ModelCheckpoint, ReduceLROnPlateau, TensorBoard)
    from keras.layers import Dense, Flatten
    from keras.models import Model, Sequential, load_model, save_model
    from keras.optimizers import SGD
    from keras.preprocessing.image import ImageDataGenerator

    X, Y = np.random.RandomState(0).rand(8, 4, 4, 3), np.eye(3)[np.arange(8) % 3]

    def net():
        model = Sequential([Flatten(input_shape=(4, 4, 3)), Dense(3, activation='softmax')])
        model.compile(SGD(lr=0.5, decay=1e-6), 'categorical_crossentropy', metrics=['accuracy'])
        return model

    def same(one, other):
        assert np.allclose(one.predict(X), other.predict(X))
"""

SCRIPTS = {
    'weights are saved and loaded under any name': """
    for name in ('first_try.h5', 'weights', 'w.hdf5', 'today.weights.h5'):
        model, other = net(), net()
        model.save_weights(name)
        other.load_weights(name)
        same(model, other)
    """,
    'models are saved and loaded under any name': """
    for name in ('net.h5', 'net.model', 'net', 'net.keras'):
        model = net()
        model.save(name)
        same(model, load_model(name))
    save_model(model, 'other')
    same(model, load_model('other'))
    try:
        load_model('none')
    except OSError as error:
        assert 'none' in str(error)
    else:
        raise SystemExit('no error')
    """,
    'the accuracy has both names, in histories, logs, monitors and paths': """
    seen = []
    history = net().fit(X, Y, nb_epoch=3, verbose=0, validation_data=[X, Y], callbacks=[
        ModelCheckpoint('best-{epoch:02d}-{val_acc:.2f}.h5', 'val_acc', save_best_only=True, period=2),
        ReduceLROnPlateau(monitor='val_acc', epsilon=0.1), EarlyStopping(monitor='val_acc', patience=9),
        LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs['acc']))]).history
    assert len(history['acc']) == 3 and seen == history['acc']
    assert history['val_acc'] == history['val_accuracy']
    (name,) = [name for name in os.listdir('.') if name.startswith('best-')]
    assert name == 'best-02-%.2f.h5' % history['val_acc'][1] and load_model(name)
    assert net().metrics_names == ['loss', 'acc'] and 'lr' not in history and 'acc' in history
    """,
    'a checkpoint keeps the best, and weights alone': """
    class Worse(ModelCheckpoint):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, {'loss': float(epoch)})
    model = net()
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[
        Worse('{epoch}.h5', monitor='loss', save_best_only=True, save_weights_only=True),
        Worse('more{epoch}.h5', monitor='loss', save_best_only=True, mode='max')])
    names = set(os.listdir('.'))
    assert {'1.h5', 'more1.h5', 'more2.h5'} <= names and '2.h5' not in names
    net().load_weights('1.h5')
    """,
    'generators, counted in batches and in samples': """
    flow = ImageDataGenerator(rescale=0.5, horizontal_flip=True).flow(X, Y, batch_size=4, shuffle=False)
    model, seen = net(), []
    count = LambdaCallback(on_batch_end=lambda batch, logs: seen.append(batch))
    model.fit_generator(flow, steps_per_epoch=5, epochs=2, verbose=0, callbacks=[count], max_queue_size=1)
    assert len(seen) == 10
    def pairs():
        while True:
            yield [X[:4], Y[:4]]
    del seen[:]
    model.fit_generator(pairs(), samples_per_epoch=12, nb_epoch=1, verbose=0, callbacks=[count],
                        nb_worker=1, validation_data=pairs(), nb_val_samples=8, pickle_safe=False)
    assert len(seen) == 3
    alone = model.evaluate(X[:4], Y[:4], verbose=0)
    assert np.allclose(model.evaluate_generator(pairs(), val_samples=4), alone)
    rows = ImageDataGenerator().flow(X, batch_size=4, shuffle=False)
    assert np.allclose(model.predict_generator(rows, steps=2, verbose=0), model.predict(X))
    """,
    'classes, probabilities and the learning rate': """
    model = net()
    assert (model.predict_classes(X) == model.predict(X).argmax(axis=1)).all()
    assert np.allclose(model.predict_proba(X), model.predict(X))
    assert np.isclose(K.get_value(model.optimizer.lr), 0.5)
    K.set_value(model.optimizer.lr, 0.25)
    assert np.isclose(float(model.optimizer.learning_rate), 0.25)
    model.optimizer.lr = 0.125
    assert np.isclose(K.get_value(model.optimizer.lr), 0.125)
    """,
    'a symbolic tensor is predicted for by what it holds': """
    model, x = net(), K.variable(X)
    assert np.allclose(model.predict(x, steps=1), model.predict(X))
    assert model.predict(K.concatenate([x, x], axis=0), steps=2).shape == (32, 3)
    """,
    'layers popped from the list, and outputs given anew': """
    first = Sequential([Dense(4, input_shape=(5,)), Dense(3), Dense(2)])
    model = Model(first.input, first.output)
    rows, expected = np.ones((1, 5)), Model(model.input, model.layers[-2].output)
    before = model.predict(rows)
    model.layers.pop()
    assert len(model.layers) == 3 and model.layers[-1].output_shape == (None, 3)
    shorter = Model(input=model.input, output=model.layers[-1].output)
    assert np.allclose(shorter.predict(rows), expected.predict(rows))
    assert np.allclose(model.predict(rows), before)
    model.outputs = [model.layers[-1].output]
    model.layers[-1].outbound_nodes = []
    assert np.allclose(model.predict(rows), expected.predict(rows)) and len(model.layers) == 3
    first.pop()
    first.add(Dense(7))
    assert len(first.layers) == 3 and first.output_shape == (None, 7)
    """,
}


@pytest.mark.parametrize('script', SCRIPTS.values(), ids=SCRIPTS)
def test_training(script: str, run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """Each script's assertions hold."""
    assert run_old(HEAD + script) == 0, capsys.readouterr().err


@pytest.mark.skipif(find_spec('tensorboard') is not None, reason='TensorBoard is installed')
def test_tensorboard_is_left_out_where_it_is_not_installed(
    run_old: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says so, and the training goes on."""
    script = "net().fit(X, Y, verbose=0, callbacks=[TensorBoard(log_dir='logs', histogram_freq=0)])"
    assert run_old(f'{HEAD}\n    {script}\n') == 0
    assert 'TensorBoard is not installed' in capsys.readouterr().err
