"""Whether what a message names is wanted or turned down: "not NVIDIA", "không lấy AMD", "anything but AMD"."""

import re

from bot.understanding.amounts import Wording, either

_ENGLISH = re.compile(
    r"(?<![a-z])"
    + either(
        r"""no | not | non-? | without | never | (?:do|does|is|wo|ca|should|must|are)n'?t | cannot | avoid(?:ing)?
        | except(?: for)?
        | excluding | anything but | everything but | all but | other than | rather than | instead of | hates?
        | dislikes?
        | skip | nothing(?: from)? | neither | nor | sick of | away from"""
    )
    + "(?: "
    + either(
        """want | need | like | use | using | have | care | about | for | buy | buying | an? | any | the | to
        | require | from
        | do | doing | be | really | plan | planning | going | much | more | interested | in | trust | touch | run
        | running"""
    )
    + ")*[ (]?$"
)
_VIETNAMESE = re.compile(
    r"(?<![a-zđỡ])"
    + either(
        """khong | ko | k | kg | hok | hong | đừng | dung(?= (?:mua|lay|chon|co|dinh)) | chua | tru | ngoai tru
        | ngoai | tranh
        | ne | ghet | khoi | mien | di ung | tru cai"""
    )
    + "(?: "
    + either(
        """lay | mua | voi | thich | dung | xai | chon | phai | muon | can | co | lam | choi | hang | card | con | cua
        | ham | me
        | ua | den | toi | ra | dinh | nham | the | duoc | nhu cau | quan tam | gi | do | de | nhieu | may"""
    )
    + ")*[ (]?$"
)
#: After these a name is only said not to be required.
_NOT_REQUIRED = re.compile(
    r"(?:not only|not just|(?:not|n'?t) (?:have to|need to|necessarily)(?: be)?|khong chi|ko chi"
    r"|khong nhat thiet(?: phai)?(?: la)?"
    r"|ko nhat thiet(?: phai)?(?: la)?|khong can|ko can|k can|khong bat buoc(?: phai)?(?: la)?)(?: (?:an?|phai|la"
    r"|card|dung))* ?$"
)


def is_negated(wording: Wording, start: int) -> bool:
    """Whether the words before *start* turn down what begins there."""
    before = wording.before(start)
    return bool(_ENGLISH.search(before) or _VIETNAMESE.search(before))


def is_not_required(wording: Wording, start: int) -> bool:
    """Whether the words before *start* say that what begins there is not needed, yet do not turn it down."""
    return bool(_NOT_REQUIRED.search(wording.before(start)))
