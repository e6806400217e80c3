"""What a filter did with the messages of a case, as named fields that can be compared one by one.

    play(case, filter) -> {"reply to end": "accept", "dmarc field result": "pass", ...}

A field that is not there is "-". In a case of several messages the fields of the second begin with "message 2: ".
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from filters import Filter
from milter_client import Closed, Connection, Edits
from vocabulary import HOST, Case, Message

ABSENT = "-"
Observation = dict[str, str]

# The queue id of the Nth message is QUEUEN.
JOB = "QUEUE{}"

DMARC_FIELD = re.compile(
    r"(?P<id>\"[^\"]*\"|[^;]*); dmarc=(?P<result>\w+)"
    r"(?: \(p=(?P<p>\w+) dis=(?P<dis>\w+)\))?(?: reason=(?P<reason>\"[^\"]*\"|\S+))?"
    r"(?: header\.from=(?P<header_from>.*?))?(?: policy\.dmarc=(?P<policy_dmarc>\w+))?")
SPF_FIELD = re.compile(
    r"(?P<id>\"[^\"]*\"|[^;]*); spf=(?P<result>\w+)(?: smtp\.(?P<identity>mailfrom|helo)=(?P<domain>\S*))?")

DKIM_FIELD = re.compile(r"(?P<id>\"[^\"]*\"|[^;]*)(; dkim=[^;]*)+")

# The lines that a filter may log about a message, by their shape. What matches none is "other".
LOG_LINES = {name: re.compile(r"(facility \d+, )?\w+: " + pattern.replace("JOB", r"(QUEUE\d|\(unknown-jobid\))"))
             for name, pattern in {
    "why": r"JOB: (fail|temperror|permerror|none|pass|rejected)[:;] .*",
    "SPF": r"JOB: SPF\((mailfrom|helo)\): .*",
    "SPF identity": r"JOB: (MAIL FROM <.*>|HELO .*) does not count for SPF: .*",
    "ARC": r"JOB: ARC .*",
    "From": r"JOB: (multi-valued From field detected|unable to parse From header field|"
            r"RFC5322 requirement error: missing From field; .*)",
    "From explained": r"JOB: From field: .*",
    "From recovered": r"JOB: From field .*; every reader takes it for .*, so that is judged",
    "left out": r"JOB: left out of the history record: .*",
    "requirement": r"JOB: RFC5322 requirement error: .*",
    "ignored": r"(JOB: )?ignoring (connection|authenticated client|mail).*",
    "untrusted results": r"JOB ignoring Authentication-Results at .*",
    "removed results": r"JOB: removed .*",
    "DKIM": r"JOB: (DKIM signature of .*|.* reports dkim=pass for .*, found here: .*)",
    "disagreement": r"JOB: .* reports (spf=pass for .*|arc=pass), found here: .*",
    "uncounted results": r"JOB: (.* in )?Authentication-Results field \d+ from .* does not count: .*",
    "implicit id": r"implicit authentication service: .*",
    "record": r"JOB: opendmarc_policy_query_dmarc.*",
    "result": r"JOB: .* (none|pass|fail|temperror|permerror)",  # a domain may be any text
}.items()}

# What a filter logs when it starts.
START_LINES = {
    "starting": re.compile(r"info: OpenDMARC Filter v\S+ starting.*"),
    "trusted names": re.compile(r"info: additional trusted authentication services: .*"),
    "root": re.compile(r"(facility \d+, )?notice: running as root: .*"),
}


def play(case: Case, filter_: Filter) -> Observation:
    """Plays a case: replies, changes asked for and history records. The filter's version is shown as {version}."""
    found: Observation = {}
    history = _History(filter_.history)
    try:
        connection = Connection(filter_.socket, case.offer)
    except Closed as error:
        return {"negotiation": str(error)}
    found["negotiated actions"] = f"{connection.actions:#x}"
    connection.macros.update({"j": HOST, "v": "Postfix", "{daemon_name}": "smtpd"})
    connection.macros.update(case.macros)
    try:
        _play(case, connection, found, history)
    except Closed as error:
        found["connection"] = str(error)
    connection.drop() if case.drop else connection.close()
    return {name: value.replace("v" + filter_.version, "v{version}") for name, value in found.items()}


class _History:
    """The records that are appended to a history file."""

    def __init__(self, path: Path):
        self._path = path
        self._size = self._path.stat().st_size if path.exists() else 0

    def new_text(self) -> str:
        if not self._path.exists():
            return ""
        with self._path.open("rb") as file:
            file.seek(self._size)
            text = file.read()
        self._size += len(text)
        return text.decode("utf-8", "backslashreplace")


def prefix(case: Case, number: int) -> str:
    return f"message {number}: " if len(case.messages) > 1 else ""


def _play(case: Case, connection: Connection, found: Observation, history: _History) -> None:
    found["reply to connect"] = connection.connect(*case.client)
    if found["reply to connect"] != "continue":
        return
    found["reply to helo"] = connection.helo(case.helo)
    if case.login:
        connection.macros.update({"{auth_type}": "PLAIN", "{auth_authen}": case.login})
    for number, message in enumerate(case.messages, 1):
        edits = None
        for event, reply, edits in _events(connection, message, number):
            found[prefix(case, number) + "reply to " + event] = reply
            if reply != "continue" or event == message.stop:
                break
        if not (case.drop and message.stop):
            connection.abort()
        if edits:
            found.update({prefix(case, number) + name: value for name, value in describe(edits).items()})
        text = history.new_text()
        found.update({prefix(case, number) + name: value for name, value in describe_history(text).items()})


def _events(connection: Connection, message: Message, number: int) -> Iterator[tuple[str, str, Edits | None]]:
    """The events of a message in their order, each with its reply; the last with the changes asked for."""
    connection.macros.update({"{mail_addr}": message.path.strip("<>"), "{mail_host}": "", "{mail_mailer}": "smtp"})
    connection.macros.pop("i", None)
    yield "mail", connection.mail(message.path, "SIZE=1000"), None
    if message.job:  # Postfix opens the queue file for the first recipient
        connection.macros["i"] = JOB.format(number)
    for recipient in message.recipients:
        yield "rcpt", connection.rcpt(f"<{recipient}>"), None
    yield "data", connection.data(), None
    for name, value in message.fields:
        yield "header", connection.header(name, value), None
    yield "end of header", connection.end_of_header(), None
    yield "body", connection.body(message.body), None
    reply, edits = connection.end_of_message()
    yield "end", reply, edits


def describe(edits: Edits) -> Observation:
    found: Observation = {}
    for order, (index, name, value) in enumerate(edits.inserted, 1):
        kind, parts = _describe_field(name, value)
        found[kind] = value
        found[f"{kind} place"] = f"{order}, at {index}"
        found.update({f"{kind} {part}": text for part, text in parts.items()})
    for name, value in (("hold", edits.quarantine),
                        ("removed fields", ", ".join(f"{name}[{index}]" for name, index in edits.removed)),
                        ("added recipients", ", ".join(edits.recipients)), ("other changes", ", ".join(edits.other))):
        if value:
            found[name] = value
    return found


def _describe_field(name: str, value: str) -> tuple[str, Observation]:
    if name == "Authentication-Results":
        for kind, pattern in (("dmarc field", DMARC_FIELD), ("spf field", SPF_FIELD), ("dkim field", DKIM_FIELD)):
            match = pattern.fullmatch(value)
            if match:
                parts = match.groupdict(default=ABSENT)
                return kind, {part.replace("_", "."): text for part, text in parts.items()}
    return f"{name} field", {}


# Lines of a history record that 1.4.2 does not write; they must not move the others.
NEWER_KEYS = ("spf_scope", "fo")


def describe_history(text: str) -> Observation:
    """The lines of a record by their key; a key that comes several times has all its values. The time is left out."""
    found: Observation = {}
    keys = [line.partition(" ")[0] for line in text.splitlines()]
    for key, line in zip(keys, text.splitlines()):
        value = line.partition(" ")[2]
        if key == "received":
            value = "a time" if value.isdigit() else value
        if key in ("policy", "action", "align_dkim"):
            value, _, details = value.partition(" ")
            found[f"history {key} details"] = details or ABSENT
        name = f"history {key}"
        found[name] = f"{found[name]} | {value}" if name in found else value
    if found:
        found["history record"] = " ".join(key for key in keys if key not in NEWER_KEYS)
        found["history newer lines"] = ", ".join(f"{after} after {before}" for before, after in zip(keys, keys[1:])
                                                 if after in NEWER_KEYS) or ABSENT
    return found


def describe_log(case: Case, lines: Iterable[str]) -> Observation:
    """The log lines of a case, each "priority: text", by their shape and message."""
    found: Observation = {}
    for line in lines:
        job = re.search(r"QUEUE(\d)", line)
        _add_line(found, f"{prefix(case, int(job[1])) if job else ''}log", LOG_LINES, line)
    return found


def describe_start(lines: Iterable[str]) -> Observation:
    found: Observation = {}
    for line in lines:
        _add_line(found, "start", START_LINES, line)
    return found


def _add_line(found: Observation, group: str, shapes: dict[str, re.Pattern], line: str) -> None:
    shape = next((name for name, pattern in shapes.items() if pattern.fullmatch(line)), "other")
    name = f"{group} {shape}"
    found[name] = f"{found[name]} | {line}" if name in found else line
