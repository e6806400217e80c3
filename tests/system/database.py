"""A database server for one test module, by tests/support/with_database."""

import subprocess
import unittest
from pathlib import Path

WITH_DATABASE = Path(__file__).parent.parent / "support" / "with_database"
NOT_THERE = 77  # its exit status


class Database:
    """`address` is what ReportDatabase takes."""

    def __init__(self, engine: str):
        # The command says where the server is, and runs until its standard input ends.
        self._process = subprocess.Popen([WITH_DATABASE, engine, "sh", "-c", 'echo "$DMARC_TEST_DATABASE"; exec cat'],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.address = self._process.stdout.readline().strip()
        if not self.address:
            if self._process.wait() == NOT_THERE:
                raise unittest.SkipTest(f"{engine} can't run here")
            raise AssertionError(f"{engine} does not start")

    def stop(self) -> None:
        self._process.communicate()
