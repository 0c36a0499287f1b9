"""Whether a question wants a shortlist, a memory need or a predicted speed. Pure; forms are matched on folded text."""

import re
from dataclasses import dataclass

from bot.intents import Frame, IntentKind
from bot.understanding.wishes import ReadWishes

_CARD = r"(?:gpus?|cards?|graphics|vga|con|do hoa|rtx|gtx)"
#: Words of buying, near a card or beside a card's name.
_BUYS = re.compile(
    rf"\b(?:buy|buying|purchas\w+|recommend\w*|suggest\w*|shortlist|upgrad\w+|pick|choose|get|go for|go with)\b.{{0,40}}\b{_CARD}\b"
    rf"|\b{_CARD}\b.{{0,40}}\b(?:buy|purchase|recommend\w*|suggest\w*|pick|choose|should (?:i|we) get|go for|upgrade)\b"
    rf"|\b(?:mua|sam|tau|tu van|goi y|nang cap|chon|kiem|lay|len)\b.{{0,30}}\b{_CARD}\b|\b{_CARD}\b.{{0,30}}\b(?:mua|sam|nen lay|nen chon|dang tien|ngon bo re)\b"
)
#: The same where cards are named.
_BUYS_NAMED = re.compile(
    r"\b(?:buy|buying|worth|should i (?:get|pick|take|go)|good deal|pick|get)\b|\bwhich\b.{0,30}\b(?:would you|should|take|choose)\b"
    r"|\b(?:mua|dang (?:mua|tien)|nen (?:lay|mua|chon)|lay con|co nen|chon con|sam)\b"
)
_WHICH = re.compile(
    r"\b(?:which|what|best|good)\b(?: (?!makes?|do|does|are|is|can)[a-z0-9-]+){0,2} (?:gpus?|cards?|graphics)\b(?! generation| architecture| memory| spec)"
    r"|\b(?:card|gpu|vga|con) (?:nao|gi|j)\b|\bneed (?:an? |some )?(?:gpu|card)\b|\bcan (?:mot |1 )?(?:con |cai )?(?:card|gpu)\b"
)
_MEMORY = re.compile(
    r"(?<![a-z])(?:v?ram|memory|gb|gigs?|bo nho|oom|out of memory)\b|\bfits?\b|(?<!day )\bdu (?:de|cho|khong|ko|k|vram|bo nho|chay|train|ram)\b|\bvua\b|\bchay (?:duoc|dc|noi)\b|\bload(?:s|ed)?\b|\bnoi\b|\b(?:largest|biggest|max\w*) batch|\bbatch (?:lon|to) nhat|\b(?:can|could|will|does|able to)\b.{0,40}\b(?:run|train|handle|hold|fine-?tune|finetune|load)\b|\b(?:train|finetune|fine-tune|tinh chinh|chay)\b.{0,40}\b(?:duoc|dc|noi)\b"
)
_HOW_MUCH = re.compile(
    r"\bhow (?:much|many|big|large)\b|\bbao nhieu\b|\bbn\b|\bcan (?:it nhat )?(?:may|bao|toi thieu)\b|\bneed(?:s|ed)?\b|\b(?:v?ram|vram|memory) for\b|\bbo nho cho\b|\b(?:ton|mat|an|het) (?:may|bao nhieu)\b|\bbatch\b.*\b(?:largest|biggest|nhat)\b|\b(?:largest|biggest) batch\b|\benough\b|\bfits?\b|(?<!day )\bdu\b|\bvua\b|\brequire"
)
_SPEED = re.compile(
    r"\bhow fast\b|\bhow quick|\bthroughput\b|\b(?:images?|img|samples?|tokens?|tok|sequences?|seq|frames?|iter\w*|steps?)\s?(?:/|per|a|moi)\s?(?:s|sec\w*|giay)\b|\bpredict|\bestimate\b|\bspeed\b|\bnhanh (?:co nao|the nao|khong|ko|bao nhieu|hon)\b|\btoc do\b|\bdu doan\b|\buoc (?:tinh|luong)\b|\bfaster\b|\b(?:anh|tokens?|img|mau|chuoi|tu) ?(?:moi |tren |mot |1 |/ ?)(?:giay|s)\b"
)
_ABSTRACT = re.compile(
    r"\b(?:why|explain|what is|what are|what's|what does|what do|what takes|how does|how do|definition|mean|means|difference|generation)\b|\bla gi\b|\btai sao\b|\bvi sao\b|\bgiai thich\b|\bkhac (?:gi|nhau|j)\b|\bla sao\b|\bthe he\b|\bdoi gpu\b"
)
_ADVICE = re.compile(
    r"\b(?:how (?:do|to|should|can) (?:i|we|one)|what should i (?:look|check|consider|know|watch)|look (?:at|for) first|tips|checklist|criteria|rather than)\b|\b(?:luu y|tieu chi|xem gi|can chu y|kiem tra gi|nhu the nao|the nao la|cach chon)\b"
)
_RENT = re.compile(r"\b(?:rent|renting|cloud|colab|kaggle|spot|lease|thue)\b")
_EXTREME = re.compile(
    r"\b(?:(?<!at )most|highest|largest|biggest|lowest|(?<!at )least|fewest|newest)\b|(?<!\bit )(?<!nhieu )\bnhat\b|nhieu nhat(?! la)"
)
_USED = re.compile(
    r"\bsecond[- ]hand\b|\bda qua su dung\b|\bcard cu\b|\btrau cay\b|\bdao coin\b|\bused (?:cards?|gpus?)\b|\bex-?mining\b"
)
#: The best of all cards in one respect.
_BEST = re.compile(
    rf"\b(?:fastest|cheapest|strongest|most (?:power[- ]?|energy[- ]?)?efficient|best value)\b.{{0,30}}\b{_CARD}\b"
    rf"|\b{_CARD}\b.{{0,40}}\b(?:nhanh|re|manh|tiet kiem dien|hieu qua|dang tien) nhat\b"
)
#: Whether one card does for a work.
_SUITS = re.compile(
    r"\bgood (?:for|enough)\b|\bok for\b|\bfine for\b|\bworth\b|\b(?:on|ngon|hop|tot|nen mua|dang mua)\b.{0,12}\b(?:khong|ko|k|kg)\b"
)
_MEMORY_SURE = re.compile(r"\b(?:v?ram|memory|bo nho|fits?|vua)\b")
#: Something is broken: no card is wanted.
_TROUBLE = re.compile(
    r"\berror\b|out of memory|\boom\b|\bcrash|shuts? (?:off|down)|\bloi\b|\bhong\b|\bsoc\b|tried to allocate"
)
#: A question for yes or no: answered by the guide, unless an amount of money says that something shall be bought.
_YES_NO = re.compile(
    r"^(?:(?:is|are|could|does|do|am|will|would)\b|can (?:i|we|you|it|an?|the|my|this|one)\b)(?!.*\bwhich\b)"
    r"|, (?:does|do|is|will|can|would) |\bhay (?:la )?phai\b|\bor do i (?:need|have)\b"
    r"|^(?!.*\b(?:nao|gi|j)\b).*\b(?:khong|ko|kg|k|hong|chua)\b[^?]{0,14}\??$"
)
#: A question of so few words that names nothing is one for a shortlist all the same: "which GPU should I buy?".
_BARE = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """How much a question names."""

    cards: int  #: known cards
    networks: int
    sized: bool  #: whether one of the networks is more than "a language model"
    fields: int
    words: int


def decide(plain: str, wishes: ReadWishes, named: Named, frame: Frame) -> IntentKind | None:
    """Return CHOOSE, MEMORY, PREDICT or COMPARE where the folded text asks for one, else None."""
    if _RENT.search(plain) or _ADVICE.search(plain) or (frame is Frame.WHY and not wishes.budget):
        return None
    if _EXTREME.search(plain) and named.fields and not _amounts(wishes) and wishes.order != "most_efficient":
        return None
    if _wants_choice(plain, wishes, named):
        return IntentKind.CHOOSE
    if not named.sized or _ABSTRACT.search(plain) or frame is Frame.WHY:
        return None
    if named.cards > 1:
        return IntentKind.COMPARE
    return _measure(plain, wishes, named) if frame is not Frame.DIFFERENCE else None


def _measure(plain: str, wishes: ReadWishes, named: Named) -> IntentKind | None:
    if _SPEED.search(plain) and named.cards:
        return IntentKind.PREDICT
    if _MEMORY.search(plain) and (named.cards or wishes.memory or _HOW_MUCH.search(plain)):
        return IntentKind.MEMORY
    return None


def _wants_choice(plain: str, wishes: ReadWishes, named: Named) -> bool:  # noqa: PLR0911  # one a way of asking
    limits = _limits(wishes)
    says_more = limits > 0 or named.networks > 0 or wishes.purpose is not None
    if wishes.budget or (wishes.quoted and named.cards):
        return says_more or bool(re.search(rf"\b{_CARD}\b", plain)) or named.cards > 0
    if named.cards:
        return _wants_one_of(plain, wishes, named)
    if _YES_NO.search(plain):
        return False
    if _BEST.search(plain) and (not named.fields or "kiem dien" in plain or "efficient" in plain):
        return True
    if (_ABSTRACT.search(plain) and not _amounts(wishes)) or (_USED.search(plain) and not limits):
        return False
    if _BUYS.search(plain):
        return limits > 0 or named.networks > 0 or named.words <= _BARE
    if _WHICH.search(plain):
        return limits > 0 or named.sized
    about_cards = bool(re.search(rf"\b(?:{_CARD}|laptops?|workstation|desktop|server)\b", plain))
    says_what = about_cards or named.networks > 0 or wishes.purpose is not None
    stated = (_amounts(wishes) > 0 and (limits > 1 or says_what)) or bool(wishes.contradictions)
    return stated and not _TROUBLE.search(plain)


def _wants_one_of(plain: str, wishes: ReadWishes, named: Named) -> bool:
    """Whether cards that are named shall be ranked."""
    if named.cards == 1 and wishes.psu is not None:
        return True
    if named.fields:
        return False
    if named.cards > 1:
        return bool(_BUYS_NAMED.search(plain)) or (_amounts(wishes) > 0 and named.networks > 0)
    if _SUITS.search(plain) and named.sized and not _MEMORY_SURE.search(plain):
        return True
    return bool(_BUYS_NAMED.search(plain)) and _amounts(wishes) > 0


def _limits(wishes: ReadWishes) -> int:
    """Return how many limits a message states."""
    stated = (
        wishes.budget,
        wishes.watts,
        wishes.psu,
        wishes.memory or wishes.memory_at_most,
        wishes.form_factor,
        wishes.not_vendors,
        wishes.vendors and not wishes.not_vendors,
        wishes.ecosystem in {"cuda", "rocm", "oneapi"},
        wishes.unlimited_budget,
        wishes.count and wishes.count > 1,
    )
    return sum(bool(item) for item in stated)


def _amounts(wishes: ReadWishes) -> int:
    """Return how many limits a message states in figures."""
    stated = (wishes.budget, wishes.watts, wishes.psu, wishes.memory or wishes.memory_at_most)
    return sum(item is not None for item in stated) + wishes.unlimited_budget
