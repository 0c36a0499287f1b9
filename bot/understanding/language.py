"""English or Vietnamese, with or without diacritics, code-mixed or not."""

import re

from retrieval.words import fold, words

_MARKED = re.compile(r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)

#: Letters that no loan word such as "café" or "naïve" has.
_VIETNAMESE_ONLY = re.compile(r"[ăđơưảạằẳẵắặầẩẫấậẻẽẹềểễếệỉĩịỏọồổỗốộờởỡớợủũụừửữứựỳỷỹỵ]", re.IGNORECASE)
#: How a Vietnamese syllable is built; words of other languages seldom are.
_SYLLABLE = re.compile(r"(?:ngh?|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?")
#: Syllables that Vietnamese questions are full of and English ones are not.
VIETNAMESE = frozenset(
    """
    la gi cua khong ko bao nhieu bn nhu nao sao tai vi duoc dc hay hoac giua voi nen chon mua dung chay may bang thong
    bo nho toc cong suat gia tien nguon tan nhiet mang hoc sau huan luyen mo hinh du lieu khac nhau giai thich giup minh
    ban nhe nha vay thi cai nay kia hon nhanh cham tot loai moi cu cho cac nhung vao tren duoi trong ngoai can du thieu
    cach lam khi neu tai sao vi sao hieu nang tieu thu dien kien truc the he phan mem ho tro xin chao cam on em anh ad ae
    mn dung luong re dat con nua roi chua ma va rang nguoi viec tinh toan song tham so lop kich hoat tich chap hoi quy
    chuyen giao suy luan card nhan loi tuc co ra mat nam nay do uh oi da nua dau tien it nhieu lon thieu khoang duoi
    ket sanh xung lan khe bac trau cay duong nhip ngan sach trieu cu muon biet hoi
    """.split()  # noqa: SIM905  # a list of quoted syllables is harder to read
)
ENGLISH = frozenset(
    """
    the is are what why how which when where does do can should would it its of for to in on at with and or a an i my me
    you this that than from have has need want much many difference between explain compare good better best use using
    not no yes please about between there if will was were be been work works mean means get buy card cards training
    plan day trip three two one week make write time year people city home house food book game play money work long far
    old big small fast slow cheap find name call open start stop many most last first next into out up down over under after
    before some any other only very just also too so about problem way thing back know think see come go take look
    tell show give example simple words shorter more sources help hello hi thanks thank
    """.split()  # noqa: SIM905
)
#: Vietnamese function words that no English question has: one of them tells more than an English noun or two.
_TELLING = frozenset(
    "giup khi cho hay sanh khong ko gi nao bao nhieu cua duoc nhu voi em ae thi la hon nen va minh nhe nha vay".split()  # noqa: SIM905
)
_TELLS = 2.5
_BOTH = frozenset(
    {
        "a",
        "an",
        "do",
        "to",
        "no",
        "so",
        "long",
        "go",
        "back",
        "on",
        "me",
        "card",
        "can",
        "may",
        "the",
        "vs",
        "i",
        "be",
        "da",
    }
)


#: A sum as only Vietnamese write it: 60tr, 12 cu, 17tr5, 500k vnd.
_DONG = re.compile(r"\b\d+(?:[.,]\d+)? ?(?:tr\d?|trieu|cu)\b(?! (?:learn|core|ml|da))")


def detect_language(text: str, fallback: str = "en") -> str:
    """Return `vi` or `en`; *fallback* where the words do not tell, as for a card's name alone."""
    if _VIETNAMESE_ONLY.search(text):
        return "vi"
    vietnamese, english = (_TELLS if _DONG.search(fold(text)) else 0.0), 0.0
    for word in words(fold(text)):
        weight = 0.25 if word in _BOTH else 1.0
        vietnamese += _TELLS if word in _TELLING else weight * (word in VIETNAMESE)
        english += weight * (word in ENGLISH)
    if _MARKED.search(text) and not _only_names_marked(text):  # French and Portuguese have these letters too
        marked = [fold(word) for word in words(text) if fold(word) != word]
        vietnamese += _TELLS * any(_SYLLABLE.fullmatch(word) for word in marked)
    if vietnamese == english:
        return fallback
    return "vi" if vietnamese > english else "en"


def _only_names_marked(text: str) -> bool:
    """Whether an English sentence only holds a marked loan word or two, such as "café"."""
    plain = words(text)
    marked = sum(fold(word) != word for word in plain)
    english = sum(word in ENGLISH for word in plain)
    return marked <= 1 and english >= 3 and not re.search(r"[đăơư]", text, re.IGNORECASE)  # noqa: PLR2004
