"""A report that comes back: Postfix takes it, another server refuses it, and Postfix's notification goes to "dmarcctl bounce"
by the settings of docs/reporting.md."""

import datetime
import os
import pwd
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import services
from world import BIN, SEED, World

UPLOAD_SERVER = Path(__file__).parent.parent / "support" / "upload_server"
DOMAIN = "elsewhere.example"
USER = "nobody"
YESTERDAY = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=1)
RECORD = f"""\
job Q1
reporter mx.victim.example
received {int(datetime.datetime(YESTERDAY.year, YESTERDAY.month, YESTERDAY.day, tzinfo=datetime.timezone.utc).timestamp()) + 60}
ipaddr 192.0.2.1
from {DOMAIN}
mfrom {DOMAIN}
spf 0
spf_scope 1
pdomain {DOMAIN}
policy 15
rua mailto:gone@{DOMAIN}
pct 100
adkim 114
aspf 114
p 114
sp 0
fo 0
align_dkim 5
align_spf 4
arc 7
arc_policy 2 json:[]
action 2
"""

world: World


def setUpModule() -> None:
    global world
    world = World(SEED)


def tearDownModule() -> None:
    world.close()


class Bounces(unittest.TestCase):
    def setUp(self):
        self.folder = world.scratch / "reports"
        self.folder.mkdir()
        shutil.copy(BIN / "dmarcctl", self.folder)
        (self.folder / "opendmarc.conf").write_text(
            f"ReportDatabase sqlite:{self.folder}/reports.sqlite\nReportEmail dmarc@victim.example\n"
            "ReportBounceAddress dmarc-bounces@victim.example\nNameservers 127.0.0.1\n")
        (self.folder / "history").write_text(RECORD)
        os.chown(self.folder, pwd.getpwnam(USER).pw_uid, -1)
        self.server = subprocess.Popen([UPLOAD_SERVER, world.scratch, "smtp", "--reply", "rcpt=550 5.1.1 no such user"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.server.communicate)
        port = self.server.stdout.readline().strip()
        world.postfix.add_service(f"dmarc-bounces unix - n n - 1 pipe flags=Rq user={USER} argv={self.folder}/dmarcctl bounce"
                                  f" --config {self.folder}/opendmarc.conf --recipient ${{original_recipient}}")
        world.postfix.set("recipient_delimiter = +",
                          f"transport_maps = inline:{{ {{{DOMAIN} = smtp:[127.0.0.1]:{port}}},"
                          " {dmarc-bounces@victim.example = dmarc-bounces:} }")

    def dmarcctl(self, *arguments: str) -> str:
        return subprocess.run(["runuser", "-u", USER, "--", self.folder / "dmarcctl", *arguments, "--config",
                               self.folder / "opendmarc.conf"], check=True, capture_output=True, text=True).stdout

    def test_a_mailbox_that_does_not_exist_is_suppressed(self):
        self.dmarcctl("import", str(self.folder / "history"))
        self.assertIn("1 sent", self.dmarcctl("report", "--day", YESTERDAY.isoformat()))
        services.wait_until(lambda: f"gone@{DOMAIN}" in self.dmarcctl("reports", "suppressed"), "the bounce")
        report_id = re.search(r"\b[0-9a-f]{32}\b", self.dmarcctl("reports", "list"))[0]
        shown = self.dmarcctl("reports", "show", report_id)
        self.assertIn("failed", shown)
        self.assertIn("bounced: failed 5.1.1", shown)


if __name__ == "__main__":
    unittest.main()
