"""Medians and spreads over the repetitions."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .flops import useful_flops
from .outcomes import OLD_WAY, Case, Ceiling, Mark, Outcome, Race, Rate, Record
from .task import our_config


@dataclass(frozen=True)
class Spread:
    """The median of some values, the least and the greatest."""

    median: float
    least: float
    greatest: float

    @classmethod
    def of(cls, values: Iterable[float | None]) -> Spread | None:
        """Return the spread of the values that are there, None if there is none."""
        known = [value for value in values if value is not None]
        return cls(statistics.median(known), min(known), max(known)) if known else None


@dataclass(frozen=True)
class RateSummary:
    """One way at one size. Rates are per second; `times` is how many times the old way's rate.

    `flops` is the work that the evaluations need (`useful_flops`), the same for every way, over the
    time. `share` is that over the best convolution rate in the same precision (the old way's is float32;
    for a precision without a ceiling of its own, the best of all).
    """

    case: Case
    evaluations_per_second: Spread | None
    times: Spread | None
    first_seconds: Spread | None
    peak_bytes: Spread | None
    flops: Spread | None
    share: Spread | None
    failures: tuple[str, ...]


@dataclass(frozen=True)
class RaceSummary:
    """One precision of our way against the old way's `iterations`, for one pair at one size.

    `loss` is the old way's after these iterations, `old_seconds` when it was there, `seconds` when ours
    was, in the repetitions where it was; `sooner` is the ratio, taken within each repetition. `missed`
    counts the repetitions in which our way ran but did not get there.
    """

    case: Case
    iterations: int
    loss: Spread | None
    old_seconds: Spread | None
    seconds: Spread | None
    sooner: Spread | None
    missed: int
    failures: tuple[str, ...]


def best_ceiling(records: Sequence[Record]) -> Ceiling | None:
    """Return the best rates of all repetitions."""
    ceilings = [record.outcome for record in records if isinstance(record.outcome, Ceiling)]
    if not ceilings:
        return None
    return Ceiling(
        _best([ceiling.convolution for ceiling in ceilings]),
        _best([ceiling.matrix for ceiling in ceilings]),
        ceilings[0].machine,
    )


def rate_summaries(records: Sequence[Record]) -> list[RateSummary]:
    """Return a summary for each way at each size, in the order of the measurements."""
    ceiling = best_ceiling(records)
    return [_rate_summary(case, records, ceiling) for case in _cases('rate', records)]


def race_summaries(records: Sequence[Record]) -> list[RaceSummary]:
    """Return a summary for each precision, pair and size, and each mark of the old way."""
    return [
        _race_summary(case, iterations, records)
        for case in _cases('race', records)
        if case.way != OLD_WAY
        for iterations in _marked_iterations(records)
    ]


def _rate_summary(case: Case, records: Sequence[Record], ceiling: Ceiling | None) -> RateSummary:
    rates = {
        repetition: rate for repetition, rate in _outcomes(case, records).items() if isinstance(rate, Rate)
    }
    old = {
        repetition: rate
        for repetition, rate in _outcomes(_old(case), records).items()
        if isinstance(rate, Rate)
    }
    work = useful_flops(our_config('float32'), case.size, case.size)
    flops = Spread.of(work * _per_second(rate) for rate in rates.values())
    return RateSummary(
        case,
        Spread.of(map(_per_second, rates.values())),
        Spread.of(
            _per_second(rate) / _per_second(old[repetition])
            for repetition, rate in rates.items()
            if repetition in old
        ),
        Spread.of(rate.first_seconds for rate in rates.values()),
        Spread.of(rate.peak_bytes for rate in rates.values()),
        flops,
        _share(flops, case.way, ceiling),
        _failures(case, records),
    )


def _share(flops: Spread | None, way: str, ceiling: Ceiling | None) -> Spread | None:
    if flops is None or ceiling is None:
        return None
    rates = ceiling.convolution
    best = rates.get('float32' if way == OLD_WAY else way, max(rates.values()))
    return Spread(flops.median / best, flops.least / best, flops.greatest / best)


def _race_summary(case: Case, iterations: int, records: Sequence[Record]) -> RaceSummary:
    ours = _outcomes(case, records)
    marks = {
        repetition: _mark(race, iterations) for repetition, race in _outcomes(_old(case), records).items()
    }
    reached = {
        repetition: race.first_at_or_below(marks[repetition].loss)
        for repetition, race in ours.items()
        if isinstance(race, Race)
    }
    return RaceSummary(
        case,
        iterations,
        Spread.of(mark.loss for mark in marks.values()),
        Spread.of(mark.seconds for mark in marks.values()),
        Spread.of(reached.values()),
        Spread.of(
            marks[repetition].seconds / seconds if seconds else None
            for repetition, seconds in reached.items()
        ),
        sum(seconds is None for seconds in reached.values()),
        _failures(_old(case), records) + _failures(case, records),
    )


def _cases(kind: str, records: Sequence[Record]) -> list[Case]:
    return list(dict.fromkeys(record.case for record in records if record.case.kind == kind))


def _old(case: Case) -> Case:
    return Case(case.kind, OLD_WAY, case.size, case.pair)


def _outcomes(case: Case, records: Sequence[Record]) -> dict[int, Outcome]:
    return {
        record.repetition: record.outcome
        for record in records
        if record.case == case and record.outcome is not None
    }


def _failures(case: Case, records: Sequence[Record]) -> tuple[str, ...]:
    return tuple(record.failure for record in records if record.case == case and record.failure)


def _marked_iterations(records: Sequence[Record]) -> list[int]:
    return sorted(
        {
            mark.iterations
            for record in records
            if isinstance(record.outcome, Race)
            for mark in record.outcome.marks
        }
    )


def _mark(race: Outcome, iterations: int) -> Mark:
    assert isinstance(race, Race)
    return next(mark for mark in race.marks if mark.iterations == iterations)


def _per_second(rate: Rate) -> float:
    return rate.evaluations / rate.seconds


def _best(rates: list[dict[str, float]]) -> dict[str, float]:
    return {precision: max(rate[precision] for rate in rates) for precision in rates[0]}
