"""docs/performance.md has several writers: `run` writes the page, the others a section of their own each, which `run` keeps."""

import re
from pathlib import Path

SIGNATURES = "Signatures"
NEIGHBOURS = "Hostile neighbours"
INSTRUCTIONS = "Instructions a message"
IMPORT = "Import of history records"
TITLES = (SIGNATURES, NEIGHBOURS, INSTRUCTIONS, IMPORT)  # in this order, at the end of the page


def _pattern(title: str) -> re.Pattern:
    return re.compile(re.escape(f"## {title}\n") + r".*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def _sections(text: str) -> dict[str, str]:
    return {title: found[0].rstrip() for title in TITLES if (found := _pattern(title).search(text))}


def kept_sections(page: Path) -> str:
    """The sections of the other writers as they are on the page."""
    return "\n\n".join(_sections(page.read_text()).values()) + "\n" if page.exists() else ""


def put_section(page: Path, title: str, text: str) -> None:
    """Replaces the section of that title, or makes it."""
    rest = page.read_text()
    sections = _sections(rest) | {title: f"## {title}\n\n{text.strip()}"}
    for each in TITLES:
        rest = _pattern(each).sub("", rest)
    page.write_text("\n\n".join([rest.rstrip(), *(sections[each] for each in TITLES if each in sections)]) + "\n")
