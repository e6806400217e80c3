"""A database that OpenDMARC 1.4 made and filled, on MariaDB: checked, upgraded, and reported from."""

import datetime
import gzip
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from email import message_from_bytes, policy
from pathlib import Path

from database import Database
from smtp_sink import SmtpSink

BIN = Path(os.environ["DMARCD_BIN_DIR"])
DAY = 1_790_035_200  # 2026-09-22
DOMAIN = "bank.example"
NAMESPACE = "{urn:ietf:params:xml:ns:dmarc-2.0}"

ID = "id INT NOT NULL AUTO_INCREMENT PRIMARY KEY"
SEEN = "firstseen TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP"
TABLES = f"""
CREATE TABLE domains ({ID}, name VARCHAR(255) NOT NULL, {SEEN}, UNIQUE KEY (name));
CREATE TABLE selectors ({ID}, domain INT NOT NULL, name VARCHAR(255) NOT NULL, {SEEN}, KEY (name), UNIQUE KEY (name, domain));
CREATE TABLE reporters ({ID}, name VARCHAR(255) NOT NULL, {SEEN}, UNIQUE KEY (name));
CREATE TABLE ipaddr ({ID}, addr VARCHAR(64) NOT NULL, {SEEN}, UNIQUE KEY (addr));
CREATE TABLE messages ({ID}, date TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, jobid VARCHAR(128) NOT NULL,
  reporter INT UNSIGNED NOT NULL, policy TINYINT UNSIGNED NOT NULL, disp TINYINT UNSIGNED NOT NULL, ip INT UNSIGNED NOT NULL,
  env_domain INT UNSIGNED NOT NULL, from_domain INT UNSIGNED NOT NULL, policy_domain INT UNSIGNED NOT NULL,
  spf TINYINT NOT NULL, align_dkim TINYINT UNSIGNED NOT NULL, align_spf TINYINT UNSIGNED NOT NULL,
  sigcount TINYINT UNSIGNED NOT NULL, arc TINYINT UNSIGNED NOT NULL, arc_policy TINYINT UNSIGNED NOT NULL,
  KEY (date), UNIQUE KEY (reporter, date, jobid));
CREATE TABLE signatures ({ID}, message INT UNSIGNED NOT NULL, domain INT UNSIGNED NOT NULL, selector INT UNSIGNED NOT NULL,
  pass TINYINT UNSIGNED NOT NULL, error TINYINT UNSIGNED NOT NULL, KEY (message));
CREATE TABLE arcauthresults ({ID}, message INT UNSIGNED NOT NULL, instance INT UNSIGNED NOT NULL,
  arc_client_addr VARCHAR(64) NOT NULL DEFAULT '', KEY (message), UNIQUE KEY (message, instance));
CREATE TABLE arcseals ({ID}, message INT UNSIGNED NOT NULL, domain INT UNSIGNED NOT NULL, selector INT UNSIGNED NOT NULL,
  instance INT UNSIGNED NOT NULL, {SEEN}, KEY (message), UNIQUE KEY (message, domain, selector, instance));
CREATE TABLE requests ({ID}, domain INT NOT NULL, repuri VARCHAR(255) NOT NULL DEFAULT '', adkim TINYINT NOT NULL DEFAULT 0,
  aspf TINYINT NOT NULL DEFAULT 0, policy TINYINT NOT NULL DEFAULT 0, spolicy TINYINT NOT NULL DEFAULT 0,
  pct TINYINT NOT NULL DEFAULT 0, locked TINYINT NOT NULL DEFAULT 0, {SEEN},
  lastsent TIMESTAMP NOT NULL DEFAULT '1970-01-02 00:00:00', KEY (lastsent), UNIQUE KEY (domain));
"""

# Two genuine messages, signed and from a permitted host; one forged, rejected.
ROWS = f"""
INSERT INTO domains (id, name) VALUES (1, '{DOMAIN}'), (2, 'attack.example');
INSERT INTO selectors (id, domain, name) VALUES (1, 1, 's1');
INSERT INTO reporters (id, name) VALUES (1, 'mx.example.net');
INSERT INTO ipaddr (id, addr) VALUES (1, '192.0.2.1'), (2, '198.51.100.66');
INSERT INTO messages (id, date, jobid, reporter, policy, disp, ip, env_domain, from_domain, policy_domain, spf, align_dkim,
  align_spf, sigcount, arc, arc_policy) VALUES
  (1, FROM_UNIXTIME({DAY + 60}), 'Q1', 1, 15, 2, 1, 1, 1, 1, 0, 4, 4, 1, 7, 2),
  (2, FROM_UNIXTIME({DAY + 61}), 'Q2', 1, 15, 2, 1, 1, 1, 1, 0, 4, 4, 1, 7, 2),
  (3, FROM_UNIXTIME({DAY + 62}), 'Q3', 1, 16, 0, 2, 2, 1, 1, 0, 5, 5, 0, 7, 2);
INSERT INTO signatures (message, domain, selector, pass, error) VALUES (1, 1, 1, 0, 0), (2, 1, 1, 0, 0);
INSERT INTO requests (domain, repuri, adkim, aspf, policy, spolicy, pct)
  VALUES (1, 'mailto:dmarc@{DOMAIN}', ASCII('r'), ASCII('s'), ASCII('r'), 0, 100);
"""


class OpendmarcDatabase(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dmarcd-database."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.database = Database("mariadb")
        self.addCleanup(self.database.stop)
        self.sink = SmtpSink()
        self.addCleanup(self.sink.close)
        socket = re.search(r"socket=(.*)", self.database.address)[1]
        subprocess.run(["mariadb", "--no-defaults", "--user=root", f"--socket={socket}", "opendmarc"], input=TABLES + ROWS,
                       text=True, check=True)
        self.configuration = self.folder / "opendmarc.conf"
        self.configuration.write_text(f"ReportDatabase {self.database.address}\nReportEmail dmarc@mx.example.net\n"
                                      f"ReportSmtpServer 127.0.0.1:{self.sink.port}\n")
        self.zone = self.folder / "zone"
        self.zone.write_text(f'_dmarc.{DOMAIN} TXT "v=DMARC1; p=reject"\n')

    def dmarcctl(self, *arguments: str, status: int = 0) -> str:
        done = subprocess.run([BIN / "dmarcctl", *arguments, "--config", self.configuration], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_it_is_upgraded_and_reported_from(self):
        self.assertIn("spf_scope", self.dmarcctl("db", "check", status=1))
        date = datetime.datetime.fromtimestamp(DAY, datetime.timezone.utc).date().isoformat()
        self.assertIn("dmarcctl db upgrade", self.dmarcctl("report", "--day", date, status=69))
        self.dmarcctl("db", "upgrade")
        self.assertEqual(self.dmarcctl("db", "upgrade"), "nothing was missing\n")
        self.assertEqual(self.dmarcctl("report", "--day", date, "--zone", str(self.zone)), "1 report: 1 sent\n")
        self.check_report()

    def check_report(self) -> None:
        self.assertEqual(len(self.sink.messages), 1)
        mail = message_from_bytes(self.sink.messages[0], policy=policy.default)
        report = ElementTree.fromstring(gzip.decompress(next(mail.iter_attachments()).get_content()))

        def text(element: ElementTree.Element, path: str) -> str:
            return element.findtext("/".join(NAMESPACE + name for name in path.split("/")))

        self.assertEqual(text(report, "policy_published/domain"), DOMAIN)
        self.assertEqual(text(report, "policy_published/aspf"), "s")
        rows = {text(record, "row/source_ip"): record for record in report.findall(NAMESPACE + "record")}
        self.assertEqual(sorted(rows), ["192.0.2.1", "198.51.100.66"])
        genuine, forged = rows["192.0.2.1"], rows["198.51.100.66"]
        self.assertEqual(text(genuine, "row/count"), "2")
        self.assertEqual(text(genuine, "row/policy_evaluated/disposition"), "pass")
        self.assertEqual(text(genuine, "auth_results/dkim/selector"), "s1")
        self.assertEqual(text(forged, "row/policy_evaluated/disposition"), "reject")
        self.assertEqual(text(forged, "identifiers/envelope_from"), "attack.example")


if __name__ == "__main__":
    unittest.main()
