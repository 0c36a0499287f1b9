"""One call of a method: what it carries and how it ended."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram.refusals import bad_request
from tests.fakes.telegram.world import File


@dataclass(slots=True, kw_only=True)
class Call:
    """A call as it came; `status` is 0 until it is answered and stays so where the connection ended instead."""

    method: str  #: as the caller spelt it
    data: dict[str, str]
    files: dict[str, File] = field(default_factory=dict)
    at: float  #: monotonic seconds
    status: int = 0
    description: str = ""

    @property
    def name(self) -> str:
        """The method in lower case, as the server tells methods apart."""
        return self.method.lower()

    @property
    def chat(self) -> int | None:
        given = self.data.get("chat_id", "")
        return int(given) if given.lstrip("-").isdigit() else None

    def get(self, name: str) -> str | None:
        return self.data.get(name)

    def number(self, name: str) -> int | None:
        """Return a whole number, None when it is not given."""
        given = self.data.get(name)
        if given is None:
            return None
        try:
            return int(given)
        except ValueError:
            raise bad_request(f"invalid {name} specified") from None

    def read(self, name: str) -> dict[str, Any]:
        """Return a JSON object, an empty one when it is not given."""
        try:
            found = json.loads(self.data.get(name) or "{}")
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None
        return found if isinstance(found, dict) else {}

    def is_true(self, name: str) -> bool:
        return self.data.get(name, "").lower() in {"true", "1", "yes"}
