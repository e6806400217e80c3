"""How reports leave: to a smart host that wants TLS and a password, signed, so that they pass DMARC themselves; and how one
comes back, by the settings of docs/reporting.md."""

import datetime
import email
import os
import pwd
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import services
from history_record import history_record
from namespace import HOST_NAME, SERVER
from world import BIN, SEED, SELECTOR, World, auth_results

UPLOAD_SERVER = Path(__file__).parent.parent / "support" / "upload_server"
USER = "nobody"
TODAY = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
YESTERDAY = TODAY - datetime.timedelta(days=1)
RECEIVED = int(YESTERDAY.timestamp()) + 60

world: World


def setUpModule() -> None:
    global world
    world = World(SEED.replace("IgnoreAuthenticatedClients true\n", ""))


def tearDownModule() -> None:
    world.close()


class Reporter:
    """A "dmarcctl" with a configuration, a database and one record, for a user without rights."""

    def __init__(self, name: str, configuration: str, history: str):
        self.folder = world.scratch / name
        self.folder.mkdir()
        self.program = self.folder / "dmarcctl"
        shutil.copy(BIN / "dmarcctl", self.program)
        self.configuration = self.folder / "opendmarc.conf"
        self.configuration.write_text(
            f"ReportDatabase sqlite:{self.folder}/reports.sqlite\nNameservers 127.0.0.1\n{configuration}")
        (self.folder / "history").write_text(history)
        os.chown(self.folder, pwd.getpwnam(USER).pw_uid, -1)

    def run(self, *arguments: str) -> str:
        return subprocess.run(["runuser", "-u", USER, "--", self.program, *arguments, "--config", self.configuration],
                              check=True, capture_output=True, text=True).stdout

    def report(self) -> str:
        self.run("import", str(self.folder / "history"))
        return self.run("report", "--day", YESTERDAY.date().isoformat())


class Bounce(unittest.TestCase):
    def setUp(self):
        self.reporter = Reporter("bounce", "ReportEmail dmarc@victim.example\nReportBounceAddress dmarc-bounces@victim.example\n",
                                 history_record("elsewhere.example", "gone@elsewhere.example", RECEIVED))
        server = subprocess.Popen([UPLOAD_SERVER, self.reporter.folder, "smtp", "--reply", "rcpt=550 5.1.1 no such user"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(server.communicate)
        port = server.stdout.readline().strip()
        world.postfix.add_service(
            f"dmarc-bounces unix - n n - 1 pipe flags=Rq user={USER} argv={self.reporter.program} bounce"
            f" --config {self.reporter.configuration} --recipient ${{original_recipient}}")
        world.postfix.set("recipient_delimiter = +",
                          f"transport_maps = inline:{{ {{elsewhere.example = smtp:[127.0.0.1]:{port}}},"
                          " {dmarc-bounces@victim.example = dmarc-bounces:} }")

    def test_a_mailbox_that_does_not_exist_is_suppressed(self):
        self.assertIn("1 sent", self.reporter.report())
        services.wait_until(lambda: "gone@elsewhere.example" in self.reporter.run("reports", "suppressed"), "the bounce")
        report_id = re.search(r"\b[0-9a-f]{32}\b", self.reporter.run("reports", "list"))[0]
        shown = self.reporter.run("reports", "show", report_id)
        self.assertIn("failed", shown)
        self.assertIn("bounced: failed 5.1.1", shown)


class SmartHost(unittest.TestCase):
    def setUp(self):
        certificate, private = world.scratch / "certificate.pem", world.scratch / "certificate.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-subj", f"/CN={HOST_NAME}", "-addext", f"subjectAltName=IP:{SERVER}", "-keyout", private,
                        "-out", certificate], check=True, capture_output=True)
        world.postfix.set(f"smtpd_tls_cert_file = {certificate}", f"smtpd_tls_key_file = {private}",
                          "smtpd_tls_security_level = may", "smtpd_tls_auth_only = yes")
        key = world.scratch / "report.key"
        shutil.copy(world.keys["reject.example"][0], key)
        key.chmod(0o644)
        password = world.scratch / "smtp.password"
        password.write_text("secret\n")
        self.reporter = Reporter("smart_host", f"""\
ReportEmail dmarc@reject.example
ReportSmtpServer {SERVER}:25
ReportSmtpTls starttls
ReportSmtpCAFile {certificate}
ReportSmtpUser submitter@{HOST_NAME}
ReportSmtpPasswordFile {password}
ReportDkimKey {key}
ReportDkimSelector {SELECTOR}
""", history_record("victim.example", "inbox@victim.example", RECEIVED))

    def arrived(self) -> email.message.Message | None:
        """The report in the mailbox."""
        found = [email.message_from_bytes(path.read_bytes()) for path in world.postfix.mailbox()]
        return next((mail for mail in found if mail["Subject"].startswith("Report Domain: victim.example")), None)

    def test_a_report_is_submitted_by_tls_with_a_password_and_passes_dmarc(self):
        self.assertIn("1 sent", self.reporter.report())
        services.wait_until(lambda: self.arrived() is not None, "the report in the mailbox")
        mail = self.arrived()
        self.assertIn("with ESMTPSA", mail["Received"], "TLS and AUTH")
        results = auth_results(mail)
        self.assertTrue(any("dkim=pass" in value and "header.d=reject.example" in value for value in results), results)
        self.assertTrue(any("dmarc=pass (p=reject" in value for value in results), results)


if __name__ == "__main__":
    unittest.main()
