"""What Slack answers when it refuses a call."""

from typing import Any


class Refusal(Exception):  # noqa: N818  # not an error of this program
    """A refused call: Slack's own code, mostly within an HTTP 200."""

    def __init__(self, error: str, *, status: int = 200, retry_after: int | None = None, **more: Any) -> None:
        super().__init__(error)
        self.error, self.status, self.retry_after, self.more = error, status, retry_after, more

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}

    def to_api(self) -> dict[str, Any]:
        return {"ok": False, "error": self.error, **self.more}


def too_many(retry_after: int) -> Refusal:
    return Refusal("ratelimited", status=429, retry_after=retry_after)


def missing_scope(needed: str, provided: str) -> Refusal:
    return Refusal("missing_scope", needed=needed, provided=provided)


def invalid(error: str, *reasons: str) -> Refusal:
    """Return a refusal that says where, as Slack does for blocks and views."""
    told = [f"[ERROR] {reason}" for reason in reasons]
    return Refusal(error, errors=list(reasons), response_metadata={"messages": told})


def missing(*names: str) -> Refusal:
    return invalid("invalid_arguments", *(f"missing required field: {name}" for name in names))
