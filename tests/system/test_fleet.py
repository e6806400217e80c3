"""Three hosts send the reports of one database at the same time, and one of them is killed at any moment: every report is sent,
none twice."""

import datetime
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import unittest
from collections import Counter
from email import message_from_bytes
from pathlib import Path

from database import Database
from history_record import history_record
from smtp_sink import SmtpSink

BIN = Path(os.environ["DMARCD_BIN_DIR"])
ROUNDS = 100
DOMAINS = [f"d{number}.example" for number in range(5)]
HOSTS = ("mx1", "mx2", "mx3")
FIRST_DAY = 1_760_000_000 // 86_400 * 86_400

class Fleet(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dmarcd-fleet."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.database = Database("postgresql")
        self.addCleanup(self.database.stop)
        self.sink = SmtpSink()
        self.addCleanup(self.sink.close)
        self.zone = self.folder / "zone"
        self.zone.write_text("".join(f'_dmarc.{domain} TXT "v=DMARC1; p=reject"\n' for domain in DOMAINS))
        self.run_to_end("db", "init")

    def start(self, *arguments: str, host: str = HOSTS[0]) -> subprocess.Popen:
        configuration = self.folder / f"{host}.conf"
        configuration.write_text(f"ReportDatabase {self.database.address}\nReportEmail dmarc@{host}.example.net\n"
                                 f"ReportSmtpServer 127.0.0.1:{self.sink.port}\n")
        return subprocess.Popen([BIN / "dmarcctl", *arguments, "--config", configuration], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, env=os.environ | {"TMPDIR": str(self.folder)})

    def run_to_end(self, *arguments: str, host: str = HOSTS[0]) -> str:
        process = self.start(*arguments, host=host)
        output = process.communicate()[0]
        self.assertEqual(process.returncode, 0, output)
        return output

    def report(self, day: int, host: str) -> subprocess.Popen:
        date = datetime.datetime.fromtimestamp(day, datetime.timezone.utc).date().isoformat()
        return self.start("report", "--day", date, "--zone", str(self.zone), host=host)

    def import_day(self, day: int) -> None:
        history = self.folder / "history"
        history.write_text("".join(history_record(domain, f"dmarc@{domain}", day + 60, job=f"Q{number}")
                                   for number, domain in enumerate(DOMAINS)))
        self.run_to_end("import", str(history))

    def end_leases(self) -> None:
        """As if the time of a dead sender's lease had passed."""
        address = self.database.address.replace("?socket=", "?host=")
        subprocess.run(["psql", "--quiet", address, "-c", "UPDATE reports SET lease_end = created WHERE lease_end IS NOT NULL"],
                       check=True)

    def test_every_report_is_sent_and_none_twice(self):
        chance = random.Random(1)
        for number in range(ROUNDS):
            day = FIRST_DAY + number * 86_400
            self.import_day(day)
            running = [self.report(day, host) for host in HOSTS]
            victim = chance.choice(running)
            try:
                victim.wait(chance.uniform(0, 0.15))
            except subprocess.TimeoutExpired:
                victim.send_signal(signal.SIGKILL)
            for process in running:
                process.communicate()
            self.end_leases()
            last = self.report(day, HOSTS[number % len(HOSTS)])
            output = last.communicate()[0]
            self.assertEqual(last.returncode, 0, output)
        self.check()

    def check(self) -> None:
        arrived = Counter(message_from_bytes(text)["Subject"].split()[-1].strip("<>") for text in self.sink.messages)
        self.assertEqual([report for report, count in arrived.items() if count > 1], [], "sent twice")
        listed = json.loads(self.run_to_end("reports", "list", "--json", "--limit", "100000"))
        self.assertEqual(len(listed), ROUNDS * len(DOMAINS))
        interrupted = 0
        for report in listed:
            self.assertEqual(report["state"], "done", report)
            self.assertEqual([delivery["state"] for delivery in report["deliveries"]], ["sent"], report)
            if report["deliveries"][0]["answer"] == "the sender ended before the answer came":
                interrupted += 1
            else:
                self.assertEqual(arrived[report["report_id"]], 1, report)
        # A sender is rarely killed in that moment; if most deliveries were of that kind, they would not be tested.
        self.assertLess(interrupted, ROUNDS)


if __name__ == "__main__":
    unittest.main()
