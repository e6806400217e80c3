"""The table of intended differences (intended_differences.toml) and its use."""

import fnmatch
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from observation import ABSENT, Observation


@dataclass(frozen=True)
class Difference:
    field: str
    theirs: str
    ours: str

    def __str__(self) -> str:
        return f"{self.field}: {self.theirs} => {self.ours}"


def differences(theirs: Observation, ours: Observation) -> list[Difference]:
    """Header fields and history records that both have are compared part by part, others as a whole."""
    pairs = [Difference(name, theirs.get(name, ABSENT), ours.get(name, ABSENT)) for name in {**theirs, **ours}]
    wholes = [name for name in {**theirs, **ours} if name.endswith((" field", "history record"))]

    def counts(pair: Difference) -> bool:
        if pair.field in wholes:  # a field that could be taken apart differs in its parts
            return f"{pair.field} id" not in theirs or f"{pair.field} id" not in ours
        return not any(pair.field.startswith(name.removesuffix("record").rstrip() + " ")
                       for name in wholes if (name in theirs) != (name in ours))

    return [pair for pair in pairs if pair.theirs != pair.ours and counts(pair)]


@dataclass(frozen=True)
class Change:
    """A field that may differ: names and values are regular expressions for the whole text."""

    fields: str
    theirs: str
    ours: str

    def explains(self, difference: Difference) -> bool:
        name = re.sub(r"^message \d+: ", "", difference.field)
        return all(re.fullmatch(pattern, text, re.DOTALL) for pattern, text in
                   ((self.fields, name), (self.theirs, difference.theirs), (self.ours, difference.ours)))


@dataclass(frozen=True)
class Row:
    id: str
    what: str
    why: str
    restore: tuple[str, ...]  # configuration lines that make the difference go
    changes: tuple[Change, ...]
    cases: tuple[str, ...]  # names, with wildcards: it shows in all of them
    wherever: tuple[str, ...]  # the same: it shows in some of them

    def shows_in(self, case: str) -> bool:
        return any(fnmatch.fnmatchcase(case, pattern) for pattern in self.cases)

    def may_show_in(self, case: str) -> bool:
        return self.shows_in(case) or any(fnmatch.fnmatchcase(case, pattern) for pattern in self.wherever)


def read_table(path: Path, lines: Iterable[str]) -> list[Row]:
    """The rows that hold when dmarcd has `lines` in its configuration."""
    table = [entry for entry in tomllib.loads(path.read_text())["difference"]
             if entry.get("unless") not in lines]
    rows = [Row(entry["id"], entry["what"], entry["why"], tuple(entry.get("restore", ())),
                tuple(Change(*(change.get(key, ".*") for key in ("field", "theirs", "ours")))
                      for change in (*entry["changes"], *history_changes(entry))),
                *(tuple(entry.get(key, ())) for key in ("cases", "wherever"))) for entry in table]
    if len({row.id for row in rows}) != len(rows):
        raise ValueError(f"{path}: an id stands there twice")
    return rows


def history_changes(entry: dict) -> list[dict]:
    """The history record says the same as header field and log line, so a row just names the lines that follow them."""
    return [{"field": f"history {key}"} for key in entry.get("history", ())]


class Ledger:
    """Which rows explained what, so that the part of the table that explains nothing is found."""

    def __init__(self, rows: Iterable[Row]):
        self.rows = tuple(rows)
        self._seen: set[str] = set()  # names of cases
        self._shown: set[tuple[str, str]] = set()  # id of a row, name of a case
        self._used: set[tuple[str, Change]] = set()

    def explain(self, case: str, found: Iterable[Difference]) -> Iterator[tuple[Difference, list[str]]]:
        """Each difference with the ids of the rows that explain it; none: it is not intended."""
        self._seen.add(case)
        for difference in found:
            used = [(row.id, change) for row in self.rows if row.may_show_in(case)
                    for change in row.changes if change.explains(difference)]
            self._used.update(used)
            self._shown.update((row, case) for row, _ in used)
            yield difference, sorted({row for row, _ in used})

    def idle(self) -> Iterator[str]:
        """What of the table did not show, when all cases have been seen."""
        for row in self.rows:
            shown = {case for shown_by, case in self._shown if shown_by == row.id}
            for pattern in row.cases:
                missing = set(fnmatch.filter(self._seen, pattern)) - shown
                if missing or not fnmatch.filter(self._seen, pattern):
                    yield f"{row.id}: not in {', '.join(sorted(missing)) or pattern + ', which is no case'}"
            yield from (f"{row.id}: in no {pattern}" for pattern in row.wherever if not fnmatch.filter(shown, pattern))
            yield from (f"{row.id}: {change.fields}: never {change.theirs} => {change.ours}"
                        for change in row.changes if (row.id, change) not in self._used)
