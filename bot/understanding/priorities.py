"""What counts most to the asker ("price matters most"), and what should be better than what was shown ("rẻ hơn")."""

import re
from collections.abc import Iterator, Mapping

from bot.understanding.amounts import CARD, Wording, either, whole
from bot.understanding.negating import is_negated

#: How much more than usual a criterion counts: it matters most, it is all that counts, it does not matter.
MOST = 3.0
ONLY = 20.0
NOTHING = 0.0

_FLAGS: Mapping[str, re.Pattern[str]] = {
    "cheaper": whole(
        """cheaper | less expensive | more affordable | lower price | too (?:expensive|pricey|much money)
        | (?:re|mem) hon
        | bot tien | (?:dat|mac) (?:qua|the) | hoi (?:dat|mac) | giam gia xuong"""
    ),
    "faster": whole("faster | more powerful | stronger | quicker | (?:nhanh|manh|khoe) hon"),
    "more_memory": whole(
        """(?:more|bigger|larger|extra) (?:memory|vram|ram)
        | (?<!ton )(?:memory|vram|bo nho) (?:lon |to |cao |nhieu )?hon
        | (?<!bao )(?:nhieu|them|lon) (?:vram|bo nho|ram)(?: hon| nua)?(?! nhat)"""
    ),
    "cooler": whole(
        """cooler(?! master) | (?:less|lower)[- ](?:power|heat|wattage|watts|energy|noisy|power[- ]hungry)
        | more (?:(?:power|energy)[- ])?efficient | quieter
        | (?:it|ton it|an it|hao it)(?: ton| an| hao| tieu thu)? dien hon | (?:bot|do)(?: ton| an| hao)? dien
        | (?:mat(?: me)?|it nong|it on|tiet kiem(?: dien)?) hon"""
    ),
}
#: What a shortlist is ordered by before all else.
_ORDERS: Mapping[str, re.Pattern[str]] = {
    "cheapest": whole(
        """cheapest | lowest[- ]priced? | least expensive | most affordable
        | (?:re|(?:gia|tien) (?:re|thap|mem)) nhat"""
    ),
    "most_memory": whole(
        """(?:the )?most (?:v?ram|memory) | as much (?:v?ram|memory) as | (?:biggest|largest) (?:v?ram|memory)
        | max(?:imi[sz]e|imum)? (?:the )?(?:v?ram|memory)(?! ?[0-9:=<]| bandwidth| bus| clock| speed)
        | nhieu (?:v?ram|bo nho) nhat | (?:v?ram|bo nho) (?:nhieu|lon|to|cao|khung) nhat
        | (?:v?ram|bo nho) cang (?:nhieu|lon|to|cao) | cang nhieu (?:v?ram|bo nho)"""
    ),
    "most_efficient": whole(
        """(?:most|best) (?:(?:energy|power)[- ])?efficien(?:t|cy) | most performance per watt | least power[- ]hungry
        | tiet kiem dien nhat | (?:it (?:hao |ton |an )?|(?:hao|ton|an) it )dien nhat"""
    ),
}
_ORDERED_BY: Mapping[str, str] = {"cheapest": "price", "most_memory": "headroom", "most_efficient": "energy"}
#: What is wanted of a card at the outset, without a card that it should be better than.
_AIMS: Mapping[str, re.Pattern[str]] = {
    "energy": whole(
        """(?<!more )(?:energy|power)[- ]efficien(?:t|cy) | low[- ](?:power|energy|wattage) | (?:energy|power)[- ]saving
        | (?:small|low|lower|cheap) (?:electricity|power|energy) bills? | saves? (?:on )?(?:power|energy|electricity)
        | cheap to run | (?:electricity|power|energy) (?:is|costs?) (?:(?:very|really|so|too) )?(?:expensive|dear|a lot)
        | quiet | silent | runs? cool | runs? quiet(?:ly)?
        | tiet kiem (?:dien|nang luong)(?! hon) | it (?:hao|ton|an|tieu thu) dien(?! hon) | it dien(?! hon)
        | (?:hao|ton|an|tieu thu) it dien(?! hon) | (?:so|ngai|lo) (?:ton|hao) (?:tien )?dien
        | (?:ngai|lo) (?:ve )?tien dien
        | (?:tien )?dien (?:nha |o day )?(?:dat|mac|cao)(?! hon)
        | (?:it nong|it on|chay mat|chay em|yen tinh)(?! hon)"""
    ),
    "price": whole(
        """(?:low|tight|small|limited|student) budget | on a (?:tight )?budget
        | budget[- ](?:gpus?|cards?|friendly|option)
        | cheap(?! to run) | inexpensive | affordable | (?:best|good) value | value for money | bang for (?:the|my) buck
        | price[- /](?:to[- ])?performance | p/p
        | ngon bo re | gia (?:re|mem|sinh vien|hoc sinh|binh dan)(?! (?:hon|nhat)) | re tien | binh dan | vua tui tien
        | (?:card|con|gpu|vga|loai|may) (?:nao )?(?:ngon )?re(?! (?:hon|nhat)) | it tien
        | (?:ngan sach|tai chinh|kinh phi) (?:thap|eo hep|han hep|it|hep|hanh che|yeu) | dang (?:dong )?tien nhat"""
    ),
}
_ASKS_WHICH = re.compile(r"(?:which|what|who|nao)\b[^.,;!?0-9]{0,24}$")
_TOLD_OF_CARD = re.compile(rf"{CARD}[^.,;!?]{{0,24}}$")
_WHICH = either("nao | which(?: one| card| gpu)?(?: is)? | why(?: is| are)? | how much | tai sao | vi sao | sao lai")
_IN_COMPARISON = re.compile(rf"(?:{CARD}[^.;!?]{{0,24}}|(?<![a-z]){_WHICH})[ a-z]{{0,12}}$")
_NUMBER_FOLLOWS = re.compile(
    r"^ ?(?:than )?(?:khoang |tam )?(?:us)?[$€£]?[0-9.,]+ ?(?:[$€£]|tr|trieu|cu|k|usd|do|euro?s?|vnd|nghin|gb"
    r"|w)?(?![a-z0-9])"
)

_CRITERIA: Mapping[str, str] = {
    "speed": "speed | performance | throughput | fast(?:er)? | toc do | nhanh | hieu nang | manh",
    "headroom": "(?:memory|vram)(?! speed| bandwidth| bus) | headroom | room to grow | bo nho | dung luong",
    "price": """price | cost | money | value | being cheap | gia ca | gia re | gia tien | gia | tien nong | tien
        | chi phi | re""",
    "energy": """power(?: draw| consumption| use| bill)? | energy | electricity | efficiency | heat | noise | tien dien
        | dien nang | dien | nhiet do | tieu thu dien | do on""",
    "support": "(?:software |driver )?support | drivers? | software | phan mem | ho tro(?: lau dai)?",
    "ecosystem": "ecosystem | compatibility | cuda support | community | he sinh thai | tuong thich | cong dong",
}
_TOPIC = "(?:" + "|".join(f"(?P<{name}>{either(forms)})" for name, forms in _CRITERIA.items()) + ")(?![a-z])"
_THE = "(?:(?:the|its|ve|la|vao|toi|den|yeu to|ve mat|for) )*"
_NOTHING_BEFORE = either(
    """(?:n'?t|not) (?:really |even )?care (?:(?:too |that )?much )?about
    | (?:khong|ko|k) (?:quan tam|de y|quan trong)(?: lam)?(?: ve| den| toi)?"""
)
_NOTHING_BEHIND = either(
    """does ?n'?t matter | does not matter | is ?n'?t important
    | (?:thi )?(?:khong|ko|k) (?:quan trong|thanh van de|phai van de|la van de)"""
)
_ONLY_BEFORE = either(
    """only (?:care|worry) about | all (?:that matters|i care about) is | only thing that matters is
    | chi (?:quan tam|can|de y)(?: den| toi| ve)?"""
)
_MOST_BEFORE = either(
    """most important (?:thing |factor )?(?:is|to me is) | (?:priority|main concern) is | prioriti[sz]e
    | care (?:most|mostly|mainly|a lot) about | matters most is | quan trong nhat(?: van)?(?: la)?
    | uu tien(?: hang dau| nhat| so 1)?(?: la)? | de cao | dat nang | quan tam nhat(?: la| den)?"""
)
_MOST_BEHIND = either(
    """matters? (?:the )?most | is (?:the )?(?:most important|top priority|priority|key|everything) | comes first
    | above all | (?:la |moi |moi la )?quan trong nhat | la (?:tren het|uu tien|chinh)
    | (?:dat )?len (?:truoc|hang dau)"""
)
_WEIGHTS: tuple[tuple[float, re.Pattern[str]], ...] = (
    (NOTHING, re.compile(rf"{_NOTHING_BEFORE} {_THE}{_TOPIC}")),
    (NOTHING, re.compile(rf"(?<![a-z]){_TOPIC} {_NOTHING_BEHIND}(?![a-z])")),
    (ONLY, re.compile(rf"{_ONLY_BEFORE} {_THE}{_TOPIC}")),
    (MOST, re.compile(rf"{_MOST_BEFORE} {_THE}{_TOPIC}")),
    (MOST, re.compile(rf"(?<![a-z]){_TOPIC} {_MOST_BEHIND}(?![a-z])")),
)
_UNLIMITED = re.compile(
    either(
        r"""(?:money|price|cost|budget) (?:is )?(?:no (?:object|issue|problem|limit)|not an? (?:issue|problem|object))
        | (?:money|price|cost|budget) (?:is ?n'?t|does ?n'?t) (?:an? (?:issue|problem|object)|matter) | unlimited budget
        | (?:no|without(?: a)?) (?:budget|price) (?:limit|cap|constraint) | no limit on (?:the )?(?:budget|price|money)
        | n'?t care (?:about )?(?:the )?(?:price|cost|money) | whatever it costs | budget(?: is)? unlimited
        | (?:khong|ko|k) (?:gioi han|han che|quan tam|lo|ngai|tiec)(?: ve| den| toi)?
          (?:ngan sach|gia|tien|kinh phi|chi phi)
        | (?:ngan sach|tien|kinh phi)(?: nong| bac)?(?: thi)? (?:khong|ko|k)
          (?:gioi han|thanh van de|phai van de|la van de|phai lo|quan trong)
        | (?:gia|tien|bao nhieu tien) (?:nao|bao nhieu)?(?: ?cung) (?:duoc|dc|mua|ok) | vo han ngan sach"""
    ).replace("\n          ", " ")
)

_WHOLE_COMPUTER = whole(
    r"""(?:build|assemble|put together)(?: me| us)? (?:a|an|my|the|one)(?: [a-z]+){0,2} (?:pc|computer|rig|workstation)
    | (?:whole|entire|complete|full|total) (?:pc|computer|build|system|rig)
    | includ\w+ (?:the )?(?:cpu|processor|motherboard|ram|case)
    | (?:build|rap|lap)(?: duoc| nguyen| ca)*(?: mot| 1)? (?:con |bo |dan |cai )?(?:may|pc|workstation)(?: tinh)?
    | (?:tron|nguyen|ca) (?:bo|dan|cay|con)? ?(?:may|pc) | tron goi
    | (?:da |bao )?gom (?:ca |luon )?(?:cpu|ram|main|nguon|vo case|case)"""
)
#: A sum that is said of the card is the card's, whatever it goes into.
_FOR_THE_CARD = re.compile(r"(?<![a-z])(?:card|gpu|vga)(?: [a-z]+){0,3} [$€£]?[0-9]")


def read_flags(wording: Wording) -> frozenset[str]:
    """Return which of cheaper, faster, more_memory and cooler is asked for; "is it faster than a 3090" asks nothing."""
    return frozenset(name for name, pattern in _FLAGS.items() if any(_asked(wording, pattern)))


def read_weights(wording: Wording) -> tuple[tuple[str, float], ...]:
    """Return criteria of the ranking, each with the factor that it counts more or less by."""
    weights: dict[str, float] = {}
    plain = wording.plain
    for factor, pattern in _WEIGHTS:
        for match in pattern.finditer(plain):
            name = next(name for name, text in match.groupdict().items() if text is not None)
            weights.setdefault(name, factor)
            plain = plain[: match.start()] + "." * (match.end() - match.start()) + plain[match.end() :]
    return tuple((_aims(wording) | weights).items())


def is_budget_unlimited(wording: Wording) -> bool:
    """Whether it is said that money does not matter."""
    return bool(_UNLIMITED.search(wording.plain))


def is_for_whole_computer(wording: Wording) -> bool:
    """Whether the money is said to pay for the rest of the computer too."""
    return bool(_WHOLE_COMPUTER.search(wording.plain)) and not _FOR_THE_CARD.search(wording.plain)


def read_order(wording: Wording) -> str | None:
    """Return what a list is asked to go by: a key of _ORDERS, None for all criteria together."""
    asks_only = not re.search("[0-9]", wording.plain)
    for name, pattern in _ORDERS.items():
        for start in _aimed(wording, pattern):
            is_question = name == "most_memory" and asks_only and _ASKS_WHICH.search(wording.before(start))
            if not is_question:  # "which card has the most memory?" wants a fact
                return name
    return None


def _aims(wording: Wording) -> dict[str, float]:
    """Return criteria that the card shall do well by, with their factor."""
    aims = {name: MOST for name, pattern in _AIMS.items() if any(True for _ in _aimed(wording, pattern))}
    order = read_order(wording)
    return aims | ({_ORDERED_BY[order]: ONLY} if order else {})


def _aimed(wording: Wording, pattern: re.Pattern[str]) -> Iterator[int]:
    """Yield where an aim is named and neither turned down nor told of a card that exists."""
    for match in pattern.finditer(wording.plain):
        told_of_card = _TOLD_OF_CARD.search(wording.before(match.start()))
        if not told_of_card and not is_negated(wording, match.start()):
            yield match.start()


def _asked(wording: Wording, pattern: re.Pattern[str]) -> Iterator[bool]:
    for match in pattern.finditer(wording.plain):
        compared = _IN_COMPARISON.search(wording.before(match.start()))
        if not compared and not _NUMBER_FOLLOWS.match(wording.after(match.end())):
            yield True
