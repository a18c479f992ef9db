"""Heights of many rows with fast sums: a Fenwick tree."""

from __future__ import annotations

from collections.abc import Iterable


class Heights:
    """Heights in px. `top`, `set` and `index_at` take O(log n), making it O(n).

    After P. M. Fenwick, "A New Data Structure for Cumulative Frequency Tables", 1994.
    """

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        size = len(self._heights)
        self._tree = [0, *self._heights]
        for index in range(1, size + 1):
            parent = index + (index & -index)
            if parent <= size:
                self._tree[parent] += self._tree[index]

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    @property
    def total(self) -> int:
        return self.top(len(self._heights))

    def top(self, index: int) -> int:
        """The sum of the heights before ``index``."""
        result = 0
        while index > 0:
            result += self._tree[index]
            index -= index & -index
        return result

    def set(self, index: int, height: int) -> None:
        change = height - self._heights[index]
        self._heights[index] = height
        index += 1
        while index < len(self._tree):
            self._tree[index] += change
            index += index & -index

    def append(self, height: int) -> None:
        index = len(self._heights) + 1
        low = index - (index & -index)
        self._tree.append(self.top(index - 1) - self.top(low) + height)
        self._heights.append(height)

    def truncate(self, count: int) -> None:
        """Keep the first ``count`` rows."""
        del self._heights[count:]
        del self._tree[count + 1 :]

    def index_at(self, y: int) -> int:
        """The row that covers ``y``; the first or last one for what is outside. Needs a row."""
        index, step = 0, 1 << (len(self._heights).bit_length())
        while step:
            following = index + step
            if following < len(self._tree) and self._tree[following] <= y:
                index = following
                y -= self._tree[following]
            step >>= 1
        return min(index, len(self._heights) - 1)
