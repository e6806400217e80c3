"""The whole mail server of a system test, and the ways to send mail to it and to look at what became of it.

    world = World(SEED)
    answer = world.send(message(sender="a@reject.example"), client=ATTACKER)
    answer.code                      # 550
    world.delivered(answer)          # the message as it lies in the mailbox
"""

import email.message
import email.policy
import os
import re
import shutil
import smtplib
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import services
from namespace import GENUINE, GENUINE_V6, HOST_NAME, SERVER, SERVER_V6
from syslog_capture import SyslogCapture

BIN = Path(os.environ["DMARCD_BIN_DIR"])

# The configuration that everybody starts from, word for word.
SEED = """\
AuthservID OpenDMARC
TrustedAuthservIDs mail.yourdomain.com
IgnoreAuthenticatedClients true
RejectFailures true
RequiredHeaders    true
Socket inet:8893@127.0.0.1
SPFIgnoreResults true
SPFSelfValidate true
"""

# What `run --with` adds to every configuration.
EXTRA = os.environ.get("DMARCD_EXTRA_CONFIGURATION", "")

POLICIES = {"reject.example": "reject", "quarantine.example": "quarantine", "none.example": "none"}
SELECTOR = "test"

_syslog: SyslogCapture | None = None


def syslog() -> SyslogCapture:
    """The one capture of this test run: /dev/log can be bound only once."""
    global _syslog
    _syslog = _syslog or SyslogCapture()
    return _syslog


def zone(public_keys: dict[str, str]) -> list[str]:
    """Every name of the test's world in master-file form."""
    records = [
        f"{HOST_NAME}. A {SERVER}",
        "attack.example. TXT \"v=spf1 +all\"",
        "norecord.example. TXT \"v=spf1 -all\"",
        "list.example. TXT \"v=spf1 +all\"",
        "_dmarc.list.example. TXT \"v=DMARC1; p=none\"",
        "helo.reject.example. TXT \"v=spf1 ip4:%s -all\"" % GENUINE,
        "xn--bcher-kva.example. TXT \"v=spf1 ip4:%s -all\"" % GENUINE,
        "_dmarc.xn--bcher-kva.example. TXT \"v=DMARC1; p=reject\"",
    ]
    for domain, policy in POLICIES.items():
        records += [
            f"{domain}. TXT \"v=spf1 ip4:{GENUINE} ip6:{GENUINE_V6} -all\"",
            f"_dmarc.{domain}. TXT \"v=DMARC1; p={policy}\"",
            f"sub.{domain}. A 192.0.2.80",
        ]
    for domain, key in public_keys.items():
        strings = " ".join(f'"{key[i:i + 200]}"' for i in range(0, len(key), 200))
        records.append(f"{SELECTOR}._domainkey.{domain}. TXT {strings}")
    return records


def message(sender: str, subject: str = "Hello", extra: str = "", body: str = "A line.\r\n") -> bytes:
    """A plain message; `extra` is header text put on top, each line ended by CRLF."""
    return (f"{extra}From: {sender}\r\nTo: inbox@victim.example\r\nSubject: {subject}\r\n"
            f"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <{uuid.uuid4()}@test.example>\r\n"
            f"\r\n{body}").encode()


@dataclass
class Answer:
    """What the SMTP client was told at end of data."""

    code: int
    text: str

    @property
    def queue_id(self) -> str:
        found = re.search(r"queued as (\w+)", self.text)
        if not found:
            raise AssertionError(f"not queued: {self.code} {self.text}")
        return found[1]


class World:
    def __init__(self, configuration: str, milters: str | None = services.Postfix.MILTERS,
                 extra_records: tuple[str, ...] = (), refused: tuple[str, ...] = (), history: bool = False,
                 opendkim: str | None = ""):
        """`milters` are lines for main.cf; without them there is no Postfix. `opendkim` are further lines of OpenDKIM's
        configuration; None when it does not run."""
        self.scratch = Path(tempfile.mkdtemp(prefix="dmarcd-system."))
        self.scratch.chmod(0o755)
        self.history_path.parent.mkdir()
        self.log = syslog()
        self._stop = []
        try:
            self.keys = {domain: self._make_key(domain) for domain in (*POLICIES, "esp.example")}
            records = zone({domain: public for domain, (_, public) in self.keys.items()})
            self.dns = services.start_unbound(self.scratch, [*records, *extra_records], refused)
            self._stop.append(self.dns.stop)
            if opendkim is not None:
                self._stop.append(services.start_opendkim(self.scratch, opendkim).stop)
            self.start_filter(configuration + (f"HistoryFile {self.history_path}\n" if history else ""))
            self._stop.append(lambda: self.filter.stop())
            if milters is not None:
                self.postfix = services.Postfix(self.scratch, milters)
                self._stop.append(self.postfix.stop)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        while self._stop:
            self._stop.pop()()
        shutil.rmtree(self.scratch)
        if refused := [line for line in self.log.since(0) if "refused the system call" in line]:
            raise AssertionError(refused)

    def start_filter(self, configuration: str, **options) -> None:
        """`options` are those of subprocess.Popen."""
        path = self.scratch / "opendmarc.conf"
        path.write_text(configuration + EXTRA)
        self.filter = services.Process(str(BIN / "dmarcd"), "-f", "-l", "-c", str(path),
                                       log=self.scratch / "dmarcd.log", ready=("127.0.0.1", 8893), **options)

    @property
    def history_path(self) -> Path:
        return self.scratch / "history" / "opendmarc.dat"

    def history(self) -> list[dict[str, str]]:
        """The records of the history file. Of a key that stands several times in a record, the last value."""
        records: list[dict[str, str]] = []
        for line in self.history_path.read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == "job":
                records.append({})
            records[-1][key] = value
        return records

    def restart_filter(self, configuration: str, **options) -> None:
        self.filter.stop()
        self.start_filter(configuration, **options)

    def stop_dns(self) -> None:
        """From now on nothing listens on the DNS server's port."""
        self.dns.stop()

    def _make_key(self, domain: str) -> tuple[Path, str]:
        """A key pair by opendkim-genkey: the private key's file and the text of the public record."""
        directory = self.scratch / "keys" / domain
        directory.mkdir(parents=True)
        subprocess.run(["opendkim-genkey", "-b", "2048", "-d", domain, "-s", SELECTOR, "-D", str(directory)], check=True)
        record = (directory / f"{SELECTOR}.txt").read_text()
        return directory / f"{SELECTOR}.private", "".join(re.findall(r'"([^"]*)"', record))

    def sign(self, text: bytes, domain: str, *options: str) -> bytes:
        """`options` are those of dkimsign."""
        private, _ = self.keys[domain]
        return subprocess.run(["dkimsign", *options, SELECTOR, domain, str(private)], input=text, capture_output=True,
                              check=True).stdout

    def connect(self, client: str, helo: str = "client.attack.example") -> smtplib.SMTP:
        server = SERVER_V6 if ":" in client else SERVER
        return smtplib.SMTP(server, 25, local_hostname=helo, timeout=60, source_address=(client, 0))

    def send(self, text: bytes, client: str, sender: str = "any@attack.example", helo: str = "client.attack.example",
             options: tuple[str, ...] = (), login: bool = False, connection: smtplib.SMTP | None = None) -> Answer:
        """One message by SMTP; with `connection`, on a connection that stays open."""
        smtp = connection or self.connect(client, helo)
        try:
            smtp.ehlo_or_helo_if_needed()
            if login:
                smtp.login(f"submitter@{HOST_NAME}", "secret")
            self._expect(smtp.mail(sender, list(options)), 250)
            self._expect(smtp.rcpt("inbox@victim.example"), 250)
            code, reply = smtp.data(text)
            return Answer(code, reply.decode())
        finally:
            if not connection:
                smtp.quit()

    @staticmethod
    def _expect(reply: tuple[int, bytes], code: int) -> None:
        if reply[0] != code:
            raise AssertionError(f"expected {code}, got {reply}")

    def delivered(self, answer: Answer) -> email.message.Message:
        """The message that `answer` accepted, as it was delivered."""
        self.log.wait_for(rf"{answer.queue_id}: to=.*status=sent")
        end = time.monotonic() + services.DEADLINE
        while time.monotonic() < end:
            for path in self.postfix.mailbox():
                text = path.read_bytes()
                if answer.queue_id.encode() in text:
                    return email.message_from_bytes(text, policy=email.policy.compat32)
        raise AssertionError(f"{answer.queue_id} was sent but is in no mailbox")


def auth_results(delivered: email.message.Message) -> list[str]:
    """The values of the Authentication-Results fields from top to bottom, unfolded."""
    return [" ".join(value.split()) for value in delivered.get_all("Authentication-Results", [])]
