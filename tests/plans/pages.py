"""What a person reads on a page of the plan."""

import html
import re
from typing import Any


def text_of(response: Any, *, part: str = "html") -> str:
    """The words of a page, or of its ``part`` (« main »), without its tags."""
    found = re.search(rf"<{part}\b.*</{part}>", response.content.decode(), re.DOTALL)
    shown = found[0] if found else response.content.decode()
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", shown)))
