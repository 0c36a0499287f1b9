"""What was measured, read from the database for an answer."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.results import Result

_LOOKED_AT = 1000


class StoredResults:
    """The results in GPUWISE_HOME; the database is opened only to read them, and never made for that."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def newest(self, case: str | None, limit: int) -> "tuple[Result, ...]":
        """Return at most *limit* results, newest first, of one case where it is named; vgg16 means its variants too."""
        import asyncio  # noqa: PLC0415  # the database and what it needs are for benchmarks only

        from bot.store.engine import FILE_NAME  # noqa: PLC0415
        from bot.store.jobs import open_job_store  # noqa: PLC0415

        if not (self._home / FILE_NAME).exists():
            return ()
        with open_job_store(self._home) as store:
            found = asyncio.run(store.results.list(_LOOKED_AT if case else limit))
        return tuple(result for result in found if _is_of(result, case))[:limit]


def _is_of(result: "Result", case: str | None) -> bool:
    return case is None or any(str(record["workload"]["id"]).startswith(case) for record in result.records)
