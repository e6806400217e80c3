"""The words in which the tables of cases/ are written.

    Case("topic/name", configuration, message("a@reject.example", above="Authentication-Results: ..."))

A case is one connection of an SMTP client, with one message or several, on a filter with one configuration.
"""

from dataclasses import dataclass, field, replace

from milter_client import POSTFIX

# The hosts and domains of zone.txt.
GENUINE = ("mail.genuine.example", "203.0.113.5")  # the host that the domains' SPF records permit
GENUINE_V6 = ("mail.genuine.example", "2001:db8:203::5")
ATTACKER = ("host.attack.example", "198.51.100.66")  # a host that no record permits
ATTACKER_V6 = ("host.attack.example", "2001:db8:66::66")

HOST = "mail.yourdomain.com"  # this machine's name, and the MTA's
ID = "mx.example.net"  # the authserv-id of most cases


@dataclass(frozen=True)
class Configuration:
    lines: tuple[str, ...]  # in them {folder} is a folder of the filter's own, {suffixes} suffixes.txt
    files: tuple[tuple[str, str], ...] = ()  # name below {folder}, text
    ours: tuple[str, ...] = ()  # more lines, for dmarcd alone

    def with_ours(self, *lines: str) -> "Configuration":
        return replace(self, ours=(*self.ours, *lines))


# What nearly every case has.
BASIC = (f"AuthservID {ID}", "PublicSuffixList {suffixes}", "HistoryFile {folder}/history")


def options(*lines: str, base: tuple[str, ...] = BASIC, **files: str) -> Configuration:
    """The basic configuration and `lines`; `files` are files that they name as {folder}/NAME."""
    return Configuration((*base, *lines), tuple(files.items()))


@dataclass(frozen=True)
class Message:
    path: str  # the argument of MAIL
    fields: tuple[tuple[str, str | bytes], ...]  # name and value; the blank after the colon is not part of it
    body: bytes
    recipients: tuple[str, ...]
    job: bool  # whether the MTA sends a queue id
    stop: str | None  # the event after which the SMTP client gives up


USUAL = """\
To: inbox@victim.example
Subject: Hello
Date: Mon, 23 Nov 2026 10:00:00 +0000
Message-ID: <1@test.example>
"""


def header_fields(text: str) -> list[tuple[str, str]]:
    """Lines of `Name: value`; a line that begins with a blank continues the one before."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith((" ", "\t")):
            name, value = found.pop()
            found.append((name, f"{value}\n{line}"))
        else:
            name, _, value = line.partition(":")
            found.append((name, value.removeprefix(" ")))
    return found


def message(author: str | bytes | None = "a@reject.example", sender: str = "any@attack.example", above: str = "",
            below: str = "", fields: str | None = None, recipients: tuple[str, ...] = ("inbox@victim.example",),
            body: bytes = b"A line.\r\n", job: bool = True, stop: str | None = None, path: str | None = None) -> Message:
    """A message of `author` (None: no From field) with the fields `above` and `below` the usual ones; `fields` replaces all,
    and `path` the sender in brackets."""
    if fields is None:
        found = [*header_fields(above), ("From", author), *header_fields(USUAL), *header_fields(below)]
    else:
        found = header_fields(fields)
    present = tuple((name, value) for name, value in found if value is not None)
    return Message(f"<{sender}>" if path is None else path, present, body, recipients, job, stop)


def genuine(author: str = "a@reject.example", **other) -> Message:
    """A message whose sender is in its author's domain: from GENUINE it passes SPF."""
    return message(author, sender="b@" + author.rpartition("@")[2], **other)


def results(text: str, authserv_id: str = ID) -> str:
    """An Authentication-Results field."""
    return f"Authentication-Results: {authserv_id}; {text}\n"


@dataclass(frozen=True)
class Case:
    name: str  # "topic/what happens"
    configuration: Configuration
    messages: tuple[Message, ...]
    client: tuple[str, str | None] = ATTACKER
    helo: str = "host.attack.example"
    login: str | None = None  # the SASL user
    macros: dict[str, str] = field(default_factory=dict)
    drop: bool = False  # the connection breaks instead of ending
    offer: tuple[int, int, int] = POSTFIX  # the MTA's milter version, actions and steps


def case(name: str, configuration: Configuration, *messages: Message, **other) -> Case:
    return Case(name, configuration, messages, **other)


@dataclass(frozen=True)
class Invocation:
    """A start of the program that ends at once: what it prints, and its exit status."""

    name: str
    arguments: tuple[str, ...]  # in them {folder} is the folder it is started in
    configuration: bytes | None = None  # {folder}/given.conf
    files: tuple[tuple[str, bytes], ...] = ()  # name below {folder}, octets
    environment: tuple[tuple[str, str], ...] = ()
    input: bytes = b""
