"""Being a process: AutoRestart, chroot, core dumps, the service manager."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import services
import world

PORT = 8893
NOBODY = pwd.getpwnam("nobody").pw_uid
DMARCD = str(world.BIN / "dmarcd")


def wait_until(condition, what: str):
    """The first result of `condition()` that is true."""
    end = time.monotonic() + services.DEADLINE
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"never: {what}")
        time.sleep(0.02)
    return result


def child_of(pid: int) -> int | None:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else None


def answers() -> bool:
    probe = subprocess.run([world.BIN / "dmarcctl", "probe", "--socket", f"inet:127.0.0.1:{PORT}", "-"],
                           input=b"From: a@bank.example\r\n\r\nx\r\n", capture_output=True)
    return b"dmarc=fail" in probe.stdout


class ProcessTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dmarcd-process."))
        self.folder.chmod(0o777)
        self.zone = self.folder / "zone"
        self.zone.write_text("_dmarc.bank.example v=DMARC1; p=reject\n")
        self.log = self.folder / "log"

    def tearDown(self) -> None:
        shutil.rmtree(self.folder)

    def configuration(self, lines: str) -> str:
        path = self.folder / "opendmarc.conf"
        path.write_text(f"Socket inet:{PORT}@127.0.0.1\nTestDNSData {self.zone}\n{lines}")
        return str(path)

    def start(self, lines: str, *flags: str, **options) -> services.Process:
        return services.Process(DMARCD, "-f", "-c", self.configuration(lines), *flags, log=self.log,
                                ready=("127.0.0.1", PORT), **options)

    def logged(self, text: str):
        wait_until(lambda: text in self.log.read_text(), f"log line {text!r} in:\n{self.log.read_text()}")


class AutoRestart(ProcessTest):
    def test_a_filter_that_dies_is_started_again(self):
        pid_file = self.folder / "pid"
        parent = self.start(f"AutoRestart true\nPidFile {pid_file}\n")
        self.assertEqual(int(pid_file.read_text()), parent.pid)
        first = child_of(parent.pid)
        os.kill(first, signal.SIGKILL)
        self.logged("terminated with signal 9, restarting")
        wait_until(answers, "an answer of the second filter")
        self.assertNotEqual(child_of(parent.pid), first)
        self.assertEqual(parent.stop(), 0)
        self.assertFalse(pid_file.exists())

    def test_a_reload_is_handed_on(self):
        parent = self.start("", "-A")
        for number in (signal.SIGHUP, signal.SIGUSR1):
            before = self.log.read_text().count("configuration reloaded")
            os.kill(parent.pid, number)
            wait_until(lambda: self.log.read_text().count("configuration reloaded") > before, f"reload by {number}")
        self.assertEqual(parent.stop(), 0)

    def test_the_limits_end_it(self):
        for lines, said in (("AutoRestartCount 2\n", "maximum restart count exceeded"),
                            ("AutoRestartRate 1/1h\n", "maximum restart rate exceeded")):
            with self.subTest(lines=lines):
                parent = self.start("AutoRestart true\n" + lines)
                last = None
                while (child := wait_until(lambda: not alive(parent) or other_child(parent, last), "a child")) is not True:
                    last = child
                    os.kill(child, signal.SIGKILL)
                self.logged(said)
                self.assertEqual(parent.stop(), os.EX_UNAVAILABLE)
                self.log.unlink()

    def test_a_start_that_fails_is_not_tried_again(self):
        with socket.create_server(("127.0.0.1", PORT)):
            done = subprocess.run([DMARCD, "-f", "-A", "-c", self.configuration("")], capture_output=True, text=True,
                                  timeout=services.DEADLINE)
        self.assertEqual(done.returncode, os.EX_UNAVAILABLE, done.stderr)


def alive(process: services.Process) -> bool:
    state = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return state != "Z"


def other_child(process: services.Process, last: int | None) -> int | None:
    child = child_of(process.pid)
    return child if child != last else None


class Confinement(ProcessTest):
    def test_change_root_directory(self):
        jail = self.folder / "jail"
        jail.mkdir()
        filter_ = self.start(f"ChangeRootDirectory {jail}\nUserID nobody\nNameservers 127.0.0.1\nHistoryFile /history\n")
        jail.chmod(0o777)
        self.assertEqual(os.readlink(f"/proc/{filter_.pid}/root"), str(jail))
        self.assertEqual(os.readlink(f"/proc/{filter_.pid}/cwd"), str(jail))
        self.assertTrue(answers())
        self.assertIn("from bank.example", (jail / "history").read_text())
        self.assertEqual(filter_.stop(), 0)

    def test_a_root_that_is_none_stops_the_start(self):
        done = subprocess.run([DMARCD, "-f", "-c", self.configuration("ChangeRootDirectory /nonexistent\n")],
                              capture_output=True, text=True, timeout=services.DEADLINE)
        self.assertEqual(done.returncode, os.EX_OSERR)
        self.assertIn("/nonexistent: chroot(): No such file or directory", done.stderr)

    def test_core_dumps_are_possible_after_the_change_of_user(self):
        for lines, owner in (("", 0), ("EnableCoredumps true\n", NOBODY)):
            with self.subTest(lines=lines):
                filter_ = self.start("UserID nobody\n" + lines)
                # The kernel gives the files of a process that must not dump core to root.
                self.assertEqual(os.stat(f"/proc/{filter_.pid}/environ").st_uid, owner)
                filter_.stop()


class ServiceManager(ProcessTest):
    def setUp(self) -> None:
        super().setUp()
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(self.folder / "notify"))
        self.notify.settimeout(services.DEADLINE)
        self.environment = dict(os.environ, NOTIFY_SOCKET=str(self.folder / "notify"), WATCHDOG_USEC="30000000")

    def tearDown(self) -> None:
        self.notify.close()
        super().tearDown()

    def told(self, wanted: str) -> str:
        """The next message that begins so."""
        while True:
            message = self.notify.recv(4096).decode()
            if message.startswith(wanted):
                return message

    def test_the_life_of_a_service(self):
        filter_ = self.start("", env=self.environment)
        self.assertIn(f"MAINPID={filter_.pid}", self.told("READY=1"))
        self.told("WATCHDOG=1")
        os.kill(filter_.pid, signal.SIGHUP)
        self.assertIn("MONOTONIC_USEC=", self.told("RELOADING=1"))
        self.told("READY=1")
        filter_.stop()
        self.told("STOPPING=1")

    def test_a_filter_in_the_background_names_its_process(self):
        subprocess.run([DMARCD, "-c", self.configuration("Background true\n")], env=self.environment, check=True)
        pid = int(self.told("READY=1").rpartition("MAINPID=")[2])
        self.assertTrue(answers())
        os.kill(pid, signal.SIGTERM)
        self.told("STOPPING=1")
        wait_until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text(), "the end")


if __name__ == "__main__":
    unittest.main()
