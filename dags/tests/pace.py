"""Writes a number of changes a second, beside the shop, until a context ends."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod

TICK = 0.05  # seconds between two writes


class Paced(ABC):
    """What a subclass writes is written in another thread; what that raises is raised when the context ends."""

    most = 4000  # changes of one write: one that fell behind catches up in several

    def __init__(self, rate: int) -> None:
        self.rate, self.written = rate, 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._broke: Exception | None = None

    @abstractmethod
    def begin(self) -> None:
        """Connect, and make what is written to."""

    @abstractmethod
    def write(self, n: int) -> None:
        """Make n changes."""

    @abstractmethod
    def end(self) -> None:
        """Disconnect."""

    def __enter__(self) -> Paced:
        self.begin()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.end()
        if self._broke is not None:
            raise self._broke

    def _run(self) -> None:
        began = time.monotonic()
        try:
            while not self._stop.wait(TICK):
                due = min(int((time.monotonic() - began) * self.rate) - self.written, self.most)
                if due > 0:
                    self.write(due)
                    self.written += due
        except Exception as e:  # whatever it is, the test has to see it
            self._broke = e
