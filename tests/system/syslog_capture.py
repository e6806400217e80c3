"""/dev/log for the test: keeps every line that any program logs, so that a test can ask for what it expects to see."""

import os
import re
import socket
import threading


class SyslogCapture:
    def __init__(self, path: str = "/dev/log"):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        os.chmod(path, 0o666)
        self._path = path
        self._lines: list[str] = []
        self._priorities: list[int] = []  # of the same lines, facility included
        self._changed = threading.Condition()
        threading.Thread(target=self._receive, daemon=True).start()

    def _receive(self) -> None:
        while True:
            data = self._socket.recv(65536)
            # "<22>Nov 23 10:00:00 dmarcd[12]: text": the date is of no interest here.
            line = re.match(r"(?:<(\d+)>)?(?:\w+ +\d+ [\d:]+ )?(.*)",
                            data.decode("utf-8", "replace").rstrip("\n\0"), re.DOTALL)
            with self._changed:
                self._lines.append(line[2])
                self._priorities.append(int(line[1] or 0))
                self._changed.notify_all()

    def mark(self) -> int:
        """A position: lines before it are not looked at by a later call that is given it."""
        with self._changed:
            return len(self._lines)

    def since(self, mark: int) -> list[str]:
        with self._changed:
            return self._lines[mark:]

    def records_since(self, mark: int) -> list[tuple[int, str]]:
        """The lines with their priorities, facility included."""
        with self._changed:
            return list(zip(self._priorities[mark:], self._lines[mark:]))

    def settle(self) -> None:
        """Waits until everything that was logged before this call is here."""
        mark = self.mark()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"<7>settle", self._path)
        self.wait_for("^settle$", mark)

    def wait_for(self, pattern: str, mark: int = 0, timeout: float = 20) -> str:
        """The first line after `mark` in which `pattern` is found; an AssertionError that shows the lines otherwise."""

        def find() -> str | None:
            return next((line for line in self._lines[mark:] if re.search(pattern, line)), None)

        with self._changed:
            self._changed.wait_for(find, timeout)
            line = find()
            if line is None:
                raise AssertionError(f"no log line matches {pattern!r} among:\n" + "\n".join(self._lines[mark:]))
            return line
