"""The MTA's side of a milter conversation, as Postfix leads it: macros before each event, one answer for each.

    connection = Connection("/run/filter.sock")
    connection.macros.update({"j": "mx.example.net"})
    connection.connect("mail.example.org", "192.0.2.1")     # "continue", "accept", "550 5.7.1 text", ...
    connection.helo("mail.example.org")
    ...
    reply, edits = connection.end_of_message()

Events that the filter does not want, or answers that it does not give, count as "continue".
"""

import ipaddress
import socket
import struct
from dataclasses import dataclass, field

POSTFIX = (6, 0x1FF, 0x1FFFFF)  # milter version, actions and steps that it offers
LEADING_SPACE = 0x100000
TIMEOUT = 60  # seconds; a filter that waits for DNS is not a failure

ANSWERS = {"c": "continue", "a": "accept", "r": "reject", "t": "tempfail", "d": "discard", "s": "skip"}


@dataclass(frozen=True)
class Event:
    """A command of the protocol: its name, when it is not sent, when it is not answered, and Postfix's macros for it."""

    name: str
    stage: int  # by which a filter names the macros that it wants
    unwanted: int
    silent: int
    macros: tuple[str, ...]


EVENTS = {
    "C": Event("connect", 0, 0x01, 0x1000, ("j", "{daemon_name}", "{daemon_addr}", "v")),
    "H": Event("helo", 1, 0x02, 0x2000, ("{tls_version}", "{cipher}", "{cipher_bits}")),
    "M": Event("mail", 2, 0x04, 0x4000, ("i", "{auth_type}", "{auth_authen}", "{auth_author}", "{mail_addr}",
                                         "{mail_host}", "{mail_mailer}")),
    "R": Event("rcpt", 3, 0x08, 0x8000, ("i", "{rcpt_addr}", "{rcpt_host}", "{rcpt_mailer}")),
    "T": Event("data", 4, 0x200, 0x10000, ("i",)),
    "L": Event("header", 6, 0x20, 0x80, ("i",)),
    "N": Event("end of header", 6, 0x40, 0x40000, ("i",)),
    "B": Event("body", 5, 0x10, 0x80000, ("i",)),
    "E": Event("end", 5, 0, 0, ("i",)),
}


@dataclass
class Edits:
    """What a filter asks for at the end of a message."""

    inserted: list[tuple[int | None, str, str]] = field(default_factory=list)  # index (None: at the end), name, value
    removed: list[tuple[str, int]] = field(default_factory=list)  # name, which one of that name
    quarantine: str | None = None
    recipients: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)


class Closed(Exception):
    """The filter has closed the connection."""


def text(value: str | bytes) -> bytes:
    return (value if isinstance(value, bytes) else value.encode()) + b"\0"


class Connection:
    def __init__(self, path: str, offer: tuple[int, int, int] = POSTFIX):
        self.macros: dict[str, str] = {}
        self._wanted: dict[int, tuple[str, ...]] = {}
        self._last = ""  # the event before
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(TIMEOUT)
        try:
            self._socket.connect(path)
            self._negotiate(offer)
        except BaseException:
            self._socket.close()
            raise

    def _negotiate(self, offer: tuple[int, int, int]) -> None:
        self._send("O", struct.pack(">III", *offer))
        code, data = self._receive()
        if code != "O":
            raise Closed(f"no answer to the negotiation but {code!r}")
        self.version, self.actions, self.steps = struct.unpack(">III", data[:12])
        rest = data[12:]
        while rest:
            stage = struct.unpack(">I", rest[:4])[0]
            names, _, rest = rest[4:].partition(b"\0")
            self._wanted[stage] = tuple(names.decode().split())

    def _send(self, code: str, data: bytes = b"") -> None:
        self._socket.sendall(struct.pack(">I", len(data) + 1) + code.encode() + data)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            if not part:
                raise Closed("the filter has closed the connection")
            data += part
        return data

    def _receive(self) -> tuple[str, bytes]:
        size = struct.unpack(">I", self._read(4))[0]
        data = self._read(size)
        return chr(data[0]), data[1:]

    def _tell(self, code: str, data: bytes = b"") -> str:
        """One event with its macros; the filter's answer."""
        event = EVENTS[code]
        if code not in "LB" or code != self._last:  # the first field and the first chunk bring them for the others
            self._send_macros(code)
        self._last = code
        if self.steps & event.unwanted:
            return "continue"
        self._send(code, data)
        if self.steps & event.silent:
            return "continue"
        return self._answer(Edits())

    def _send_macros(self, code: str) -> None:
        """Also for an event that the filter does not want."""
        names = self._wanted.get(EVENTS[code].stage, EVENTS[code].macros)
        present = [(name, self.macros[name]) for name in names if name in self.macros]
        self._send("D", code.encode() + b"".join(text(name) + text(value) for name, value in present))

    def _answer(self, edits: Edits) -> str:
        while True:
            code, data = self._receive()
            if code in ANSWERS:
                return ANSWERS[code]
            if code == "y":
                return data.rstrip(b"\0").decode("utf-8", "backslashreplace")
            if code != "p":  # "still working"
                _note(edits, code, data)

    def connect(self, name: str, address: str | None) -> str:
        if address is None:
            return self._tell("C", text(name) + b"U")
        family = "6" if ipaddress.ip_address(address).version == 6 else "4"
        shown = f"IPv6:{address}" if family == "6" else address
        return self._tell("C", text(name) + family.encode() + struct.pack(">H", 25) + text(shown))

    def helo(self, name: str) -> str:
        return self._tell("H", text(name))

    def mail(self, path: str, *parameters: str) -> str:
        return self._tell("M", b"".join(map(text, (path, *parameters))))

    def rcpt(self, path: str) -> str:
        return self._tell("R", text(path))

    def data(self) -> str:
        return self._tell("T")

    def header(self, name: str, value: str | bytes) -> str:
        """`value` without the blank after the colon, lines ended by LF."""
        blank = b" " if self.steps & LEADING_SPACE else b""
        return self._tell("L", text(name) + blank + text(value))

    def end_of_header(self) -> str:
        return self._tell("N")

    def body(self, octets: bytes) -> str:
        if not octets:
            return "continue"  # an MTA sends no piece of an empty body: libmilter would give up the connection
        answer = self._tell("B", octets)
        return "continue" if answer == "skip" else answer  # that no more of it is needed changes nothing for the message

    def end_of_message(self) -> tuple[str, Edits]:
        edits = Edits()
        self._last = "E"
        self._send_macros("E")
        self._send("E")
        answer = self._answer(edits)
        if self.steps & LEADING_SPACE:  # the filter brings the blank that the MTA would write
            edits.inserted = [(index, name, value[1:] if value.startswith(" ") else f"(no blank){value}")
                              for index, name, value in edits.inserted]
        return answer, edits

    def abort(self) -> None:
        """The transaction is over or given up: Postfix says so after each."""
        self._send("A")

    def close(self) -> None:
        try:
            self._send("Q")
        except OSError:
            pass  # the filter was first
        self.drop()

    def drop(self) -> None:
        """The connection breaks."""
        self._socket.close()


def _note(edits: Edits, code: str, data: bytes) -> None:
    """A change that the filter asks for."""
    words = [part.decode("utf-8", "backslashreplace") for part in data.split(b"\0")]
    if code == "i":
        index = struct.unpack(">I", data[:4])[0]
        name, value = (part.decode("utf-8", "backslashreplace") for part in data[4:].split(b"\0")[:2])
        edits.inserted.append((index, name, value))
    elif code == "h":
        edits.inserted.append((None, words[0], words[1]))
    elif code == "m":
        index = struct.unpack(">I", data[:4])[0]
        name, value = (part.decode("utf-8", "backslashreplace") for part in data[4:].split(b"\0")[:2])
        if value:
            edits.other.append(f"change {name}[{index}] to {value}")
        else:
            edits.removed.append((name, index))
    elif code == "q":
        edits.quarantine = words[0]
    elif code in "+2":
        edits.recipients.append(words[0])
    else:
        edits.other.append(f"{code} {data!r}")
