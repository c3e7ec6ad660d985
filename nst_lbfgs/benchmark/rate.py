"""Evaluations per second, and peak memory, of one way in a search."""

from __future__ import annotations

import time

from ..errors import MeasurementError
from ..machine.allocators import keep_memory_compact
from ..machine.memory import peak_resident_bytes
from ..machine.precision import with_chosen_precision
from ..search.lbfgs import StopSearch
from ..transfer import transfer_style
from ..weights.vgg19 import Network
from .old_way import old_transfer
from .outcomes import OLD_WAY, Rate
from .pairs import Pair
from .task import our_config


def measure_rate(way: str, pair: Pair, network: Network, evaluations: int) -> Rate:
    """Search for `evaluations` evaluations after the first, and say how long they took.

    The search's own share is in it: directions, scipy, the recorder. Raises MeasurementError if the
    search ends after its first evaluation.
    """
    times = [time.perf_counter()]

    def on_evaluation(count: int, loss: float) -> None:
        times.append(time.perf_counter())
        if count > evaluations:
            raise StopSearch('measured')

    if way == OLD_WAY:
        old_transfer(
            pair.content,
            pair.style,
            network.kernels(),
            iterations=evaluations + 1,
            on_evaluation=on_evaluation,
        )
    else:
        # Evaluations at smaller sizes are quicker, and no part of the rate.
        ours = our_config(way, evaluations_per_iteration=evaluations + 1, pyramid=1)
        config, _ = with_chosen_precision(ours)
        keep_memory_compact(config, *pair.content.shape[:2])
        transfer_style(pair.content, pair.style, config, network=network, on_evaluation=on_evaluation)
    begun, first, *later = times
    if not later:
        raise MeasurementError('the search ended after its first evaluation')
    return Rate(len(later), later[-1] - first, first - begun, peak_resident_bytes())
