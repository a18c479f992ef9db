"""The shape of one conversation: which message follows which, without their texts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from desktop_app.store.database import Database


@dataclass(slots=True)
class Tree:
    """Messages that are not deleted. ``children`` are oldest first; key None holds the beginnings."""

    parent: dict[int, int | None] = field(default_factory=dict)
    chosen: dict[int, int | None] = field(default_factory=dict)
    children: dict[int | None, list[int]] = field(default_factory=dict)

    def path(self, leaf: int | None) -> list[int]:
        """The ids from the beginning to ``leaf``, both included."""
        found: list[int] = []
        seen: set[int] = set()
        while leaf is not None and leaf in self.parent and leaf not in seen:
            seen.add(leaf)  # a salvaged file may hold a ring
            found.append(leaf)
            leaf = self.parent[leaf]
        return found[::-1]

    def leaf_below(self, key: int) -> int:
        """The end of the branch that was last shown below ``key``; the newest where none was."""
        seen = {key}
        while below := self.children.get(key):
            choice = self.chosen[key]
            key = choice if choice is not None and choice in below else below[-1]
            if key in seen:
                break
            seen.add(key)
        return key

    def leaf_of(self, leaf_id: int | None) -> int | None:
        """The stored leaf where it still exists, else the end of the newest branch, else None."""
        if leaf_id is not None and leaf_id in self.parent:
            return leaf_id
        beginnings = self.children.get(None)
        return self.leaf_below(beginnings[-1]) if beginnings else None

    def place(self, key: int) -> tuple[int, int]:
        """(version, versions) of a message among its siblings, counted from 1."""
        siblings = self.children[self.parent[key]]
        return siblings.index(key) + 1, len(siblings)


def read_tree(db: Database, conversation_id: int) -> Tree:
    tree = Tree()
    for key, parent, chosen in db.all(
        "SELECT id, parent_id, chosen_id FROM messages"
        " WHERE conversation_id = ? AND deleted_at IS NULL ORDER BY id",
        (conversation_id,),
    ):
        tree.parent[key] = parent
        tree.chosen[key] = chosen
        tree.children.setdefault(parent, []).append(key)
    return tree


def show(db: Database, conversation_id: int, tree: Tree, leaf: int | None) -> None:
    """Make ``leaf`` the end of the branch that is shown, and remember the way to it at every fork.
    Inside a transaction."""
    path = tree.path(leaf)
    for parent, child in itertools.pairwise(path):
        if tree.chosen[parent] != child:
            db.run("UPDATE messages SET chosen_id = ? WHERE id = ?", (child, parent))
    db.run("UPDATE conversations SET leaf_id = ? WHERE id = ?", (leaf, conversation_id))
