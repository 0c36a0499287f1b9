"""From one question to one intent."""

import re
from dataclasses import replace

from bot.intents import Act, Frame, Intent, IntentKind
from bot.texts import field_names
from bot.understanding import dialogue
from bot.understanding.benching import read_bench, read_results
from bot.understanding.constraints import ConstraintReader
from bot.understanding.deciding import Named, decide
from bot.understanding.fields import FieldReader
from bot.understanding.language import detect_language
from bot.understanding.names import Mention, NameReader
from bot.understanding.pieces import cut
from bot.understanding.purposes import with_own_modes
from bot.understanding.wishes import ReadWishes
from knowledge.catalogue import Catalogue
from retrieval.scoring.networks import GENERIC, NetworkReader
from retrieval.words import fold, normalise, words

_LAPTOP = re.compile(r"\b(?:laptop|mobile|notebook|may tinh xach tay|ban lap)\b")
_COMPARE = re.compile(
    r"\bvs\b|\bversus\b|\bcompar|\bdifference|\bbetter\b|\bfaster\b|\bor\b|\bbetween\b|so sanh|\bvoi\b|\bso voi\b|\bhay\b|\bhon\b|\bkhac\b|\bhoac\b|\bv\b|\bvà\b|\band\b|\bva\b"
)
_SHEET = re.compile(
    r"\bspecs?\b|\bspecifications?\b|\bdata ?sheet\b|\bsheet\b|thong so|cau hinh|tell me about|thong tin|\bnoi ve\b|gioi thieu"
)
_EXPLAINS = re.compile(
    r"\bwhy\b|\bexplain\b|\bhow (?:does|do|to|can|is)\b|\bshould\b|\bworth\b|\bgood (?:for|enough)\b|\benough\b|\bcan\b|\b(?:does|will|do)\b.*\b(?:run|work|fit|handle)\b|\bis\b.*\bfor\b|tai sao|vi sao|\bsao\b(?! chep)|giai thich|\bco nen\b|\bnen\b|\bdang mua\b|\bdu (?:de|cho|train|chay)\b|\bco (?:chay|train|hop|on|ngon)\b|\bngon\b|\bon khong\b"
)
_TELLS = re.compile(r"\bexplain\b|\bgiai thich\b|\bdescribe\b")
_SPLIT = re.compile(r"(?<=[?])\s+(?=\S)|\s*[\n;]+\s*(?=\S)")


class QuestionReader:
    """Understands questions by the catalogue's names and the fields' names."""

    def __init__(self, catalogue: Catalogue, networks: NetworkReader) -> None:
        self._catalogue = catalogue
        self._networks = networks
        self._constraints = ConstraintReader()
        self.names = NameReader(catalogue)
        self.fields = FieldReader(field_names())
        forms = [form for names in field_names() for of_language in names.forms.values() for form in of_language]
        named = [name for card in catalogue.cards for name in (card.name, *card.aliases)]
        #: Words of names and fields: never typing mistakes.
        self.known_words = frozenset(word for text in (*forms, *named) for word in words(fold(text)))

    def read(self, text: str, *, fallback_language: str = "en") -> Intent:
        """Return the intent of one question; a dialogue act that is the whole message needs no more."""
        text = normalise(text)
        language = detect_language(text, fallback_language)
        act = dialogue.whole_act(text)
        intent = Intent(kind=IntentKind.EXPLAIN, language=language, text=text, act=act)
        if act is not None:
            return replace(intent, kind=_kind_of_act(act), wants_code=act is Act.CODE)
        if (rest := dialogue.split_correction(text)) is not None:
            return replace(self._question(intent, rest or text), act=Act.CORRECTION, qualifiers=rest)
        if (rest := dialogue.split_about(text)) is not None:
            return replace(self._question(intent, rest), act=Act.ABOUT, qualifiers=rest)
        return self._question(intent, text)

    def _question(self, intent: Intent, text: str) -> Intent:
        if (benched := _benched(intent, text)) is not None:
            return benched
        wishes = self._constraints.read(text)
        mentions = tuple(item for item in self._mentions(text) if not _inside(item, wishes))
        wishes = _outside(wishes, mentions)
        owned = tuple(
            item for item in mentions if any(item.start < end and start < item.end for start, end in wishes.owned)
        )
        fields = self.fields.read(_without(text, mentions))
        if fields and not mentions and wishes.says_nothing:
            mentions = self.names.read_number(text)
        networks = with_own_modes(text, self._networks.read(text))
        frame = dialogue.frame_of(text)
        kind = self._kind(text, mentions, fields, frame)
        if all(mention.slugs for mention in mentions):
            named = Named(
                cards=len(mentions),
                networks=len(networks),
                sized=any(item.network != GENERIC or item.parameters_b for item in networks),
                fields=len(fields),
                words=len(words(text)),
            )
            kind = decide(fold(text), wishes, named, frame) or kind
        if kind is IntentKind.CHOOSE and owned and not wishes.quoted:
            mentions = tuple(item for item in mentions if item not in owned)
            intent = replace(intent, owned=tuple(slug for item in owned for slug in item.slugs))
        return replace(
            intent,
            kind=kind,
            text=text,
            frame=frame,
            mentions=mentions,
            fields=fields,
            wishes=wishes,
            networks=networks,
            wants_code=dialogue.wants_code(text),
            wants_short=dialogue.wants_short(text),
            wants_simple=dialogue.wants_simple(text),
        )

    def _mentions(self, text: str) -> tuple[Mention, ...]:
        """Return the cards named; "laptop" before or after a name narrows it to its laptop variants."""
        mentions = self.names.read(text)
        plain = fold(text)
        if not _LAPTOP.search(plain):
            return mentions
        meant = [m for m in mentions if len(mentions) == 1 or _LAPTOP.search(plain[max(0, m.start - 12) : m.start])]
        return tuple(
            replace(mention, slugs=self._laptops(mention.slugs) or mention.slugs) if mention in meant else mention
            for mention in mentions
        )

    def _laptops(self, slugs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(slug for slug in slugs if self._catalogue.by_slug[slug].market == "laptop")

    def narrow(self, slugs: tuple[str, ...], words_said: str) -> tuple[str, ...]:
        """Return the variants among *slugs* that the qualifiers in *words_said* ("the laptop one", "bản 12GB") mean."""
        pieces = cut(words_said)
        for begin in range(len(pieces)):
            kept, end = self.names.narrow(slugs, pieces, begin)
            if end > begin and kept != slugs:
                return kept
        return slugs

    def _kind(  # noqa: PLR0911  # one a way of asking
        self, text: str, mentions: tuple[Mention, ...], fields: tuple[str, ...], frame: Frame
    ) -> IntentKind:
        plain = fold(text)
        if not mentions:
            return IntentKind.EXPLAIN
        if any(not mention.slugs for mention in mentions):
            return IntentKind.SPEC
        if len(mentions) > 1:
            if frame is Frame.WHY or _TELLS.search(plain):
                return IntentKind.EXPLAIN
            return IntentKind.COMPARE if _COMPARE.search(plain) or fields else IntentKind.SPEC
        if fields and not (_EXPLAINS.search(plain) and frame in {Frame.WHY, Frame.SHOULD, Frame.HOW}):
            return IntentKind.SPEC
        if _EXPLAINS.search(plain) and not fields:
            return IntentKind.EXPLAIN
        bare = len(words(_without(text, mentions))) <= 3  # noqa: PLR2004  # a name and little else asks for its sheet
        return IntentKind.SPEC if fields or bare or _SHEET.search(plain) else IntentKind.EXPLAIN


def split_questions(text: str, limit: int = 3) -> list[str]:
    """Return the questions of one message, at most *limit*; a line of a few words stays with its neighbour."""
    parts = [part.strip() for part in _SPLIT.split(text.strip()) if part.strip()]
    if len(parts) < 2 or sum("?" in part for part in parts) < 2:  # noqa: PLR2004
        return [text.strip()]
    return parts[:limit]


def _benched(intent: Intent, text: str) -> Intent | None:
    """Return the intent of a message that asks for a benchmark or for results, None for any other."""
    if (asked := read_bench(text)) is not None:
        return replace(intent, kind=IntentKind.BENCH, text=text, bench=asked)
    if (asked := read_results(text)) is not None:
        return replace(intent, kind=IntentKind.RESULTS, text=text, bench=asked)
    return None


def _inside(mention: Mention, wishes: ReadWishes) -> bool:
    """Whether what looks like a card's name is an amount: 3090 dollars."""
    return any(start <= mention.start and mention.end <= end for start, end in wishes.spans)


def _outside(wishes: ReadWishes, mentions: tuple[Mention, ...]) -> ReadWishes:
    """Return *wishes* without a sum that is a part of a card's name: the 1550 of "GPU Max 1550"."""
    budget = wishes.budget
    if budget and any(item.start <= budget.start and budget.end <= item.end for item in mentions):
        return replace(wishes, budget=None)
    return wishes


def _without(text: str, mentions: tuple[Mention, ...]) -> str:
    for mention in sorted(mentions, key=lambda item: -item.start):
        text = f"{text[: mention.start]} {text[mention.end :]}"
    return text


def _kind_of_act(act: Act) -> IntentKind:
    if act in {Act.GREETING, Act.THANKS, Act.GOODBYE, Act.WHO, Act.UNDO, Act.TRANSLATE}:
        return IntentKind.CHITCHAT
    return IntentKind.HELP if act is Act.HELP else IntentKind.EXPLAIN
