"""What the Bot API answers when it refuses."""

from typing import Any


class Refusal(Exception):  # noqa: N818  # it is an answer, not a failure of the server
    """One refused call: code and words as the Bot API gives them."""

    def __init__(self, description: str, *, code: int = 400, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def to_api(self) -> dict[str, Any]:
        more = {"parameters": self.parameters} if self.parameters else {}
        return {"ok": False, "error_code": self.code, "description": self.description, **more}


def bad_request(reason: str) -> Refusal:
    return Refusal(f"Bad Request: {reason}")


def forbidden(reason: str) -> Refusal:
    return Refusal(f"Forbidden: {reason}", code=403)


def too_many(retry_after: int) -> Refusal:
    return Refusal(f"Too Many Requests: retry after {retry_after}", code=429, retry_after=retry_after)


def not_found() -> Refusal:
    return Refusal("Not Found", code=404)


UNAUTHORIZED = "Unauthorized"
OTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
SET_WEBHOOK = "Conflict: terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
