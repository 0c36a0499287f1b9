"""Speaks in help channels: answers when sure, offers in private when not, and lets answers be judged before that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.answers import Answer
from bot.chatting.conversing import Conversing, Question, Written, place_of
from bot.chatting.pressing import Press
from bot.helping import Helping, Review, Stance, bar_of, goes_on, stance_of
from bot.platforms.slack.content import Back, Content, read_content
from bot.platforms.slack.dialect import SlackDialect, helped_content, offer_content, review_content
from bot.platforms.slack.reading import NAME
from bot.store import answered, inbox, memory, outbox, reviews
from bot.store.answered import Answered, Opinion
from bot.store.database import Connection, Database
from bot.store.outbox import Place, Post
from bot.texts import texts

#: What the bot puts below a question to which it has something that is not sure.
REACTION = "thought_balloon"
_LONGEST_QUESTION = 500  #: its signs may each become five, of the 3000 that a section holds
_STALE = timedelta(hours=1)  #: after which colleagues have answered, or nobody waits any more
_SILENCE = Written(posts=(), is_remembered=False)


class Helper:
    """Decides what follows from messages that were addressed to nobody."""

    def __init__(self, database: Database, conversing: Conversing, dialect: SlackDialect, helping: Helping) -> None:
        self._database, self._conversing, self._dialect, self._helping = database, conversing, dialect, helping

    def listens(self, chat: str) -> bool:
        """Whether a channel is one of those to help in."""
        return self._helping.listens(chat)

    async def help(self, question: Question) -> bool:
        """Take a question of a help channel; True where its asker is offered an answer in private."""
        if datetime.now(UTC) - question.received > _STALE:
            await self._conversing.pass_over(question.key)
            return False
        bar, offered = await self._bar(question.message.chat), False

        async def write(answer: Answer, answer_id: str, asked: Question) -> Written:
            nonlocal offered
            stance = stance_of(answer, bar, asked.message.text)
            if self._helping.shadow is not None:
                return self._in_shadow(answer, answer_id, asked, stance)
            if stance is Stance.ANSWER:
                return self._in_thread(answer, answer_id, asked)
            offered = stance is Stance.OFFER
            return self._offer(answer, answer_id, asked) if offered else _SILENCE

        return await self._conversing.answer(question, write) and offered

    async def follow_up(self, question: Question) -> None:
        """Answer in a thread in which the same person asked before; other talk there is left alone."""
        message = question.message
        earlier = await self._database.read(lambda connection: memory.recall(connection, place_of(message)))
        if not any(asked.user == message.user for asked in earlier):
            await self._conversing.pass_over(question.key)
            return

        async def write(answer: Answer, answer_id: str, asked: Question) -> Written:
            if not goes_on(answer, asked.message.text):
                return _SILENCE
            return self._posts(self._contents(answer, answer_id, asked), answer_id, asked)

        await self._conversing.answer(question, write)

    async def judge(self, press: Press, *, is_right: bool) -> str:
        """Keep what a reviewer says of an answer, pressed in the review channel only."""
        say = texts(press.language).say
        found = await self._database.read(lambda connection: answered.find_anywhere(connection, press.subject, NAME))
        if found is None or press.place.chat != self._helping.shadow:
            await self._conversing.pass_over(press.key)
            return say("chats.forgotten")
        mark = answered.RIGHT if is_right else answered.WRONG
        await self._settle(press, Opinion(answer_id=found.id, user=press.user, mark=mark))
        return say("slack.judged_right" if is_right else "slack.judged_wrong")

    async def helped(self, press: Press, found: Answered) -> str:
        """Keep that an answer helped."""
        await self._settle(press, Opinion(answer_id=found.id, user=press.user, mark=answered.UP))
        return texts(press.language).say("chats.thanks")

    async def call_humans(self, press: Press, found: Answered) -> str:
        """Call the people whom whoever runs the bot has named, once below an answer."""
        say, humans = texts(found.language).say, self._helping.humans
        if not humans:
            await self._conversing.pass_over(press.key)
            return texts(press.language).say("slack.no_humans")
        called = " ".join(_mention(human) for human in humans)
        said = say("slack.called", humans=called, asker=f"<@{press.user}>")
        section = {"type": "section", "text": {"type": "mrkdwn", "text": said}}
        content = Content(text=said, forms=((section,),), language=found.language)
        post = Post(key=f"human:{found.id}", place=found.place, content=content.to_json(), subject=found.id)
        opinion = Opinion(answer_id=found.id, user=press.user, mark=answered.DOWN, reason="human")
        is_new = await self._settle(press, opinion, post)
        return "" if is_new else texts(press.language).say("slack.called_already")

    async def _bar(self, channel: str) -> float:
        rows = await self._database.read(lambda connection: reviews.judged(connection, NAME))
        judged = [Review(channel=chat, confidence=sure, is_right=right) for chat, sure, right in rows]
        return bar_of(channel, self._helping, judged).value

    def _contents(self, answer: Answer, answer_id: str, question: Question) -> list[Content]:
        return [read_content(data) for data in self._dialect.of_answer(answer, answer_id, question)]

    def _in_thread(self, answer: Answer, answer_id: str, question: Question) -> Written:
        *first, last = self._contents(answer, answer_id, question)
        return self._posts([*first, helped_content(last, answer_id)], answer_id, question)

    def _in_shadow(self, answer: Answer, answer_id: str, question: Question, stance: Stance) -> Written:
        """Show the answer to the reviewers alone, with what would have been done with it.

        What no bar would let into the channel is not shown: its judgement would move the bar for nothing.
        """
        if stance_of(answer, 0.0, question.message.text) is not Stance.ANSWER:
            return _SILENCE
        message, say = question.message, texts(answer.language).say
        head = say(
            f"slack.review_{stance.value}",
            sure=f"{answer.confidence:.2f}",
            question=message.text[:_LONGEST_QUESTION],
        )
        *first, last = self._contents(answer, answer_id, question)
        contents = [*first, replace(last, controls=())]
        contents = [review_content(contents[0], answer_id, head, message.chat), *contents[1:]]
        place = Place(platform=NAME, chat=self._helping.shadow or "")
        posts = [
            Post(key=f"review:{question.key}:{number}", place=place, content=content.to_json(), subject=answer_id)
            for number, content in enumerate(contents)
        ]
        return Written(posts=posts, answer_id=answer_id, is_remembered=False)

    def _offer(self, answer: Answer, answer_id: str, question: Question) -> Written:
        """Tell the asker alone, and keep the answer for when they want to see it."""
        # In a thread that nobody has begun, Slack shows no message to one person: it stands beside the question.
        # https://docs.slack.dev/reference/methods/chat.postEphemeral
        message, back = question.message, Back(user=question.message.user)
        offer = replace(offer_content(answer_id, answer.language), back=back)
        return Written(
            posts=(self._post(f"offer:{question.key}", place_of(message), offer, answer_id),),
            answer_id=answer_id,
            is_remembered=False,
        )

    def _posts(self, contents: list[Content], answer_id: str, question: Question) -> Written:
        place = place_of(question.message)
        posts = [
            self._post(f"answer:{question.key}:{number}", place, content, answer_id)
            for number, content in enumerate(contents)
        ]
        return Written(posts=posts, answer_id=answer_id)

    def _post(self, key: str, place: Place, content: Content, answer_id: str) -> Post:
        return Post(key=key, place=place, content=content.to_json(), subject=answer_id)

    async def _settle(self, press: Press, opinion: Opinion, post: Post | None = None) -> bool:
        """Keep an opinion and want a message shown; False where that message was wanted before."""

        def work(connection: Connection) -> bool:
            now = datetime.now(UTC)
            inbox.settle(connection, press.key, now)
            answered.judge(connection, opinion, now)
            if post is None or any(due.key == post.key for due in outbox.about(connection, opinion.answer_id)):
                return False
            outbox.put(connection, post, now)
            return True

        return await self._database.write(work)


def _mention(human: str) -> str:
    """Return the call of a user or of a group of users."""
    return f"<!subteam^{human}>" if human.startswith("S") else f"<@{human}>"
