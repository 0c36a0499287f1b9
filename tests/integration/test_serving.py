"""`gpuwise serve` as whoever runs it sees it."""

import asyncio
from pathlib import Path

import pytest

from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.makers_serving import make_home, serving

NOWHERE = "http://127.0.0.1:9"


async def said_by(home: Path, **environ: str) -> tuple[int, str]:
    """Return exit code and stderr of a bot that cannot be started."""
    with serving(home, **environ) as process:
        code = await asyncio.to_thread(process.wait, 60)
    return code, (home / "serve.log").read_text(encoding="utf-8")


async def test_a_token_that_telegram_refuses_is_one_line(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        environ = {"TELEGRAM_BOT_TOKEN": "1:wrong", "GPUWISE_TELEGRAM_API_URL": telegram.url}
        code, said = await said_by(make_home(tmp_path), **environ)

    assert (code, said.count("\n")) == (1, 1)
    assert "TELEGRAM_BOT_TOKEN" in said


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"TELEGRAM_BOT_TOKEN": TOKEN, "GPUWISE_TELEGRAM_API_URL": NOWHERE}, "cannot be reached"),
        ({"TELEGRAM_BOT_TOKEN": ""}, "TELEGRAM_BOT_TOKEN, SLACK_BOT_TOKEN"),
        (
            {"TELEGRAM_BOT_TOKEN": TOKEN, "GPUWISE_TELEGRAM_WEBHOOK_URL": "https://example.org/hook"},
            "GPUWISE_TELEGRAM_WEBHOOK_SECRET",
        ),
        (
            {"TELEGRAM_BOT_TOKEN": TOKEN, "GPUWISE_TELEGRAM_WEBHOOK_URL": "http://example.org/hook"},
            "GPUWISE_TELEGRAM_WEBHOOK_URL",
        ),
        ({"TELEGRAM_BOT_TOKEN": TOKEN, "GPUWISE_BENCH_FOUR_EYES": "perhaps"}, "GPUWISE_BENCH_FOUR_EYES"),
    ],
)
async def test_what_is_set_wrong_is_one_line_that_names_it(tmp_path: Path, environ: dict[str, str], named: str) -> None:
    code, said = await said_by(make_home(tmp_path), **environ)

    assert (code, said.count("\n")) == (1, 1)
    assert named in said
