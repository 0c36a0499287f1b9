"""The sources of an answer in Telegram: those of one origin in one line, more than a few folded."""

from collections.abc import Iterable, Iterator, Sequence

from bot.answers import Answer, Citation
from bot.rendering.splitting import Chunk, cut
from bot.rendering.telegram_markup import escape, fullness, headed, link

_URL_LIMIT = 1500
_ROOM = 3600  #: for a single line, so that heading and tags still fit around it
_FEW = 3  #: as many lines as a folded quotation shows anyway


def sources_chunk(answer: Answer, heading: str, *, is_folded: bool = True) -> Chunk:
    """Return the sources by footnote number; folded, more than a few can be opened with a tap."""
    lines = tuple(line for number, group in _groups(answer) for line in _lines(number, group))
    is_folded = is_folded and len(lines) > _FEW
    return Chunk(
        lines=lines,
        head=headed(heading),
        opening="<blockquote expandable>" if is_folded else "",
        closing="</blockquote>" if is_folded else "",
    )


def grouped_sources(answer: Answer) -> tuple[tuple[str, str, str, str | None], ...]:
    """Return for each origin its footnote marks, what was read there, its name and its web address."""
    return tuple(
        (marks, _titles([citation.title for citation in group]), group[0].source, _web_address(group[0].url))
        for marks, group in _groups(answer)
    )


def _groups(answer: Answer) -> Iterator[tuple[str, Sequence[Citation]]]:
    """Yield the footnote marks and the citations of each origin, in the order of their first one."""
    groups: dict[tuple[str, str | None], list[tuple[int, Citation]]] = {}
    for number, citation in enumerate(answer.citations, 1):
        groups.setdefault((citation.source, citation.url), []).append((number, citation))
    for members in groups.values():
        yield "".join(f"[{number}]" for number, _ in members), [citation for _, citation in members]


def _lines(marks: str, group: Sequence[Citation]) -> list[str]:
    titles, source, url = _titles([citation.title for citation in group]), group[0].source, _web_address(group[0].url)
    line = f"{marks} {link(titles, url) if url else escape(titles)} · {escape(source)}"
    if fullness(line) <= _ROOM:
        return [line]
    return [escape(piece) for piece in cut(f"{marks} {titles} · {source}", _ROOM, _escaped_fullness)]


def _titles(titles: Iterable[str]) -> str:
    """Return titles once each; those of one card name it once: "RTX 3090, memory; launch price"."""
    said: list[str] = []
    before = ""
    for title in dict.fromkeys(titles):
        name, comma, rest = title.partition(", ")
        said.append(rest if comma and name == before else title)
        before = name
    return "; ".join(said)


def _web_address(url: str | None) -> str | None:
    """Return an address that Telegram may link."""
    return url if url and url.startswith(("http://", "https://")) and len(url) <= _URL_LIMIT else None


def _escaped_fullness(text: str) -> int:
    return fullness(escape(text))
