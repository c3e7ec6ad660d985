"""Keras's Adam, fed step by step. Knows nothing of pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ..arrays import FloatArray, PictureArray, Tensor
from ..config import AdamConfig, TransferConfig
from .evaluations import Evaluation, Evaluations, Place, Point
from .lbfgs import Box, Ending
from .listener import Listener
from .recovery import place_of
from .state import Done, SearchState


class AdamSearch:
    """Minimises `function` over pictures x, (n,), from `start`, or from `state` on, by Adam.

    Source: Kingma, Ba, 2015. `function` evaluates a picture. Each of `config.iterations` iterations is
    `config.evaluations_per_iteration` steps, and each step leads to a place that is evaluated once: for
    the step's loss and for the next step's gradient. The loss need not fall.

    x is moved in float32, as in the publications, or in float64 if `config.computation.precision` is
    that. With `clip` `box` clips it after each step. A search that goes on from a state takes the same
    steps as one that was never left.
    """

    def __init__(
        self,
        function: Callable[[PictureArray], Evaluation],
        start: FloatArray,
        config: TransferConfig,
        *,
        box: Box,
        state: SearchState | None,
        listener: Listener,
    ) -> None:
        assert isinstance(config.optimizer, AdamConfig)
        self._adam_config = config.optimizer
        self._config = config
        self._state = state or SearchState(Done(), self._adam_config.clip, start)
        self._listener = listener
        self._dtype = tf.float64 if config.computation.precision == 'float64' else tf.float32
        self._evaluations = Evaluations(
            function,
            listener.evaluated,
            count=self._state.done.evaluations,
            best=self._state.best or place_of(self._state),
        )
        self._x = tf.Variable(tf.constant(self._state.iterate, self._dtype))
        self._limits = None
        if self._adam_config.clip:
            self._limits = tuple(tf.constant(limit, self._dtype) for limit in box.limits(start.size))
        self._adam = keras.optimizers.Adam(
            self._adam_config.learning_rate,
            beta_1=self._adam_config.beta_1,
            epsilon=self._adam_config.epsilon,
        )
        self._adam.build([self._x])

    @property
    def evaluations(self) -> int:
        """How many evaluations there were so far, before the search was taken up again included."""
        return self._evaluations.count

    @property
    def best(self) -> Place | None:
        """The place with the smallest loss so far."""
        return self._evaluations.best

    @property
    def place(self) -> Place | None:
        """Where the search stands, if it has been evaluated there."""
        return place_of(self._state)

    @property
    def state(self) -> SearchState:
        """Where the search stands: after the last iteration."""
        return replace(self._state, best=self._evaluations.best_but(self._state.iterate))

    def run(self) -> Ending:
        """Search until all iterations are done. Raises what `function` and the listener raise."""
        steps = self._config.evaluations_per_iteration
        done = self._state.done.iterations
        if done >= self._config.iterations and self.place is not None:
            return Ending.ALL_DONE
        self._restore()
        point = self._known_point() or self._evaluations.at(self._place())
        self._state = replace(self._state, terms=point.terms)
        for iteration in range(done, self._config.iterations):
            for step in range(iteration * steps, (iteration + 1) * steps):
                self._step(step, point.gradient)
                point = self._evaluations.at(self._place())
            self._finish_iteration(iteration, point)
        return Ending.ALL_DONE

    def _step(self, step: int, gradient: PictureArray) -> None:
        decay = self._adam_config.learning_rate_decay ** (step // self._adam_config.decay_every)
        self._adam.learning_rate = self._adam_config.learning_rate * decay
        self._adam.apply_gradients([(tf.constant(gradient, self._dtype), self._x)])
        if self._limits:
            self._x.assign(tf.clip_by_value(self._x, *self._limits))

    def _place(self) -> FloatArray:
        place: FloatArray = self._x.numpy().astype(np.float64)
        return place

    def _known_point(self) -> Point | None:
        state = self._state
        if state.terms is None or not state.gradient.size:
            return None
        return Point(state.iterate, state.terms, state.gradient)

    def _finish_iteration(self, iteration: int, point: Point) -> None:
        self._state = SearchState(
            Done(iteration + 1, self.evaluations),
            self._adam_config.clip,
            point.x,
            point.terms,
            point.gradient,
            moments=tuple(variable.numpy() for variable in self._moments()),
        )
        self._listener.iteration_done(self, iteration, point.place)

    def _restore(self) -> None:
        """Give Adam the moments of the state, and the number of its steps, which corrects their bias."""
        if self._state.moments:
            done = self._state.done.iterations * self._config.evaluations_per_iteration
            self._adam.iterations.assign(done)
            for variable, moment in zip(self._moments(), self._state.moments, strict=True):
                variable.assign(tf.constant(moment, self._dtype))
        elif self._state.done.iterations:
            self._listener.trouble(
                'The moments of Adam are not in this checkpoint, which an earlier version has written. '
                'Going on with fresh ones.'
            )

    def _moments(self) -> list[Tensor]:
        """Return Adam's moving means of the gradient and of its square, each (n,)."""
        variables: list[Any] = list(self._adam.variables)
        return [variable for variable in variables if tuple(variable.shape) == tuple(self._x.shape)]
