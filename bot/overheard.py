"""What a message that nobody addressed to the bot is about, by its words: whether a guide could answer it. Pure.

The search alone cannot say: "how long can I keep a GPU reserved?" is as near to the guide as a question about GPUs.
So a question counts as the guide's only in a form in which people ask what holds for everybody. At the strict bar the
search alone answered 5 of 60 messages that are not the bot's and, of 70 that look more like it, a search with only the
words for one's own surroundings 15; with the forms none of these 130, and 2 of 20 written after them.
Patterns in Vietnamese with diacritics would mean something else without them ("mượn", "muốn").
"""

import re
from enum import StrEnum

from retrieval.words import fold, normalise


class Concern(StrEnum):
    """What somebody who wrote to everybody wants to know."""

    GUIDE = "guide"  #: something that holds for everybody, in the form in which that is asked
    OTHER = "other"  #: something, in a form that says not what about
    LOCAL = "local"  #: something of their own machines, runs, errors, rights or colleagues
    NOTHING = "nothing"  #: nothing is asked


def concern_of(text: str) -> Concern:
    """Return what a message in English or Vietnamese, with diacritics or without, is about."""
    plain = normalise(text).lower()
    both = f"{plain}\n{fold(plain)}"
    if not _ASKS.search(both):
        return Concern.NOTHING
    if _LOCAL.search(both):
        return Concern.LOCAL
    return Concern.GUIDE if _GENERAL.search(both) else Concern.OTHER


def is_closing(text: str) -> bool:
    """Whether a message only ends a conversation, or begins by it: "ok, I take the 4090 then"."""
    return bool(_CLOSING.match(fold(normalise(text).lower())))


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.MULTILINE)


_ASKS = _any(
    r"\?",
    r"\b(what|whats|why|how|which|when|should|explain|compare|recommend\w*|suggest\w*|advice|difference|versus|vs)\b",
    r"\b(any idea|tell me|wondering|best|worth)\b",
    r"^\W*(is|are|does|do|did|can|could|will|would|has|have|any)\b",
    r"\b(gi|sao|nao|bao nhieu|co nen|nen|so sanh|giai thich|khac|tu van|goi y|hoi|may tien)\b",
    r"\b(khong|ko|k|chua|nhi|ha)( a| nhi| vay| ha| moi nguoi| ca nha| cac bac| anh em| mn)*\W*$",
)
_GENERAL = _any(
    r"\bwhat(.?s| is| are| makes| happens)\b|\bwhat (do|does) .*\b(mean|do)\b|\bhow (does|is|are|much|do (?!i\b))\b",
    r"\bwhy (is|are|do|does|can|would|should|not)\b|\bwhen (should|does|is)\b|\bshould (i|one)\b",
    r"\b(difference|differ|explain|versus|vs|compare[ds]?|better|faster|slower|safer|worth|good for)\b",
    r"^\W*(is|are) .*\b(ok|okay|enough|needed|necessary|important|possible|overkill|useful)\b",
    r"^\W*(do|does|can|will) .*\b(slow|need|help|support|matter|affect|benefit|scale|improve|hurt|fit|share)\b",
    r"\bla gi\b|\bnghia la\b|\b(de|dung) lam gi\b|\bkhac (gi|nhau|o|cho|nao|voi)?\b|\b(vi|tai) sao\b",
    r"^\W*sao (?!(con|may|cai|job|server|node)\b)|\b(anh huong|quan trong|giai thich|so sanh|so voi|hoat dong)\b",
    r"\b(co nen|khi nao nen|co dang|co can|co giup|co lam)\b|\b(tot|nhanh|cham|an toan|manh|on dinh) hon\b",
    r"\b(co on khong|chuyen gi xay ra|can bao nhieu (vram|bo nho|gb))\b",
)
_ERRORS = (
    r"\b(traceback|exception|segfault|core dumped|stack ?trace|errno|no such file|not found|cannot open|no module)\b",
    r"error\b|\b(returns|shows|tra ve)\b|\blỗi\b|\b(bi|bao|gap|dinh) loi\b|\bsập\b",
    r"\b(failed|fails|failing|crash\w*|hangs?|hanging|hung|broken|stuck|not working|(does|do|did)n.?t work)\b",
    r"\b(bi treo|bi sap|bi die|khong (vao|ket noi|chay) duoc|ko (vao|chay) duoc)\b",
)
_MACHINES = (
    r"\bnodes?\b|\bclusters?\b|\bcum (may|gpu)\b|\bservers?\b|\bmáy chủ\b|\brack(ed|s)?\b|\b(lab|nas|rooms?)\b",
    r"\b(partition|slurm|quota|ssh|vpn|wi-?fi|login|log ?in|reboot\w*|khoi dong lai|drivers?|jupyter\w*|grafana)\b",
    r"\b(docker\w*|kubernetes|k8s|pods?|pip3? install|conda|apt|cmake|import \w+|jobs?|pending|queued?|hang doi)\b",
    r"\b(passwords?|mat khau|permissions?|(request|need|have|get|give|xin) (access|quyen)|co quyen|home directory)\b",
    r"\b(offline|unreachable|outage|maintenance|bao tri|unavailable|reserved?|datasets?)\b|\b(du lieu|data) cua\b",
    r"\b(is|are|was|were|went|goes|been|node|boxe?s?) down\b|\bdown (again|since|for)\b",
    r"https?:|\b(prs?|pull requests?|reviews?|merge[ds]?|branch(es)?|commits?|repo|tickets?|jira|wiki)\b",
)
_PEOPLE = (
    r"\bwho\b|\bwhose\b|\bai (dang|phu trach|giu|quan ly|lam|con|xai)\b|\b(mượn|nghỉ|họp)\b|\ban trua\b",
    r"\b(borrow|lend|spare|add me|ping|lunch|meeting|standup|on call|vacation|vendors?|orders?|bao gia|don hang)\b",
    r"\b(reminder|heads.up|fyi|announcement|tin vui|thong bao)\b|\bwhere\b|(?<!do )\b(ở đâu|đâu rồi|o dau|dau roi)\b",
    r"\b(my|our) (run|runs|job|code|script|container|notebook|account|training run|loss|model (is|does|keeps))\b",
    r"\b(run|code|script|notebook|tai khoan|model) cua (em|minh|toi|tui)\b|\bloss thanh nan\b",
    r"\byou(r|rs)?\b(?!r? (recommend|suggest|pick|choose|advise|buy|use|explain|compare|get|train|think)\b)",
    r"\b(we|they)\b(?! (need|want|have|use|train|run|buy|should|do|can|differ|are|compare|cost)\b)|\b(our|us)\b",
    r"\b(can|could) (someone|anyone|somebody) (please )?(look|check|see|fix|have|send)\b|\bxem (giup|ho|ho tro)\b",
    r"\ballowed\b|\bduoc phep\b|\bduoc dung\b(?! (de|cho|trong|khi))",
    r"\b(invoices?|hoa don|thanh toan|arrives?|arrived|deliver\w*)\b",
)
_TIMES = (
    r"\b(tomorrow|yesterday|tonight|this (morning|afternoon|evening|weekend|week)|for the weekend|since \d+)\b",
    r"\b(these days|dao nay|this (quarter|month|year)|quy nay|thang nay|nam nay)\b",
    r"\b(until|on|by|next|since) (mon|tues|wednes|thurs|fri|satur|sun)day\b",
    r"\b(hom qua|ngay mai|sang nay|trua nay|chieu nay|toi nay|tu sang|cuoi tuan|chu nhat|tuan nay|dau tuan)\b",
)
_LOCAL = _any(*_ERRORS, *_MACHINES, *_PEOPLE, *_TIMES)
_CLOSING = _any(r"\W*(ok|okay|oke|thanks?|thx|ty|great|perfect|got it|cool|cam on|da|vang|uh|duoc roi|hieu roi)\b")
