"""How long servers are waited for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may be silent or slow, and how often it is asked again.

    Seconds; ``slow_bytes_per_s`` over ``slow_s`` is as bad as silence. The pauses between ``tries`` in a
    row that bring nothing double from ``first_pause_s`` to ``longest_pause_s``; a single byte that comes
    starts the count anew. A server that asks for more than ``longest_wait_s`` is not waited for.
    """

    connect_s: float = 20.0
    read_s: float = 30.0
    slow_s: float = 60.0
    slow_bytes_per_s: float = 1024.0
    tries: int = 10
    first_pause_s: float = 1.0
    longest_pause_s: float = 60.0
    longest_wait_s: float = 600.0

    def pause(self, tries: int) -> float:
        """Seconds to wait after so many ``tries`` in a row."""
        return min(self.longest_pause_s, self.first_pause_s * 2.0 ** (tries - 1))


PATIENT = Patience()
