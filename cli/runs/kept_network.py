"""The network, in memory from one run to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nst_lbfgs.config import TransferConfig

if TYPE_CHECKING:
    from nst_lbfgs.weights.vgg19 import Network


class KeptNetwork:
    """The network of the last run, for the next one if that has the same weights: one at a time."""

    def __init__(self) -> None:
        self._key: tuple[str, int] | None = None
        self._network: Network | None = None

    def of(self, config: TransferConfig, load: Callable[[], Network]) -> Network:
        """Return the network for a run; `load` reads it if it is not there."""
        weights = config.computation.weights
        key = weights, config.start.seed if weights == 'random' else 0
        if self._network is None or key != self._key:
            self._network = None  # before the next one comes
            self._network, self._key = load(), key
        return self._network
