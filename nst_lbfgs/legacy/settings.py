"""What one process runs old scripts with: weights, precision and Keras's learning phase."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ConfigError

PRECISIONS = ('float32', 'bfloat16')
RANDOM_WEIGHTS = 'random'


@dataclass
class Settings:
    """The state that the old Keras kept in its backend, and our options.

    weights: what `weights='imagenet'` means for VGG19: 'imagenet', 'random' or a file's path.
    precision: what networks compute in; losses and pictures stay float32.
    learning_phase: 0 or 1 once `K.set_learning_phase` was called, else None.
    tensorflow_1_shapes: whether a length that is not fixed reads as TensorFlow 1's
    `Dimension(None)` in a script, and not as TensorFlow 2's None.
    layers_count_from: the number of a kind's first layer in their names, None for today's names.
    old_resnet50: whether ResNet50's layers have the names that Keras's own had.
    """

    weights: str = 'imagenet'
    precision: str = 'float32'
    learning_phase: int | None = None
    tensorflow_1_shapes: bool = False
    layers_count_from: int | None = None
    old_resnet50: bool = False


SETTINGS = Settings()


def configure(*, weights: str | None = None, precision: str | None = None) -> None:
    """Set the weights and the precision of every network and function made from now on.

    Raises ConfigError if `precision` is neither 'float32' nor 'bfloat16'.
    """
    if precision is not None and precision not in PRECISIONS:
        raise ConfigError(f'Expected precision to be one of {PRECISIONS}. Received: {precision!r}')
    SETTINGS.weights = SETTINGS.weights if weights is None else weights
    SETTINGS.precision = SETTINGS.precision if precision is None else precision
