"""Reports that arrive, handed to "dmarcctl read" by Postfix with the settings of docs/reporting.md."""

import base64
import gzip
import os
import pwd
import shutil
import smtplib
import subprocess
import unittest
from pathlib import Path

import services
from world import BIN, SEED, World

REPORT = Path(__file__).parent.parent / "data" / "received-reports" / "plain.xml"
USER = "nobody"
RUA = "dmarc-rua@victim.example"

world: World


def setUpModule() -> None:
    global world
    world = World(SEED)


def tearDownModule() -> None:
    world.close()


def report_mail(report: bytes, subject: str) -> bytes:
    attachment = base64.encodebytes(gzip.compress(report)).decode()
    return (f"From: dmarc@net.example\nTo: {RUA}\nSubject: {subject}\nDate: Mon, 23 Nov 2026 10:00:00 +0000\n"
            "Message-ID: <1@net.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
            "--x\nContent-Type: text/plain\n\nThis is a report.\n\n"
            "--x\nContent-Type: application/gzip; name=r.xml.gz\nContent-Transfer-Encoding: base64\n\n"
            f"{attachment}\n--x--\n").replace("\n", "\r\n").encode()


class ReceivedReports(unittest.TestCase):
    def setUp(self):
        self.folder = world.scratch / "received"
        self.folder.mkdir()
        self.unread = self.folder / "unread"
        self.unread.mkdir()
        for folder in (self.folder, self.unread):
            os.chown(folder, pwd.getpwnam(USER).pw_uid, -1)
        self.program = self.folder / "dmarcctl"
        shutil.copy(BIN / "dmarcctl", self.program)
        self.configuration = self.folder / "opendmarc.conf"
        self.set_database(f"sqlite:{self.folder}/reports.sqlite")
        world.postfix.add_service(
            f"dmarc-read unix - n n - 1 pipe flags=Rq user={USER} argv={self.program} read"
            f" --config {self.configuration} --set-aside {self.unread} -")
        world.postfix.set(f"transport_maps = inline:{{ {{{RUA} = dmarc-read:}} }}", "minimal_backoff_time = 1s", "transport_retry_time = 1s",
                          "queue_run_delay = 1s")

    def set_database(self, address: str) -> None:
        self.configuration.write_text(f"ReportDatabase {address}\n")

    def send(self, mail: bytes) -> None:
        with smtplib.SMTP("127.0.0.1") as client:
            client.sendmail("dmarc@net.example", [RUA], mail)

    def senders(self) -> str:
        return subprocess.run(["runuser", "-u", USER, "--", self.program, "senders", "--days", "36500", "--config",
                               self.configuration], check=True, capture_output=True, text=True).stdout

    def deferred(self) -> bool:
        queue = subprocess.run(["postqueue", "-c", world.postfix.config, "-j"], check=True, capture_output=True, text=True).stdout
        return RUA in queue and "temporary failure" in queue.lower()

    def test_reports_are_stored_and_other_mail_is_kept(self):
        report = REPORT.read_bytes()
        self.send(report_mail(report, "Report Domain: example.org"))
        services.wait_until(lambda: "3 messages in 1 reports" in self.senders(), "the report")
        self.send(b"Subject: cheap watches\r\nFrom: x@net.example\r\n\r\nBuy.\r\n")
        services.wait_until(lambda: len(list(self.unread.iterdir())) == 1, "the mail that is set aside")
        self.assertIn(b"cheap watches", next(self.unread.iterdir()).read_bytes())

        # While the database can't be used, the report waits in the queue.
        self.set_database("sqlite:/nonexistent/reports.sqlite")
        self.send(report_mail(report.replace(b"id-1", b"id-2"), "Report Domain: example.org"))
        services.wait_until(self.deferred, "the report in the queue")
        self.set_database(f"sqlite:{self.folder}/reports.sqlite")
        subprocess.run(["postqueue", "-c", world.postfix.config, "-f"], check=True)
        services.wait_until(lambda: "6 messages in 2 reports" in self.senders(), "the report after the outage")
        self.assertIn("192.0.2.1 as example.org: 6\n", self.senders())
