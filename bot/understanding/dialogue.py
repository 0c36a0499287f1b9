"""Dialogue acts: what a message does beside asking. Patterns are matched on folded text, so diacritics do not matter."""

import re
from collections.abc import Mapping

from bot.intents import Act, Frame
from retrieval.words import fold

_END = r"[\s.!?,:;)(~^]*$"


def _whole(*forms: str) -> re.Pattern[str]:
    return re.compile(r"^\s*(?:" + "|".join(forms) + ")" + _END)


_POLITE_VI = r"(?:\s+(?:a|ah|nhe|nha|nhi|nhieu|ban|ad|bot|em|anh|voi|di|duoc ko|duoc khong|dc ko|giup minh|cho minh|cho em|hon|lam|cac bac|bac|ae|bro|mn|luon|ha|v|z))*"
_POLITE_EN = r"(?:\s+(?:please|pls|bot|gpuwise|then|that|it|a bit|so much|a lot|very much|there|again|me|everyone|all|for that|mate))*"

#: A whole message that is nothing but this act.
WHOLE: Mapping[Act, re.Pattern[str]] = {
    Act.GREETING: _whole(
        rf"(?:hi+|hello+|hey+|yo|good (?:morning|afternoon|evening)|howdy|alo|/start){_POLITE_EN}",
        rf"(?:xin )?chao(?: (?:moi nguoi|buoi sang|buoi toi|shop))?{_POLITE_VI}",
    ),
    Act.THANKS: _whole(
        rf"(?:(?:ok|okay|great|cool|perfect|nice|alright|got it|gotcha|i see|makes sense|understood|that helps)[\s,!.]*)*(?:many thanks|thanks?|thank you|thx|ty|tks|cheers|much appreciated){_POLITE_EN}(?:[\s,.!-]+(?:that|this|it|you)\b[^?]{{0,40}})?",
        rf"(?:(?:ok|oke|okie|da|vang|tuyet|hay qua|(?:e |em |minh )?hieu r(?:oi)?|ro roi|ro r)[\s,!.]*)*(?:cam on|cam ta|thank|thanks|tks|camon|cam un){_POLITE_VI}",
        "ok|oke|okay|okie|great|perfect|nice|got it|tuyet(?: voi)?|hay qua|hieu roi|da vang|👍",
    ),
    Act.GOODBYE: _whole(rf"(?:bye+|goodbye|see you|see ya|good night){_POLITE_EN}", rf"(?:tam biet|hen gap lai|bye){_POLITE_VI}"),
    Act.HELP: _whole(
        r"/?help(?: me)?|\?+|/help",
        rf"what (?:can|do) you do{_POLITE_EN}|how (?:do|can|should) (?:i|you) (?:use|work with|talk to|ask) (?:you|this)(?: bot| something| (?:a )?questions?| things)?|what can i ask(?: you)?(?: about)?|commands",
        rf"(?:/)?(?:tro giup|huong dan|giup (?:minh|em|toi) voi|giup voi){_POLITE_VI}",
        rf"(?:ban|bot|ad|may|em)?\s*(?:co the |biet )?(?:lam|giup|tra loi) (?:duoc |dc )?(?:nhung )?(?:gi|j|viec gi){_POLITE_VI}",
        rf"(?:bot|ban) (?:nay )?(?:dung|hoat dong|xai) (?:nhu )?the nao{_POLITE_VI}",
    ),
    Act.WHO: _whole(
        r"who are you|what are you|are you (?:a )?(?:bot|human|ai|real|chatgpt)(?: or .*)?|who made you",
        r"(?:ban|bot|may|em|m|ad) (?:la|co phai(?: la)?) (?:ai|gi|j|bot|nguoi|chatgpt)\b.*",
    ),
    Act.WHY: _whole(rf"(?:but |and |so )?(?:why|how come|why is that|why so|why not|what is the reason)(?: is that| so)?{_POLITE_EN}", r"(?:but |and |so )?why (?:does|would|did|do) (?:that|this|it) (?:help|matter|work|happen)", rf"(?:nhung |the )?(?:tai sao|vi sao|sao|sao the|sao vay|tai sao vay|vi sao vay|ly do|ly do la gi|sao lai the|tai sao lai the){_POLITE_VI}"),
    Act.SIMPLER: _whole(
        rf"(?:(?:can you |could you )?(?:explain|say|put)?\s*(?:it |that |this )?)?(?:in )?(?:simpler|simple words|simple terms|simply|more simply|easier|plain english|layman'?s terms|like i'?m (?:5|five)|eli5|simpler terms|simpler words|for a beginner){_POLITE_EN}",
        r"(?:i )?(?:still )?(?:don'?t|do not|didn'?t) (?:understand|get it|get that|follow)(?: it| that| this)?|too (?:complicated|technical|hard)",
        rf"(?:noi|giai thich|dien giai)?\s*(?:lai\s*)?(?:cho\s*)?(?:don gian|de hieu|gian di|don gian thoi|nom na|binh dan)(?: hon| thoi| chut| ti| xiu)*{_POLITE_VI}",
        rf"(?:minh |em |toi )?(?:van )?(?:khong|ko|k|chua|kho) hieu(?: lam| gi| j)?{_POLITE_VI}|kho hieu qua",
    ),
    Act.SHORTER: _whole(
        rf"(?:make it |say it |can you make it |a bit )?(?:shorter|short|briefly|tl;?dr|in one sentence|in short|summari[sz]e|too long|brief){_POLITE_EN}",
        rf"(?:noi |tom tat |viet )?(?:lai )?(?:ngan gon|ngan|gon|tom tat|ngan thoi|dai qua|tom lai)(?: hon| lai| thoi| xiu| chut)*{_POLITE_VI}",
    ),
    Act.MORE: _whole(
        rf"(?:tell me |say |explain |give me )?(?:more|in (?:more )?detail|more details?|go on|continue|go deeper|elaborate|deeper|details){_POLITE_EN}",
        rf"(?:noi |giai thich |cho biet |ke )?(?:them|chi tiet|ky|sau|tiep|ro)(?: hon| nua| di| them| chi tiet)*{_POLITE_VI}|con gi nua(?: khong| ko)?|noi them di",
    ),
    Act.EXAMPLE: _whole(
        rf"(?:(?:can you |could you )?(?:give|show)(?: me)? )?(?:an? |another |any |some )?(?:for )?(?:concrete |real )?examples?{_POLITE_EN}|for instance|such as",
        rf"(?:cho |lay |co |xin )?(?:minh |em )?(?:mot |1 )?(?:vi du|vd)(?: cu the| thuc te| minh hoa| di| nao| ko| khong)*{_POLITE_VI}",
    ),
    Act.CODE: _whole(
        rf"(?:(?:can you |could you )?(?:show|give|see|have)(?: me)? )?(?:the |some |any |sample |example )*(?:keras |pytorch |tensorflow |python )?code(?: example| sample| for (?:it|that|this)|,? please|,? pls)?(?: in (?:keras|pytorch|tensorflow|python))?{_POLITE_EN}",
        rf"(?:(?:and|now|ok|the same|same)[\s,]+)*(?:(?:in|with|using) (?:keras|pytorch|tensorflow)|(?:the )?(?:keras|pytorch|tensorflow) (?:version|one)){_POLITE_EN}",
        rf"(?:(?:the )?con |the )?(?:code |viet )?(?:bang|ban|trong|voi|dung) (?:keras|pytorch|tensorflow)(?: thi sao)?{_POLITE_VI}",
        rf"(?:(?:cho|xem|xin|co|viet|show|gui|minh|toi|em|e|ban) )*(?:doan |vi du )?code(?: mau| keras| pytorch| python| vi du| di| xem| ko| khong)*{_POLITE_VI}",
    ),
    Act.SOURCES: _whole(
        rf"(?:show |what are |list )?(?:me )?(?:the |your )?(?:sources?|references?|citations?)(?: for (?:that|this))?{_POLITE_EN}|where (?:did you get|does) (?:that|this)(?: from| come from)?|says who",
        rf"(?:nguon|nguon dau|dan chung|nguon o dau|nguon tham khao|lay o dau ra|trich dan){_POLITE_VI}",
    ),
    Act.UNDO: _whole(
        r"/?undo(?: that)?|forget (?:that|it|the last (?:one|question))|never ?mind|scratch that|go back",
        rf"(?:bo qua(?: cau (?:do|vua roi|truoc))?|quay lai(?: cau truoc)?|huy|thoi bo di|hoan tac|quen cau (?:do|vua roi) di|tro lai){_POLITE_VI}",
    ),
    Act.TRANSLATE: _whole(
        rf"(?:say (?:it|that) |(?:answer|reply|write) )?(?:in (?:english|vietnamese)|english please|vietnamese please|english|vietnamese){_POLITE_EN}",
        rf"(?:noi |tra loi |viet |dich |dung |chuyen |doi )?(?:lai )?(?:sang |bang )?(?:tieng (?:anh|viet)){_POLITE_VI}",
    ),
}  # fmt: skip

_CORRECTION = re.compile(
    r"^\s*(?:(?:no|nope|not that|wrong|sorry|actually|wait)\b[\s,.:;!-]*)*"
    r"(?:i (?:meant|mean)|i was asking about|not (?:the |that )?[\w .-]{1,24}?[,;]\s*(?:but\s+)?|rather|actually|correction[:,]?)\s+"
    r"|^\s*(?:no|nope|khong phai|khong|ko phai|ko|nham|a nham|nham roi|sai roi)\s*[,.;:!]\s*(?:y (?:minh|em|toi) la|cai|con|ban)?\s*"
    r"|^\s*(?:y (?:minh|em|toi|tui|mk|e) (?:la|noi|hoi)|dinh hoi|(?:minh|em|e) (?:hoi|noi) (?:la|ve)|(?:a |ah )?nham(?: roi)?,?|a khong,?)\s+"
    r"|^\s*(?:no|nope)\s+(?=(?:the|for the|not the)\b)",
)
_ABOUT = re.compile(
    r"^\s*(?:(?:and|so|ok|okay|then|but)[\s,]+)?(?:what|how) about\s+|^\s*(?:and )?what if (?:i|we|it) (?:use|used|take|took|get|got|had|have|were|was|is)\s+|^\s*and (?!(?:what(?:'s| is| are) an?|why) )(?:for |with |of |on |in )?(?=\S)|^\s*(?:the )?(?:con(?! nao\b)|the con|vay con|the)\s+(?=.*(?:thi sao|the nao|sao|nhi|\?))"
    r"|^\s*(?:con(?! nao\b)|the con|vay con)\s+|^\s*vay (?:thi )?(?=.*\bthi sao\b)"
    # a variant alone: "the 12GB one", "bản laptop"
    r"|^\s*the (?=(?:\d+ ?gb?|laptop|desktop|mobile|pcie|sxm\d?)\b.{0,12}\b(?:one|version|variant|model)\b)"
    r"|^\s*ban (?=(?:\d+ ?gb?|laptop|desktop|mobile|pcie|sxm\d?)\b)",
)
_ABOUT_TAIL = re.compile(r"\s*(?:thi (?:sao|the nao)|thi|the nao|sao)(?:\s+(?:a|ah|nhi|ha|ban|ad|vay))*\s*[?.!]*\s*$")

_FRAMES: tuple[tuple[Frame, re.Pattern[str]], ...] = (
    (Frame.DIFFERENCE, re.compile(r"\bdifferen|\bdiffer\b|\bversus\b|\bvs\b|compared? (?:to|with)|\bkhac\b.*\b(?:nhau|gi|j|nao|cho nao|biet)|\bkhac (?:gi|j)|so sanh|phan biet|\bhon (?:o|cho)|\bso voi\b")),
    (Frame.WHY, re.compile(r"\bwhy\b|\bhow come\b|what makes|reason|\btai sao\b|\bvi sao\b|\bsao (?!chep)(?!luu)(?!nhi)|\bly do\b|\bdo dau\b")),
    (Frame.WHAT, re.compile(r"\bla (?:gi|j|cai gi)\b")),
    (Frame.SHOULD, re.compile(r"\bshould\b|worth|recommend|\bbetter to\b|\bwhich\b.*\b(?:choose|buy|use|pick|card|gpu)|\bnen\b|\bco nen\b|\bchon\b|\bdang (?:mua|tien)\b|\bkhuyen\b|\bmua\b")),
    (Frame.WHEN, re.compile(r"\bwhen\b|\bkhi nao\b|luc nao|truong hop nao")),
    (Frame.HOW, re.compile(r"\bhow (?:do|to|can|does|is|are|should)\b|\bcach\b|lam sao|lam the nao|\bnhu the nao\b|\bthe nao\b|hoat dong")),
    (Frame.WHAT, re.compile(r"\bwhat(?:'s| is| are| does| do)?\b|\bdefine|\bmeaning\b|\bstands? for\b|\bla gi\b|\bla j\b|\bnghia la\b|khai niem|dinh nghia|\bgi vay\b|\bla cai gi\b")),
)  # fmt: skip

_WANTS_CODE = re.compile(
    r"\bcode\b|\bkeras\b.*\b(?:example|vi du|viet)|\bimplement|\bsnippet|doan ma\b|vi du lap trinh|\bcai dat (?:mo hinh|mang)|viet (?:mang|mo hinh)"
)
_WANTS_SHORT = re.compile(
    r"\b(?:briefly|in (?:one|a) (?:sentence|word|line)|in short|tl;?dr|short answer|quick(?:ly)?)\b|\bngan gon\b|\btom tat\b|\bmot cau\b|\b1 cau\b"
)
_WANTS_SIMPLE = re.compile(
    r"simple (?:words|terms)|\bsimply\b|like i'?m (?:5|five)|\beli5\b|for (?:a )?(?:beginner|dummies|kid|newbie)s?|layman|plain (?:english|words)|don gian|de hieu|nguoi moi|newbie|binh dan"
)


def whole_act(text: str) -> Act | None:
    """Return the act that is the whole message, or None."""
    plain = fold(text).strip()
    return next((act for act, pattern in WHOLE.items() if pattern.match(plain)), None)


def split_correction(text: str) -> str | None:
    """Return what is left of a correction such as "no, I meant the laptop one", or None where *text* is none."""
    match = _CORRECTION.match(fold(text))
    return text[match.end() :].strip() if match and match.end() else None


def split_about(text: str) -> str | None:
    """Return X of "what about X?" / "còn X thì sao?", or None where *text* is no such question."""
    plain = fold(text)
    match = _ABOUT.match(plain)
    if not match or not match.end():
        return None
    tail = _ABOUT_TAIL.search(plain)
    rest = text[match.end() : tail.start() if tail and tail.start() > match.end() else None]
    return rest.strip(" ?!.,") or None


def frame_of(text: str) -> Frame:
    """Return the form of a question."""
    plain = fold(text)
    return next((frame for frame, pattern in _FRAMES if pattern.search(plain)), Frame.OPEN)


def wants_code(text: str) -> bool:
    """Whether code is asked for."""
    return bool(_WANTS_CODE.search(fold(text)))


def wants_short(text: str) -> bool:
    """Whether one sentence is asked for."""
    return bool(_WANTS_SHORT.search(fold(text)))


def wants_simple(text: str) -> bool:
    """Whether everyday words are asked for."""
    return bool(_WANTS_SIMPLE.search(fold(text)))
