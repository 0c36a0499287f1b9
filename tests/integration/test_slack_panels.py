"""What stands around answers in Slack: buttons, the form of a choice, the Home tab, a shortcut."""

from typing import Any

from bot.responding import Bot
from bot.store.answered import opinions
from bot.store.database import Database
from tests.fakes.responder import ScriptedResponder
from tests.fakes.slack import LAN, MINH, FakeSlack
from tests.makers_slack_chats import running, seen


async def test_why_and_a_thumb_down_are_answered_to_whoever_presses(
    slack: FakeSlack, database: Database, bot: Bot
) -> None:
    lab = slack.channel("lab", MINH, LAN)
    async with running(slack, bot, database):
        question = slack.mention(lab, MINH, "what is memory bandwidth?")
        (answer,) = await slack.wait_for_answers(question)
        slack.press(answer, "Why?", LAN)
        await slack.wait_for(lambda: "What this answer rests on" in slack.messages(lab, seen_by=LAN)[-1].text)
        slack.press(answer, "👎", LAN)
        await slack.wait_for(lambda: "Something is wrong" in str([m.labels for m in slack.messages(lab, seen_by=LAN)]))
        reasons = next(m for m in slack.messages(lab, seen_by=LAN) if "Something is wrong" in m.labels)
        slack.press(reasons, "Something is wrong", LAN)
        await slack.wait_for(lambda: "noted" in slack.messages(lab, seen_by=LAN)[-1].text)

        ((opinion, _, _),) = await database.read(opinions)
    assert (opinion.user, opinion.mark, opinion.reason) == (LAN.id, "down", "wrong")
    assert {message.thread_ts for message in slack.messages(lab, seen_by=LAN)} == {question.ts}
    assert len(slack.messages(lab, seen_by=MINH)) == 1


async def test_a_suggested_step_is_taken_where_the_answer_stands(
    slack: FakeSlack, database: Database, bot: Bot
) -> None:
    lab = slack.channel("lab", MINH)
    async with running(slack, bot, database):
        question = slack.mention(lab, MINH, "what is memory bandwidth?")
        (answer,) = await slack.wait_for_answers(question)
        slack.press(answer, answer.labels[0], MINH)
        answers = await seen(slack, lab, 2)

    assert answers[1].thread_ts == question.ts
    assert answers[1].text != answers[0].text


async def test_a_shortcut_answers_a_message_in_its_thread_to_whoever_used_it(
    slack: FakeSlack, database: Database
) -> None:
    lab, responder = slack.channel("lab", MINH, LAN), ScriptedResponder()
    async with running(slack, responder, database):
        root = slack.say(lab, LAN, "which card is best?")
        reply = slack.say(lab, LAN, "how much VRAM has the 3090?", thread=root)
        slack.shortcut(reply, MINH)
        (answer,) = await seen(slack, lab, 1)

    assert [message.text for message in responder.asked] == ["how much VRAM has the 3090?"]
    assert (answer.ephemeral_to, answer.thread_ts) == (MINH.id, root.ts)


async def test_the_form_of_a_choice_asks_what_was_filled_in(slack: FakeSlack, database: Database, bot: Bot) -> None:
    lab = slack.channel("lab", MINH)
    async with running(slack, bot, database):
        slack.command("/gpu", "pick", MINH, lab)
        await slack.wait_for(lambda: bool(slack.views(MINH)))
        (view,) = slack.views(MINH)
        blank: dict[str, dict[str, Any]] = {
            block["block_id"]: {block["element"]["action_id"]: {}} for block in view.content["blocks"]
        }
        wrong = {**blank, "budget": {"en": {"type": "plain_text_input", "value": "-5"}}}
        slack.submit(view, wrong, MINH)
        await slack.wait_for_acks()
        assert view.is_open
        right = {**blank, "budget": {"en": {"type": "plain_text_input", "value": "600"}}}
        right["workload"] = {"en": {"type": "static_select", "selected_option": {"value": "LSTM"}}}
        slack.submit(view, right, MINH)
        (answer,) = await seen(slack, lab, 1)

    assert answer.ephemeral_to == MINH.id
    assert "LSTM" in answer.text


async def test_a_language_is_chosen_at_home_and_kept(slack: FakeSlack, database: Database, bot: Bot) -> None:
    async with running(slack, bot, database):
        slack.open_home(MINH)
        await slack.wait_for(lambda: bool(slack.views(MINH)))
        slack.choose(slack.views(MINH)[-1], "language", "vi", user=MINH)
        await slack.wait_for(lambda: "Ngôn ngữ" in str(slack.views(MINH)[-1].content))
        chat = slack.dm(MINH, "/gpu")
        answers = await seen(slack, chat, 1)

    assert any(sign in answers[0].text for sign in "ăâđêôơư")


async def test_an_example_of_the_home_tab_is_answered_in_private(
    slack: FakeSlack, database: Database, bot: Bot
) -> None:
    async with running(slack, bot, database):
        slack.open_home(MINH)
        await slack.wait_for(lambda: bool(slack.views(MINH)))
        home = slack.views(MINH)[-1]
        buttons = [one for block in home.content["blocks"] for one in block.get("elements", ())]
        slack.press(home, next(one["text"]["text"] for one in buttons if one["type"] == "button"), MINH)
        answers = await seen(slack, slack.dm(MINH), 1)

    assert answers[0].ephemeral_to == ""
