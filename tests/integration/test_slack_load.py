"""Many mentions at once, against a workspace that counts Slack's limits: acknowledged at once, none lost."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.answers import Answer
from bot.messages import Message
from tests.fakes.responder import ScriptedResponder
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, MINH, FakeSlack, Limits, Shown, User
from tests.makers_chats import database_in
from tests.makers_serving import make_home, serving, stopped
from tests.makers_slack_chats import running

QUESTIONS = (
    "what is memory bandwidth?",
    "so sánh RTX 3090 và RTX 4090",
    "VRAM của 3080 là bao nhiêu",
    "why tensor cores?",
)


@asynccontextmanager
async def served(tmp_path: Path) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(limits=Limits()) as slack:
        environ = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "GPUWISE_SLACK_API_URL": slack.api_url}
        with serving(make_home(tmp_path), GPUWISE_SLACK_ALLOW="*", GPUWISE_QUESTIONS="0", **environ) as process:
            await slack.wait_for_connection(1, 60)
            yield slack
            assert await stopped(process) == 0
        assert (slack.floods, slack.refused, slack.late_acks) == (0, [], [])


async def ask_everywhere(slack: FakeSlack, channels: int, questions: int, seconds: float) -> list[Shown]:
    """Ask in all channels in turn within *seconds*, and wait until each question is answered."""
    people = [User(id=f"U1{number:03}", name=f"p{number}") for number in range(channels)]
    rooms = [slack.channel(f"room{number}", user) for number, user in enumerate(people)]
    asked = []
    for place in range(questions):
        number = place % channels
        asked.append(slack.mention(rooms[number], people[number], QUESTIONS[place % len(QUESTIONS)]))
        await asyncio.sleep(seconds / questions)
    await slack.wait_for(lambda: all(slack.answers(question) for question in asked), 240)
    await slack.wait_for_acks()
    return asked


def slowest_ack_s(slack: FakeSlack) -> float:
    return max(delivery.delay_s or 60.0 for delivery in slack.deliveries.log)


@pytest.mark.timing
async def test_mentions_across_channels_are_acknowledged_at_once_and_answered(tmp_path: Path) -> None:
    async with served(tmp_path) as slack:
        await ask_everywhere(slack, 20, 60, 2.0)
        slowest = slowest_ack_s(slack)

    assert slowest < 1.0


@pytest.mark.soak
async def test_five_hundred_mentions_across_fifty_channels_in_ten_seconds(tmp_path: Path) -> None:
    async with served(tmp_path) as slack:
        asked = await ask_everywhere(slack, 50, 500, 10.0)
        slowest = slowest_ack_s(slack)
        print(f"slowest acknowledgement {slowest:.3f} s")  # noqa: T201
        answered = [len(slack.answers(question)) for question in asked]

    assert slowest < 1.0
    assert min(answered) >= 1


class Busy(ScriptedResponder):
    """Works its processor for a second at each question, without ever letting go by itself."""

    def respond(self, message: Message) -> Answer:
        end = time.perf_counter() + 1.0
        while time.perf_counter() < end:
            sum(range(1000))
        return super().respond(message)


@pytest.mark.timing
async def test_work_on_the_processor_delays_no_acknowledgement() -> None:
    async with FakeSlack() as slack, database_in() as database:
        lab = slack.channel("lab", MINH)
        async with running(slack, Busy(), database):
            for number in range(6):
                slack.mention(lab, MINH, f"question {number}")
            await asyncio.sleep(0.3)  # two are being worked at
            commands = [slack.command("/gpu", "jobs", MINH, lab) for _ in range(5)]
            await slack.wait_for(lambda: all(command.acked_at for command in commands), 10)
            delays = [command.delay_s or 60.0 for command in commands]
            await slack.wait_for(lambda: len(slack.messages(lab, seen_by=MINH)) >= 6, 60)

    print(f"slowest acknowledgement beside busy threads {max(delays):.3f} s")  # noqa: T201
    assert max(delays) < 1.0
