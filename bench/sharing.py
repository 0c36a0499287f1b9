"""Who else is on a card. Pure.

NVML's ids are the host's. A process of the worker's own tree is ours; one that /proc shows and that is none of ours is
somebody else's. One that /proc does not show is somebody else's too where ours is known beside it, or where there are
two of them: a run is one process on the card. One alone may be our own under its number outside a container: then the
card's users are unknown, which makes a run dirty but never ends it. Before a run nothing is ours, so all are others'.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.nvml import CardUser

#: Looks in a row that must show the same process: for 0.4 s, so that one which only glances ends no run.
LOOKS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The users of a card that are not the run."""

    pids: tuple[int, ...] = ()
    compute: tuple[int, ...] = ()  #: those of them that compute
    memory_bytes: int | None = 0  #: that they use together; None where the driver does not say
    is_unknown: bool = False  #: whether somebody may be missing

    def to_json(self) -> dict[str, Any]:
        """Return what a look carries."""
        return {
            "foreign_pids": list(self.pids),
            "foreign_compute": list(self.compute),
            "foreign_vram_bytes": self.memory_bytes,
            "foreign_unknown": self.is_unknown,
        }


def sharing_of(users: Sequence[CardUser] | None, own: Collection[int], seen: Collection[int]) -> Sharing:
    """Return who of *users* is not among *own*; *seen* are the ids that /proc shows."""
    if users is None:
        return Sharing(memory_bytes=None, is_unknown=True)
    foreign = [user for user in users if user.pid not in own and user.pid in seen]
    unseen = [user for user in users if user.pid not in own and user.pid not in seen]
    is_ours_known = any(user.pid in own for user in users)
    if is_ours_known or len(unseen) > 1:
        foreign, unseen = foreign + unseen, []
    sizes = [user.memory_bytes for user in foreign]
    known = [size for size in sizes if size is not None]
    return Sharing(
        pids=tuple(user.pid for user in foreign),
        compute=tuple(user.pid for user in foreign if user.is_compute),
        memory_bytes=sum(known) if len(known) == len(sizes) and not unseen else None,
        is_unknown=bool(unseen),
    )


def taken_by(looks: Sequence[Mapping[str, Any]]) -> int | None:
    """Return a process of somebody else that computed on the card in each of the last looks, None without one."""
    last = looks[-LOOKS:]
    if len(last) < LOOKS:
        return None
    in_all = set.intersection(*(set((look.get("gpu") or {}).get("foreign_compute") or ()) for look in last))
    return min(in_all, default=None)
