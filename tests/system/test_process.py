"""Being a process: AutoRestart, chroot, core dumps, the service manager."""

import os
import pwd
import re
import resource
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


def child_of(pid: int) -> int | None:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else None


def answers(*options: str) -> bool:
    """Sends a message that fails."""
    probe = subprocess.run([world.BIN / "dmarcctl", "probe", *(options or ["--as-mail"]), "--socket", f"inet:127.0.0.1:{PORT}", "-"],
                           input=b"From: a@bank.example\r\n\r\nx\r\n", capture_output=True)
    return b"dmarc=fail" in probe.stdout


class ProcessTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dmarcd-process."))
        self.folder.chmod(0o777)
        self.addCleanup(shutil.rmtree, self.folder)
        self.zone = self.folder / "zone"
        self.zone.write_text("_dmarc.bank.example v=DMARC1; p=reject\n")
        self.log = self.folder / "log"

    def configuration(self, lines: str) -> str:
        path = self.folder / "opendmarc.conf"
        path.write_text(f"Socket inet:{PORT}@127.0.0.1\nTestDNSData {self.zone}\n{lines}")
        return str(path)

    def start(self, lines: str, *flags: str, ready=("127.0.0.1", PORT), **options) -> services.Process:
        process = services.Process(DMARCD, "-f", "-c", self.configuration(lines), *flags, log=self.log, ready=ready, **options)
        self.addCleanup(process.stop)
        return process

    def logged(self, text: str):
        services.wait_until(lambda: text in self.log.read_text(), f"log line {text!r} in:\n{self.log.read_text()}")


class AutoRestart(ProcessTest):
    def test_a_filter_that_dies_is_started_again(self):
        pid_file = self.folder / "pid"
        parent = self.start(f"AutoRestart true\nPidFile {pid_file}\n")
        self.assertEqual(int(pid_file.read_text()), parent.pid)
        first = child_of(parent.pid)
        os.kill(first, signal.SIGKILL)
        self.logged("terminated with signal 9, restarting")
        services.wait_until(answers, "an answer of the second filter")
        self.assertNotEqual(child_of(parent.pid), first)
        self.assertEqual(parent.stop(), 0)
        self.assertFalse(pid_file.exists())

    def test_a_reload_is_handed_on(self):
        parent = self.start("", "-A")
        for number in (signal.SIGHUP, signal.SIGUSR1):
            before = self.log.read_text().count("configuration reloaded")
            os.kill(parent.pid, number)
            services.wait_until(lambda: self.log.read_text().count("configuration reloaded") > before, f"reload by {number}")
        self.assertEqual(parent.stop(), 0)

    def test_the_limits_end_it(self):
        for lines, said in (("AutoRestartCount 2\n", "maximum restart count exceeded"),
                            ("AutoRestartRate 1/1h\n", "maximum restart rate exceeded")):
            with self.subTest(lines=lines):
                parent = self.start("AutoRestart true\n" + lines)
                last = None
                while (child := services.wait_until(lambda: not alive(parent) or other_child(parent, last), "a child")) is not True:
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


class Identity(ProcessTest):
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


class Confinement(ProcessTest):
    def state(self, pid: int) -> dict[str, str]:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}

    def reload(self, filter_: services.Process, lines: str, said: str) -> None:
        """Reloads with these lines, to which the log has to say something."""
        self.configuration(lines)
        os.kill(filter_.pid, signal.SIGHUP)
        self.logged(said)

    def test_the_running_filter_is_confined(self):
        for lines, kept in (("", 2), ("UserID nobody\n", 0), ("UserID nobody\nMilterEngine libmilter\n", 0)):
            with self.subTest(lines=lines):
                filter_ = self.start(lines)
                self.assertTrue(answers())
                for thread in Path(f"/proc/{filter_.pid}/task").iterdir():
                    state = self.state(f"{filter_.pid}/task/{thread.name}")
                    self.assertEqual((state["NoNewPrivs"], state["Seccomp"]), ("1", "2"))
                    self.assertEqual(int(state["CapEff"], 16), kept)
                self.assertNotIn("not confined", self.log.read_text())
                self.assertEqual(filter_.stop(), 0)

    def test_it_can_be_switched_off(self):
        filter_ = self.start("Confine false\n")
        self.assertEqual(self.state(filter_.pid)["Seccomp"], "0")
        self.assertTrue(answers())
        filter_.stop()

    def test_the_file_with_the_process_id_and_the_socket_are_removed(self):
        pid_file, path = self.folder / "pid", self.folder / "socket"
        filter_ = self.start(f"UserID nobody\nPidFile {pid_file}\n", "-p", f"local:{path}", ready=path)
        services.wait_until(pid_file.exists, "the file with the process id")
        self.assertEqual(filter_.stop(), 0)
        self.assertEqual([pid_file.exists(), path.exists()], [False, False])

    @unittest.skipUnless(Path("/proc/sys/kernel/core_pattern").read_text() == "core\n", "core files go elsewhere here")
    def test_core_files_are_written(self):
        filter_ = self.start(f"UserID nobody\nEnableCoredumps true\nBaseDirectory {self.folder}\n",
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2))
        self.assertTrue(answers())
        os.kill(filter_.pid, signal.SIGSEGV)
        self.assertEqual(filter_.wait(), -signal.SIGSEGV)
        self.assertTrue((self.folder / "core").exists())

    def test_a_reload_reads_files_that_were_replaced(self):
        hosts = self.folder / "hosts"
        hosts.write_text("198.51.100.1\n")
        lines = f"UserID nobody\nIgnoreHosts {hosts}\n"
        filter_ = self.start(lines)
        new = self.folder / "hosts.new"
        new.write_text("198.51.100.1\n198.51.100.0/33\n")
        new.rename(hosts)
        self.reload(filter_, lines, f"{hosts}: line 2: ")
        self.logged("configuration reloaded")
        self.assertTrue(answers())
        filter_.stop()

    def test_a_reload_that_needs_another_folder_keeps_the_old_configuration(self):
        elsewhere = tempfile.TemporaryDirectory(prefix="dmarcd-elsewhere.")
        self.addCleanup(elsewhere.cleanup)
        os.chmod(elsewhere.name, 0o777)
        hosts = Path(elsewhere.name, "hosts")
        hosts.write_text("198.51.100.1\n")
        filter_ = self.start("UserID nobody\n")
        self.reload(filter_, f"IgnoreHosts {hosts}\n",
                    f"can't load ignore list from {hosts}: Permission denied; the filter has confined itself")
        history = Path(elsewhere.name, "history")
        self.reload(filter_, f"HistoryFile {history}\n", f"{history} is out of reach; the filter has confined itself")
        self.assertTrue(answers())
        filter_.stop()

    def test_the_filter_in_the_background_lets_go_of_the_terminal(self):
        pid_file = self.folder / "pid"
        subprocess.run([DMARCD, "-c", self.configuration(f"PidFile {pid_file}\n")], check=True)
        pid = int(pid_file.read_text())
        for descriptor in (0, 1, 2):
            self.assertEqual(os.readlink(f"/proc/{pid}/fd/{descriptor}"), "/dev/null")
        os.kill(pid, signal.SIGTERM)
        services.wait_until(lambda: not pid_file.exists(), "the end")


class Signals(ProcessTest):
    def test_each_way_to_stop(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number=number):
                filter_ = self.start("")
                self.assertTrue(answers())
                os.kill(filter_.pid, number)
                self.assertEqual(filter_.wait(), 0)
                self.logged("terminating with status 0, errno = 0")

    def test_a_second_signal_does_not_wait_for_messages(self):
        filter_ = self.start("")
        with socket.create_connection(("127.0.0.1", PORT)) as client:
            for packet in (b"O" + bytes((0, 0, 0, 6, 0, 0, 1, 0xff, 0, 0x1f, 0xff, 0xff)), b"Cx\0" + b"4\0\x19192.0.2.1\0", b"M<a@b.example>\0"):
                client.sendall(len(packet).to_bytes(4, "big") + packet)
                self.assertTrue(client.recv(1000))
            os.kill(filter_.pid, signal.SIGTERM)
            self.logged("stopping: 1 connection(s) with a message in progress")
            os.kill(filter_.pid, signal.SIGTERM)
            self.assertEqual(filter_.wait(), 0)
        self.logged("stopped: 1 connection(s) left")

    def test_what_came_from_standard_input_is_not_read_again(self):
        with open(self.configuration("")) as text:
            filter_ = services.Process(DMARCD, "-f", "-c", "-", log=self.log, ready=("127.0.0.1", PORT), stdin=text)
        self.addCleanup(filter_.stop)
        os.kill(filter_.pid, signal.SIGHUP)
        self.logged("ignoring reload signal")
        self.assertTrue(answers())
        self.assertEqual(filter_.stop(), 0)

    def test_no_other_signal_ends_it(self):
        filter_ = self.start("")
        for number in (signal.SIGQUIT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGPIPE,
                       signal.SIGVTALRM, signal.SIGPROF, signal.SIGIO, signal.SIGPWR, signal.SIGXCPU, signal.SIGXFSZ,
                       signal.SIGSTKFLT, signal.SIGRTMIN + 1, signal.SIGRTMAX):
            os.kill(filter_.pid, number)
        self.assertTrue(answers())
        self.assertEqual(filter_.stop(), 0)

    def test_usr2_logs_the_statistics(self):
        filter_ = self.start("HistoryFile " + str(self.folder / "history") + "\n")
        self.assertTrue(answers())
        os.kill(filter_.pid, signal.SIGUSR2)
        self.logged("statistics: messages_total: 1 result=fail,action=accept")
        self.logged("statistics: connections_total: 1")
        self.logged("statistics: dns: ")
        self.logged("statistics: now: 0 connections; 0 messages in progress")
        self.assertEqual(filter_.stop(), 0)

    def test_a_configuration_that_is_not_whole_is_not_taken(self):
        filter_ = self.start("")
        path = self.folder / "opendmarc.conf"
        for text, said in (("", "it sets no option at all"), ("# nothing\n", "it sets no option at all"),
                           ("RejectFailures tr", "its last line has no line end")):
            with self.subTest(text=text):
                path.write_text(text)
                os.kill(filter_.pid, signal.SIGHUP)
                self.logged(f"{path}: {said}")
                self.log.write_text("")
        self.assertTrue(answers())
        filter_.stop()

    def test_a_configuration_with_an_error_is_not_taken(self):
        filter_ = self.start("")
        self.configuration("RejectFailures perhaps\n")
        os.kill(filter_.pid, signal.SIGUSR1)
        self.logged("configuration error at line 3: illegal value \"perhaps\" for RejectFailures")
        self.assertTrue(answers())
        filter_.stop()


def packet(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def resident(pid: int) -> int:
    """MiB of memory that the process has."""
    return int(re.search(r"VmRSS:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) // 1024


class Blocking(ProcessTest):
    """Nothing that the filter writes to, or reads, can hold up mail or its end."""

    def test_a_probe_leaves_no_record(self):
        history = self.folder / "history"
        self.start(f"HistoryFile {history}\n")
        self.assertTrue(answers("--expect", "accept"))
        self.assertTrue(answers())
        self.assertEqual(history.read_text().count("from bank.example"), 1)

    def test_a_pipe_in_the_place_of_the_history(self):
        history = self.folder / "history"
        filter_ = self.start(f"HistoryFile {history}\n")
        self.assertTrue(answers())
        history.unlink()
        os.mkfifo(history)
        for _ in range(3):
            self.assertTrue(answers())
        self.logged(f"{history}: is a named pipe, a regular file is needed; records wait in memory")
        self.assertEqual(filter_.stop(), 0)
        self.logged(f"{history}: 3 records could not be written before the end")

    def test_a_pipe_in_the_place_of_the_configuration(self):
        filter_ = self.start("")
        path = self.folder / "opendmarc.conf"
        path.unlink()
        os.mkfifo(path)
        os.kill(filter_.pid, signal.SIGHUP)
        self.assertTrue(answers())
        self.assertEqual(filter_.stop(), 0)

    def test_a_log_that_nobody_reads(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.bind("/dev/log")
            self.addCleanup(os.unlink, "/dev/log")
            # More lines than a socket of this kind holds.
            lines = int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text())
            filter_ = self.start("Syslog true\n")
            for _ in range(min(lines, 600) + 2):
                self.assertTrue(answers())
            self.assertEqual(filter_.stop(), 0)
        self.logged("log lines could not be written before the end")

    def test_memory_is_given_back_after_a_peak(self):
        filter_ = self.start("")
        self.assertTrue(answers())
        before = resident(filter_.pid)
        header = b"".join(packet(b"LX-%d\0" % number + b" " + b"x" * 500 + b"\0") for number in range(7000))
        opening = packet(b"O" + bytes((0, 0, 0, 6, 0, 0, 1, 0xff, 0, 0x1f, 0xff, 0xff))) + packet(b"Cx\0" + b"4\0\x19192.0.2.1\0")
        clients = [socket.create_connection(("127.0.0.1", PORT)) for _ in range(40)]
        for client in clients:
            client.sendall(opening + packet(b"M<a@b.example>\0") + header)
        services.wait_until(lambda: resident(filter_.pid) > before + 60, "the peak")
        for client in clients:
            client.close()
        services.wait_until(lambda: resident(filter_.pid) < before + 16, "memory that is given back")
        self.assertEqual(filter_.stop(), 0)

    def test_without_a_log_standard_error_is_used_until_there_is_one(self):
        filter_ = self.start("Syslog true\n")
        self.assertTrue(answers())
        self.logged("bank.example fail")
        first = self.log.read_text().splitlines()[0]
        self.assertIn("no log at /dev/log (No such file or directory): writing to standard error until there is one", first)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.bind("/dev/log")
            self.addCleanup(os.unlink, "/dev/log")
            log.settimeout(services.DEADLINE)
            self.logged("writing to the log at /dev/log from now on")
            self.assertTrue(answers())
            while b"bank.example fail" not in log.recv(4096):
                pass
        self.assertEqual(filter_.stop(), 0)


class ExitStatus(ProcessTest):
    def status(self, lines: str, *flags: str, prefix: tuple[str, ...] = ()) -> int:
        done = subprocess.run([*prefix, DMARCD, "-f", "-c", self.configuration(lines), *flags], capture_output=True, text=True,
                              timeout=services.DEADLINE)
        self.assertIn("dmarcd: ", done.stderr)
        return done.returncode

    def test_of_starts_that_fail(self):
        self.assertEqual(self.status("", "-x"), os.EX_USAGE)
        self.assertEqual(self.status("NoSuchOption true\n"), os.EX_CONFIG)
        self.assertEqual(self.status("BaseDirectory /nonexistent\n"), os.EX_CONFIG)
        self.assertEqual(self.status("UserID nobody-of-this-name\n"), os.EX_DATAERR)
        self.assertEqual(self.status("", "-p", "local:/nonexistent/socket"), os.EX_UNAVAILABLE)
        self.assertEqual(self.status("ChangeRootDirectory /nonexistent\n"), os.EX_OSERR)
        self.assertEqual(self.status("UserID nobody\n", prefix=("setpriv", "--bounding-set=-setuid,-setgid")), os.EX_NOPERM)


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
        services.wait_until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text(), "the end")


if __name__ == "__main__":
    unittest.main()
