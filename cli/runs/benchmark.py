"""The benchmark from its settings to its results: pictures, measurements one by one, files."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nst_lbfgs.benchmark.outcomes import OLD_WAY, Case, Mark, Race, Record
from nst_lbfgs.benchmark.process import run_measurement
from nst_lbfgs.benchmark.report import described, report
from nst_lbfgs.benchmark.summary import (
    best_ceiling,
    race_summaries,
    rate_summaries,
)
from nst_lbfgs.errors import MeasurementError
from nst_lbfgs.files import check_place, check_room, temporary_folder, write_whole
from nst_lbfgs.weights.sources import resolve_weights

from .benchmark_pairs import sized_pairs
from .plotting import check_matplotlib
from .progress import duration
from .streams import put, tell


@dataclass(frozen=True)
class Settings:
    """What is measured and what is left, checked. No `iterations`, no race; no `pairs`, a drawn one."""

    sizes: tuple[int, ...]
    precisions: tuple[str, ...]
    old_way: bool
    evaluations: int
    repetitions: int
    iterations: tuple[int, ...]
    pairs: tuple[tuple[Path, ...], ...]
    weights: str
    time_limit: float | None
    json: Path | None
    plot: Path | None
    overwrite: bool
    verbose: bool
    command: str


class Benchmark:
    """Makes the measurements and keeps their records.

    Raises ConfigError, ImageError, OutputError or WeightsError before it measures anything.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._records: list[Record] = []
        self._seconds: dict[Case, float] = {}
        for path in filter(None, (settings.json, settings.plot)):
            check_place(path, overwrite=settings.overwrite)
            check_room(path)
        if settings.plot:
            check_matplotlib('--plot')
        self._pairs = sized_pairs(settings.pairs, settings.sizes)
        self._cases = _cases(settings, self._pairs.names)
        self._weights = resolve_weights(settings.weights, report=tell)

    def run(self) -> int:
        """Measure, print the report, leave the files. Raises MeasurementError if some have failed."""
        settings = self._settings
        tell(f'Weights: {self._weights.description}')
        if not settings.pairs:
            tell(
                'No --pair was given: the pictures are drawn, noise like that of natural pictures with edges.'
            )
        with temporary_folder('nst-lbfgs-bench-') as folder:
            paths = self._pairs.save(folder)
            for repetition in range(settings.repetitions):
                for case in self._cases:
                    self._measure(case, repetition, paths.get((case.pair, case.size)))
        put(report(self._records, settings.evaluations, settings.repetitions))
        self._write_plot()
        failed = sum(record.failure is not None for record in self._records)
        if failed:
            raise MeasurementError(f'{failed} of {len(self._records)} measurements failed: see the report')
        return 0

    def _measure(self, case: Case, repetition: int, pictures: Path | None) -> None:
        tell(
            f'{len(self._records) + 1} of {len(self._cases) * self._settings.repetitions}: '
            f'{described(case)}{self._left()}'
        )
        since = time.monotonic()
        try:
            outcome = run_measurement(
                case.kind,
                self._arguments(case, repetition, pictures),
                time_limit=self._settings.time_limit,
                verbose=self._settings.verbose,
            )
            self._records.append(Record(case, repetition, outcome))
        except MeasurementError as error:
            self._records.append(Record(case, repetition, None, str(error)))
            tell(f'Failed: {error}')
        self._seconds[case] = time.monotonic() - since
        self._write_json()

    def _arguments(self, case: Case, repetition: int, pictures: Path | None) -> dict[str, Any]:
        """Return what `measure.py` is told."""
        if case.kind == 'ceiling':
            return {}
        arguments: dict[str, Any] = {
            'way': case.way,
            'pictures': str(pictures),
            'weights': self._weights_name(),
        }
        if case.kind == 'rate':
            return arguments | {'evaluations': self._settings.evaluations}
        arguments['iterations'] = self._settings.iterations
        if case.way != OLD_WAY:
            arguments['target'] = min(mark.loss for mark in self._marks(case, repetition))
        return arguments

    def _weights_name(self) -> str:
        """Return what resolves to the weights from any folder."""
        return str(self._weights.path.absolute()) if self._weights.path else 'random'

    def _marks(self, case: Case, repetition: int) -> list[Mark]:
        """Return where the old way was in this repetition."""
        old = Case(case.kind, OLD_WAY, case.size, case.pair)
        for record in self._records:
            if (record.case, record.repetition) == (old, repetition) and isinstance(record.outcome, Race):
                return record.outcome.marks
        raise MeasurementError('there is no loss of the old way to race for')

    def _left(self) -> str:
        """Return the time left as a clause, from what each measurement took the last time."""
        if not self._seconds:
            return ''
        mean = sum(self._seconds.values()) / len(self._seconds)
        plan = self._cases * self._settings.repetitions
        left = sum(self._seconds.get(case, mean) for case in plan[len(self._records) :])
        return f', about {duration(left)} left'

    def _write_json(self) -> None:
        if self._settings.json is None:
            return
        ceiling = best_ceiling(self._records)
        results = {
            'command': self._settings.command,
            'weights_sha256': self._weights.sha256,
            'pairs_sha256': self._pairs.sha256,
            'ceiling': ceiling and asdict(ceiling),
            'rates': [asdict(summary) for summary in rate_summaries(self._records)],
            'races': [asdict(summary) for summary in race_summaries(self._records)],
            'repetitions': [asdict(record) for record in self._records],
        }
        first = len(self._records) == 1
        write_whole(
            self._settings.json,
            json.dumps(results, indent=1).encode() + b'\n',
            overwrite=self._settings.overwrite or not first,
        )

    def _write_plot(self) -> None:
        if self._settings.plot is None:
            return
        from nst_lbfgs.benchmark.plot import race_figure
        from nst_lbfgs.plots.axes import encoded

        figure = race_figure(self._records)
        if figure is not None:
            picture = encoded(figure, self._settings.plot.suffix)
            write_whole(self._settings.plot, picture, overwrite=self._settings.overwrite)
            tell(str(self._settings.plot))


def _cases(settings: Settings, pairs: list[str]) -> list[Case]:
    """Return one repetition: each way once, one after the other."""
    ways = ((OLD_WAY,) if settings.old_way else ()) + settings.precisions
    cases = [Case('ceiling')]
    for size in settings.sizes:
        cases += [Case('rate', way, size, pairs[0]) for way in ways]
        if settings.iterations:
            cases += [Case('race', way, size, pair) for pair in pairs for way in ways]
    return cases
