"""A mail server that takes everything and remembers it, for what is sent in great numbers."""

import socketserver
import threading


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        try:
            self._converse()
        except ConnectionError:
            pass  # the client is dead, as it is meant to be in some tests

    def _converse(self) -> None:
        self._say("220 sink.example ready")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                if (text := self._read_message()) is None:
                    return
                # What counts is that it has arrived, whether or not the client lives to hear of it.
                self.server.messages.append(text)
                self._say("250 taken")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _read_message(self) -> bytes | None:
        """Nothing when the client goes away before its end."""
        lines = []
        while line := self.rfile.readline():
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line)
        return None

    def _say(self, reply: str) -> None:
        self.wfile.write(reply.encode() + b"\r\n")


class SmtpSink(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages: list[bytes] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def close(self) -> None:
        self.shutdown()
        self.server_close()
