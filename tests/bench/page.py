"""docs/performance.md has two writers: `run`, and `instructions`, whose section the other leaves as it is."""

import re
from pathlib import Path

TITLE = "## Instructions a message\n"
SECTION = re.compile(re.escape(TITLE) + r".*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def instructions_section(page: Path) -> str:
    """The section as it is on the page; empty without one."""
    found = SECTION.search(page.read_text()) if page.exists() else None
    return found[0].rstrip() + "\n" if found else ""


def put_instructions_section(page: Path, text: str) -> None:
    rest = SECTION.sub("", page.read_text()).rstrip()
    page.write_text(f"{rest}\n\n{TITLE}\n{text.strip()}\n")
