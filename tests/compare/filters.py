"""The two filters, started one after the other with the configurations of the cases."""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

from vocabulary import Configuration, Invocation

DEADLINE = 30  # seconds that a program may take to come up; a slow machine is not a failure


# Of Debian's package publicsuffix; dmarcd takes a short file for no public suffix list.
SUFFIX_LIST = Path("/usr/share/publicsuffix/public_suffix_list.dat")


def write_suffixes(path: Path) -> None:
    """The usual list and the suffixes of the cases' domains."""
    path.write_text(SUFFIX_LIST.read_text() + (Path(__file__).parent / "suffixes.txt").read_text())


class Filter:
    """`program` under the name opendmarc, so that both log under the same name."""

    def __init__(self, program: Path, folder: Path, suffixes: Path, libraries: str = ""):
        self.folder = folder
        self._suffixes = suffixes
        self.socket = str(folder / "socket")
        self.history = folder / "history"
        self._program = str(program)
        self._environment = dict(os.environ, LD_LIBRARY_PATH=libraries)
        self._process: subprocess.Popen | None = None
        folder.mkdir()
        self.version = self._version()

    def _version(self) -> str:
        shown = self._run("-V")
        found = re.search(r" v(\S+)$", shown.splitlines()[0])
        if not found:
            raise AssertionError(f"{self._program} -V: {shown}")
        return found[1]

    def _run(self, *arguments: str) -> str:
        return subprocess.run(["opendmarc", *arguments], executable=self._program, env=self._environment,
                              capture_output=True, text=True, check=True).stdout

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self, configuration: Configuration, more_lines: tuple[str, ...] = ()) -> None:
        self.stop()
        for path in self.folder.iterdir():
            path.unlink()
        for name, text in configuration.files:
            (self.folder / name).write_text(text)
        conf = self.folder / "opendmarc.conf"
        text = "".join(line + "\n" for line in (*configuration.lines, *more_lines))
        conf.write_text(text.replace("{folder}", str(self.folder)).replace("{suffixes}", str(self._suffixes)))
        with (self.folder / "output").open("wb") as output:
            self._process = subprocess.Popen(
                ["opendmarc", "-f", "-l", "-c", str(conf), "-p", "unix:" + self.socket], executable=self._program,
                env=self._environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self._wait_for_socket()

    def _wait_for_socket(self) -> None:
        end = time.monotonic() + DEADLINE
        while True:
            with socket.socket(socket.AF_UNIX) as probe:
                try:
                    return probe.connect(self.socket)
                except OSError as error:
                    if time.monotonic() > end or self._process.poll() is not None:
                        output = (self.folder / "output").read_text()
                        raise AssertionError(f"{self._program} does not listen: {error}\n{output}") from error
            time.sleep(0.005)  # a connection attempt is the only way to see that a filter listens

    def files(self) -> dict[str, str]:
        """The permissions of what the filter has made, and whether its pid file is right."""
        found = {f"mode of the {name}": f"{path.stat().st_mode & 0o777:04o}" for name, path in
                 (("socket", Path(self.socket)), ("history file", self.history), ("pid file", self.folder / "pid"))
                 if path.exists()}
        if "mode of the pid file" in found:
            found["pid file"] = (self.folder / "pid").read_text().replace(str(self.pid), "the pid")
        return found

    def invoke(self, invocation: Invocation) -> dict[str, str]:
        """What the program prints, and its exit status."""
        if invocation.configuration is not None:
            (self.folder / "given.conf").write_bytes(invocation.configuration.replace(b"{folder}", bytes(self.folder)))
        for name, octets in invocation.files:
            (self.folder / name).write_bytes(octets)
        arguments = [argument.replace("{folder}", str(self.folder)) for argument in invocation.arguments]
        done = subprocess.run(["opendmarc", *arguments], executable=self._program, cwd=self.folder,
                              env=self._environment | dict(invocation.environment), input=invocation.input,
                              capture_output=True, timeout=DEADLINE)
        found = {"exit status": str(done.returncode)}
        for name, output in (("standard output", done.stdout), ("standard error", done.stderr)):
            text = output.decode("utf-8", "backslashreplace").replace(str(self.folder), "{folder}")
            lines = text.replace("v" + self.version, "v{version}").splitlines()
            # The lines of the usage text and of the log have fields of their own.
            for kind, mark in ((" flags", "\t-"), (" log", "opendmarc: DEBUG-i: "), ("", "")):
                found[name + kind] = " | ".join(line for line in lines if line.startswith(mark))
                lines = [line for line in lines if not line.startswith(mark)]
            found[name + " flags"] = " ".join(re.findall(r"\t(-\w)", found[name + " flags"]))
        return found

    def stop(self) -> None:
        """At once: OpenDMARC takes seconds to notice that it should end."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None
