"""What tests of runs share: something that happens in the middle of one."""

from __future__ import annotations

import itertools

import pytest

from nst_lbfgs.objective import Objective


@pytest.fixture
def at_evaluation(monkeypatch):
    """Return a function that has something happen at the start of an evaluation, counted from 1."""

    def at(number, happen):
        evaluate, count = Objective.evaluate, itertools.count(1)

        def evaluate_and(self, x):
            if next(count) == number:
                happen()
            return evaluate(self, x)

        monkeypatch.setattr(Objective, 'evaluate', evaluate_and)
        return lambda: monkeypatch.setattr(Objective, 'evaluate', evaluate)

    return at
