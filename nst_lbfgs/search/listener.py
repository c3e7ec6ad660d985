"""What a search tells on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .evaluations import Place
    from .state import SearchState


class Standing(Protocol):
    """A search, as a listener sees it."""

    @property
    def evaluations(self) -> int:
        """How many evaluations there were so far."""
        ...

    @property
    def state(self) -> SearchState:
        """Where the search stands."""
        ...


class Listener:
    """Hears what a search tells, and does nothing. Any method may raise StopSearch to end the search."""

    def evaluated(self, count: int, loss: float) -> None:
        """Hear of evaluation number `count`, from 1, and its loss."""

    def iteration_done(self, search: Standing, iteration: int, place: Place) -> None:
        """Hear that an iteration, counted from 0, has ended at `place`."""

    def trouble(self, text: str) -> None:
        """Hear, in a line, what went wrong and how the search goes on."""
