"""What models and optimizers of Keras 1 and 2 had for training, which Keras 3 calls otherwise or lacks."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras
import numpy as np

from ..accuracy_names import Logs

_LOADING = ('max_queue_size', 'max_q_size', 'nb_worker', 'pickle_safe', 'use_multiprocessing', 'workers')
_SHORT_ACCURACIES = ('accuracy', 'acc')


def patch_training() -> None:
    """Add the old methods to Keras's models, and `lr` to its optimizers."""
    model = keras.Model
    model.fit = _with_old_arguments(model.fit)
    model.fit_generator = fit_generator
    model.evaluate_generator = evaluate_generator
    model.predict_generator = predict_generator
    model.predict_classes = predict_classes
    model.predict_proba = lambda self, x, batch_size=32, verbose=0: self.predict(x, batch_size, verbose)
    model.metrics_names = property(metrics_names)
    keras.optimizers.Optimizer.lr = property(_learning_rate, _set_learning_rate)
    utils = keras.src.utils.python_utils
    utils.pythonify_logs = _with_both_names(utils.pythonify_logs)


# --- arrays


def _with_old_arguments(fit: Callable[..., Any]) -> Callable[..., Any]:
    """Take Keras 1's `nb_epoch`; the history answers to 'acc' and to 'accuracy'."""

    @functools.wraps(fit)
    def wrapped(
        self: Any, *args: Any, nb_epoch: int | None = None, show_accuracy: Any = None, **kwargs: Any
    ) -> Any:
        if nb_epoch is not None:
            kwargs['epochs'] = nb_epoch
        if isinstance(kwargs.get('validation_data'), list):
            kwargs['validation_data'] = tuple(kwargs['validation_data'])
        history = fit(self, *args, **kwargs)
        history.history = Logs(history.history)
        return history

    return wrapped


def predict_classes(self: Any, x: Any, batch_size: int = 32, verbose: int = 0) -> np.ndarray[Any, Any]:
    """Return the class of each input: the largest output, or whether the only one is above 0.5."""
    found: np.ndarray[Any, Any] = self.predict(x, batch_size, verbose)
    return found.argmax(axis=-1) if found.shape[-1] > 1 else (found > 0.5).astype('int32')


# --- generators


def fit_generator(
    self: Any,
    generator: Any,
    steps_per_epoch: int | None = None,
    epochs: int = 1,
    verbose: int = 1,
    callbacks: Any = None,
    validation_data: Any = None,
    validation_steps: int | None = None,
    class_weight: Any = None,
    *,
    samples_per_epoch: int | None = None,
    nb_epoch: int | None = None,
    nb_val_samples: int | None = None,
    **kwargs: Any,
) -> Any:
    """Train on what a generator yields; return the history.

    Keras 1 counts samples (`samples_per_epoch`, `nb_val_samples`), Keras 2 batches.
    """
    generator, steps_per_epoch = _batches(generator, steps_per_epoch, samples_per_epoch)
    if isinstance(generator, keras.utils.PyDataset) and (steps_per_epoch or 0) > len(generator):
        generator = _endless(generator)
    if validation_data is not None and not isinstance(validation_data, (list, tuple)):
        validation_data, validation_steps = _batches(validation_data, validation_steps, nb_val_samples)
    return self.fit(
        generator,
        steps_per_epoch=steps_per_epoch,
        epochs=epochs if nb_epoch is None else nb_epoch,
        verbose=verbose,
        callbacks=callbacks,
        validation_data=validation_data,
        validation_steps=validation_steps,
        class_weight=class_weight,
        **_without_loading(kwargs),
    )


def evaluate_generator(
    self: Any, generator: Any, steps: int | None = None, *, val_samples: int | None = None, **kwargs: Any
) -> Any:
    """Return the loss and metrics over what a generator yields."""
    generator, steps = _batches(generator, steps, val_samples)
    return self.evaluate(generator, steps=steps, **{'verbose': 0, **_without_loading(kwargs)})


def predict_generator(
    self: Any, generator: Any, steps: int | None = None, *, val_samples: int | None = None, **kwargs: Any
) -> Any:
    """Return the outputs for what a generator yields."""
    generator, steps = _batches(generator, steps, val_samples)
    return self.predict(generator, steps=steps, **_without_loading(kwargs))


def _endless(dataset: Any) -> Iterator[Any]:
    """Yield a data set's batches over and over, as its iterator did in Keras 2."""
    while True:
        yield from (dataset[number] for number in range(len(dataset)))
        dataset.on_epoch_end()


def _without_loading(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return arguments without those of how batches are loaded, which changes nothing in them."""
    return {name: value for name, value in arguments.items() if name not in _LOADING}


def _batches(generator: Any, steps: int | None, samples: int | None) -> tuple[Any, int | None]:
    """Return a generator as Keras 3 takes it, and how many batches of it are wanted."""
    size = getattr(generator, 'batch_size', None)
    if isinstance(generator, Iterator) and not isinstance(generator, keras.utils.PyDataset):
        first = next(generator)
        size = len(_first_array(first))
        generator = _tuples(itertools.chain([first], generator))
    if samples is not None:
        steps = math.ceil(samples / (size or 1))
    return generator, steps


def _first_array(batch: Any) -> Any:
    while isinstance(batch, (list, tuple)):
        batch = batch[0]
    return next(iter(batch.values())) if isinstance(batch, dict) else batch


def _tuples(batches: Iterable[Any]) -> Iterator[Any]:
    yield from (tuple(batch) if isinstance(batch, list) else batch for batch in batches)


# --- names


def metrics_names(self: Any) -> list[str]:
    """Return 'loss' and what the metrics are called."""
    own = [metric.name for metric in self.metrics if not hasattr(metric, '_user_metrics')]
    given = getattr(self._compile_metrics, '_user_metrics', None) or []
    return own + [_name(metric) for metric in keras.tree.flatten(given) if metric is not None]


def _name(metric: Any) -> str:
    if isinstance(metric, str):
        return 'acc' if metric in _SHORT_ACCURACIES else metric
    return str(getattr(metric, 'name', getattr(metric, '__name__', metric)))


def _with_both_names(pythonify: Callable[[Any], dict[str, Any]]) -> Callable[[Any], Logs]:
    @functools.wraps(pythonify)
    def wrapped(logs: Any) -> Logs:
        return Logs(pythonify(logs))

    return wrapped


# --- learning rate


def _learning_rate(optimizer: Any) -> Any:
    return optimizer._learning_rate


def _set_learning_rate(optimizer: Any, value: Any) -> None:
    optimizer.learning_rate = value
