"""A Slack workspace on loopback that refuses what Slack refuses, for tests over real sockets.

Start: `async with FakeSlack() as slack:` with `scopes`, `events`, `limits` and `Timing` where Slack's own will not
do.
The bot is given `slack.api_url`, `BOT_TOKEN` and `APP_TOKEN`; `slack.wait_for_connection()` waits for its socket.
HTTP mode: `slack.serve_http(url)`, then everything is posted there, signed with `SIGNING_SECRET`.

Places: `lab = slack.channel("lab", MINH, LAN, kind="private", invited=True)`, `slack.dm(MINH)`.
People: `question = slack.mention(lab, MINH, "why?")`, `slack.dm(MINH, "hi")`, `slack.say(lab, LAN, "and?",
thread=question)`, `slack.edit`, `slack.remove`, `slack.command("/gpu", "jobs", MINH, lab)`, `slack.shortcut(message,
MINH)`, `slack.open_home(MINH)`, `slack.press(card, "Run", MINH)` (`confirmed=True` where the button asks first,
`which=1` where two have one name), `slack.press_again` for what is no longer shown, `slack.choose(card, "Card",
"H200", user=MINH)`, `slack.submit(view, values, MINH)`, `slack.dismiss(view, MINH)`, `slack.stop_session(lab,
question, MINH)`, `slack.revoke()`.

Wait: `(answer,) = await slack.wait_for_answers(question)` in its thread, `slack.wait_for_messages(lab, 2)` anywhere,
`slack.wait_for_acks()`, `slack.wait_for(lambda: ...)`.
Seen: `slack.messages(lab, seen_by=MINH)`, each with `text`, `blocks`, `labels`, `edits`, `files`, `thread_ts`,
`ephemeral_to`, `streaming`; `slack.views(MINH)`, `slack.sessions`, `slack.agents.statuses`.
Judged: `slack.refused == []`, `slack.warnings == []`, `slack.late_acks == []`, `slack.floods == 0`,
`slack.scopes_used`, `slack.called("chat.update")`, and `slack.deliveries.log` with attempt, `acked_at` and
`is_overdue` of every delivery.

Trouble: `slack.faults.flood()`, `.fail()`, `.refuse()`, `.hang(delivered=...)`, `.reset()`; `slack.socket.refresh()`,
`.drop()`, `.cut()`, `.disable()`; `slack.deliveries.redeliver(event_id, times=2, as_new=True)`.
An event that no handler of Bolt takes is not acknowledged, so it is overdue and comes again: handle `message` even to
ignore it.
"""

from tests.fakes.slack.calls import Call
from tests.fakes.slack.deliveries import Delivery
from tests.fakes.slack.flood import Limits
from tests.fakes.slack.http_mode import SIGNING_SECRET, HttpMode, Posted, sign, signed
from tests.fakes.slack.people import ALICE, LAN, MINH, OTHER_BOT
from tests.fakes.slack.scopes import EVENTS, GRANTED, scopes_for
from tests.fakes.slack.server import APP_TOKEN, BOT, BOT_TOKEN, FakeSlack
from tests.fakes.slack.timing import Timing
from tests.fakes.slack.views import View
from tests.fakes.slack.world import Channel, File, Shown, User

__all__ = [
    "ALICE",
    "APP_TOKEN",
    "BOT",
    "BOT_TOKEN",
    "EVENTS",
    "GRANTED",
    "LAN",
    "MINH",
    "OTHER_BOT",
    "SIGNING_SECRET",
    "Call",
    "Channel",
    "Delivery",
    "FakeSlack",
    "File",
    "HttpMode",
    "Limits",
    "Posted",
    "Shown",
    "Timing",
    "User",
    "View",
    "scopes_for",
    "sign",
    "signed",
]
