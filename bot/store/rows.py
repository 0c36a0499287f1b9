"""Jobs as rows and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping

from bench.jobs import Failed, Job, State
from bot.store.engine import StoreError

_TIMES = ("created", "lease_until", "started", "finished")


def to_text(time: datetime) -> str:
    """Return an aware time as ISO text in UTC, always as long, so that texts sort as times do."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def to_json(value: Mapping[str, Any]) -> str:
    """Return JSON that any reader takes: no NaN or infinity."""
    try:
        return json.dumps(dict(value), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise StoreError(f"Only JSON with finite numbers can be stored: {error}.") from error


def to_row(job: Job) -> dict[str, Any]:
    """Return the columns of one job."""
    row = {name: getattr(job, name) for name in Job.__dataclass_fields__ if name != "error"}
    error = asdict(job.error) if job.error else {"kind": None, "message": None}
    row |= {f"error_{name}": value for name, value in error.items()}
    row |= {name: to_text(row[name]) for name in _TIMES if row[name] is not None}
    return row | {"request": to_json(job.request), "state": job.state.value}


def from_row(row: RowMapping) -> Job:
    """Return the job that `to_row` took apart."""
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    kind, message = values.pop("error_kind"), values.pop("error_message")
    values |= {name: datetime.fromisoformat(values[name]) for name in _TIMES if values[name] is not None}
    values |= {
        "request": json.loads(values["request"]),
        "state": State(values["state"]),
        "error": None if kind is None else Failed(kind=kind, message=message),
    }
    return Job(**values)
