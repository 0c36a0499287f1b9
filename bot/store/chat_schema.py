"""The tables of the chats: what came in, what goes out, what is remembered, what shall be measured."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from bot.store.schema import METADATA

#: What a platform delivered, written before the platform is told so. A key is accepted once.
INBOX = Table(
    "inbox",
    METADATA,
    Column("key", Text, primary_key=True),  # the delivery's: platform, bot, number
    Column("twin", Text, unique=True),  # the message's own: platform, chat, message; deliveries may share it
    Column("platform", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("payload", Text, nullable=False),  # JSON as delivered; empty once it is forgotten
    Column("received", Text, nullable=False),
    Column("settled", Text),  # when everything that follows from it was written down
)

#: What shall stand in a chat, one row a message: `content` is wanted, `shown` says which version of it stands there.
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("subject", Text),  # what it is about: an answer's id, a proposal's
    Column("platform", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("content", Text, nullable=False),  # JSON as the platform's own adapter made it
    Column("held", Text),  # content that is shown on request, after a send of which nobody knows whether it arrived
    Column("version", Integer, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_progress", Boolean, nullable=False),  # whether it may be dropped for something newer
    Column("message_id", Text),
    Column("tries", Integer, nullable=False),
    Column("not_before", Text),
    Column("problem", Text),
    Column("created", Text, nullable=False),
)

CONVERSATIONS = Table(
    "conversations",
    METADATA,
    Column("platform", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("questions", Text, nullable=False),  # JSON, oldest first
    Column("updated", Text, nullable=False),
    PrimaryKeyConstraint("platform", "chat", "thread"),
)

ANSWERS = Table(
    "answers",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("evidence", Text, nullable=False),  # JSON
    Column("index_version", Text, nullable=False),
    Column("asked", Text, nullable=False),
)

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("answer_id", Text, ForeignKey("answers.id"), nullable=False),
    Column("user", Text, nullable=False),
    Column("mark", Text, nullable=False),  # up or down
    Column("reason", Text),
    Column("given", Text, nullable=False),
    PrimaryKeyConstraint("answer_id", "user"),
)

#: What reviewers said of answers, without any words, so that it may outlive them.
REVIEWS = Table(
    "reviews",
    METADATA,
    Column("answer_id", Text, nullable=False),
    Column("user", Text, nullable=False),  # the reviewer
    Column("platform", Text, nullable=False),
    Column("chat", Text, nullable=False),  # that the answer is for
    Column("confidence", Float, nullable=False),
    Column("is_right", Boolean, nullable=False),
    Column("given", Text, nullable=False),
    PrimaryKeyConstraint("answer_id", "user"),
)

PEOPLE = Table(
    "people",
    METADATA,
    Column("platform", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", Text),  # chosen, not guessed
    Column("seen", Text, nullable=False),
    PrimaryKeyConstraint("platform", "user"),
)

PROPOSALS = Table(
    "proposals",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False, unique=True),  # the message it follows from: asked twice, proposed once
    Column("request", Text, nullable=False),  # JSON
    Column("wish", Text, nullable=False),  # which device
    Column("host", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("thread", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("expires", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided", Text),
    Column("job_id", Text, ForeignKey("jobs.id"), unique=True),
)

Index("inbox_open", INBOX.c.platform, INBOX.c.settled, INBOX.c.received)
Index("outbox_due", OUTBOX.c.platform, OUTBOX.c.state, OUTBOX.c.id)
Index("outbox_subject", OUTBOX.c.subject)
Index("answers_by_person", ANSWERS.c.platform, ANSWERS.c.user)
