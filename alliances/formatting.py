"""Formatted text: what a section's HTML may hold, and plain text written without a script."""

import re
from html import escape, unescape

import nh3

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4"}
SCHEMES = {"http", "https", "mailto"}
_FORMATTED = re.compile(rf"</?({'|'.join(sorted(TAGS))})[\s>/]", re.IGNORECASE)
_SYNONYMS = {"b": "strong", "i": "em", "div": "p", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4"}
_EMPTY = re.compile(
    r"<(p|h3|h4|li|strong|em|a)(?: [^>]*)?>(?:\s|&nbsp;|\u00a0|<br>)*</\1>|<(ul|ol)>\s*</\2>"
)


def _renamed(html: str) -> str:
    for old, new in _SYNONYMS.items():
        html = re.sub(rf"<(/?){old}(?=[\s>/])", rf"<\g<1>{new}", html, flags=re.IGNORECASE)
    return html


def plain_text(html: str) -> str:
    """The words of a formatted text, without its tags."""
    return unescape(nh3.clean(html, tags=set())).replace("\u00a0", " ").strip()


def paragraphs(text: str) -> str:
    """Plain text as HTML: a blank line starts a paragraph, a single one breaks the line."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    lines = (
        "<br>".join(escape(line.strip(), quote=False) for line in b.split("\n")) for b in blocks
    )
    return "".join(f"<p>{line}</p>" for line in lines if line)


def clean_html(written: str) -> str:
    """What is kept of ``written``: paragraphs, headings, bold, italics, lists and links.

    Scripts, styles and the debris of Word go; a text with no tag becomes paragraphs; a text with
    no word becomes empty.
    """
    source = _renamed(written) if _FORMATTED.search(_renamed(written)) else paragraphs(written)
    cleaned = nh3.clean(
        source,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    ).strip()
    if not plain_text(cleaned):
        return ""
    previous = ""
    while previous != cleaned:
        previous, cleaned = cleaned, _EMPTY.sub("", cleaned)
    return cleaned


def editable(html: str) -> str:
    """A saved text as the box shows it without a script: plain when paragraphs are all it has."""
    if re.search(r"<(?!/?p>|br>)", html):
        return html
    text = html.replace("</p><p>", "\n\n").replace("<br>", "\n")
    return unescape(re.sub(r"</?p>", "", text)).strip()
