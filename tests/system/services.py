"""The programs of a mail server, started on a scratch directory and stopped by their own pids."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from namespace import HOST_NAME, SERVER, SERVER_V6

T = TypeVar("T")
DEADLINE = 30  # seconds that a program may take to come up; a slow machine is not a failure


def wait_until(condition: Callable[[], T], what: str) -> T:
    """The first result of `condition()` that is true: for what gives no sign but its effect."""
    end = time.monotonic() + DEADLINE
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"never: {what}")
        time.sleep(0.02)
    return result


def accepts(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_for_port(address: str, port: int) -> None:
    wait_until(lambda: accepts(address, port), f"something that listens on {address}:{port}")


def wait_for_path(path: str) -> None:
    wait_until(lambda: os.path.exists(path), path)


class Process:
    """A program in the foreground. `prefix` is a command that starts it; `ready` is where it
    listens; the other options are those of Popen."""

    def __init__(self, *command: str, log: Path, ready: tuple[str, int] | Path, prefix: list[str] = (), **options):
        self.log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen([*prefix, *command], stdout=output, stderr=output,
                                             **{"stdin": subprocess.DEVNULL, **options})
        self.pid = self._process.pid
        try:
            wait_for_path(str(ready)) if isinstance(ready, Path) else wait_for_port(*ready)
        except AssertionError as error:
            self.stop()
            raise AssertionError(f"{command[0]}: {error}\n{log.read_text()}") from error

    def wait(self) -> int:
        """The exit status of a program that ends by itself."""
        return self._process.wait(timeout=60)

    def stop(self) -> int:
        """Sends SIGTERM and returns the exit status. Whatever a test makes the filter do belongs to its work, so none of
        its system calls may have been refused."""
        if self._process.poll() is None:
            self._process.terminate()
        status = self.wait()
        said = self.log.read_text(errors="replace") if self.log.exists() else ""
        if refused := re.findall("refused the system call .*", said):
            raise AssertionError(refused)
        return status


def start_unbound(scratch: Path, records: list[str], refused: tuple[str, ...] = ()) -> Process:
    """A DNS server on 127.0.0.1:53 that knows `records` (master-file lines), refuses to answer for the domains `refused`,
    and says NXDOMAIN to everything else."""
    quoted = "\n".join([*(f"  local-data: '{record}'" for record in records),
                        *(f'  local-zone: "{domain}." always_refuse' for domain in refused)])
    (scratch / "unbound.conf").write_text(f"""\
server:
  interface: 127.0.0.1
  port: 53
  access-control: 127.0.0.0/8 allow
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{scratch}"
  pidfile: ""
  use-syslog: no
  verbosity: 1
  module-config: "iterator"
  local-zone: "." static
{quoted}
remote-control:
  control-enable: no
""")
    return Process("unbound", "-d", "-c", str(scratch / "unbound.conf"), log=scratch / "unbound.log",
                   ready=("127.0.0.1", 53))


def start_opendkim(scratch: Path, more: str = "") -> Process:
    """A verifying OpenDKIM as the usual how-to sets it up, on 127.0.0.1:8891; `more` are further lines of its
    configuration."""
    (scratch / "opendkim.conf").write_text(f"""\
Syslog yes
Mode v
AuthservID {HOST_NAME}
Socket inet:8891@127.0.0.1
Nameservers 127.0.0.1
PidFile {scratch}/opendkim.pid
{more}""")
    return Process("opendkim", "-f", "-x", str(scratch / "opendkim.conf"), log=scratch / "opendkim.log",
                   ready=("127.0.0.1", 8891))


class Postfix:
    """A Postfix of its own: configuration, queue and mailboxes below the scratch directory.

    It receives for victim.example into one mailbox file a message, and offers AUTH to the user "submitter".
    """

    MAIN_CF = """\
compatibility_level = 3.6
myhostname = {host}
mydestination =
inet_interfaces = {server}, [{server_v6}], 127.0.0.1
inet_protocols = all
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
virtual_mailbox_domains = victim.example
virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = static:inbox/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = {host}
smtpd_peername_lookup = no
smtputf8_enable = yes
alias_maps =
alias_database =
"""

    # The usual lines, as an administrator would add them.
    MILTERS = """\
milter_default_action = accept
milter_protocol = 6
smtpd_milters = inet:127.0.0.1:8891, inet:127.0.0.1:8893
non_smtpd_milters = $smtpd_milters
"""

    def __init__(self, scratch: Path, milters: str = MILTERS):
        import grp
        import pwd

        self.root = scratch / "postfix"
        self.config = self.root / "etc"
        for directory in (self.config, self.root / "queue", self.root / "mail"):
            directory.mkdir(parents=True, exist_ok=True)
        user = pwd.getpwnam("postfix")
        (self.root / "data").mkdir(exist_ok=True)
        os.chown(self.root / "data", user.pw_uid, user.pw_gid)
        os.chown(self.root / "mail", user.pw_uid, user.pw_gid)
        self.root.chmod(0o755)
        (self.config / "main.cf").write_text(
            self.MAIN_CF.format(root=self.root, host=HOST_NAME, server=SERVER, server_v6=SERVER_V6, uid=user.pw_uid, gid=user.pw_gid) +
            milters)
        shutil.copy("/usr/share/postfix/master.cf.dist", self.config / "master.cf")
        self._add_user(grp.getgrnam("postfix").gr_gid)
        for service in ("smtp/inet", "smtp/unix", "cleanup/unix", "rewrite/unix", "trace/unix", "bounce/unix",
                        "defer/unix", "lmtp/unix", "error/unix", "virtual/unix", "local/unix"):
            self._command("postconf", "-F", f"{service}/chroot=n")
        self._command("postfix", "start")
        wait_for_port(SERVER, 25)

    def _add_user(self, group: int) -> None:
        """SASL finds its users in /etc/sasldb2 whatever main.cf says, so ours is mounted there, in this namespace only."""
        database = self.root / "sasldb2"
        subprocess.run(["saslpasswd2", "-p", "-c", "-f", str(database), "-u", HOST_NAME, "submitter"],
                       input=b"secret", check=True)
        os.chown(database, 0, group)
        database.chmod(0o640)
        Path("/etc/sasldb2").touch()
        subprocess.run(["mount", "--bind", str(database), "/etc/sasldb2"], check=True)

    def _command(self, program: str, *arguments: str) -> None:
        result = subprocess.run([program, "-c", str(self.config), *arguments], capture_output=True, text=True)
        if result.returncode:
            raise AssertionError(f"{program} {arguments}: {result.stdout}{result.stderr}")

    def set(self, *parameters: str) -> None:
        """Changes main.cf parameters ("name = value") and applies them."""
        self._command("postconf", "-e", *parameters)
        self._command("postfix", "reload")

    def add_service(self, line: str) -> None:
        """Adds a line to master.cf; set() applies it."""
        with (self.config / "master.cf").open("a") as master:
            master.write(line + "\n")

    def stop(self) -> None:
        self._command("postfix", "stop")
        subprocess.run(["umount", "/etc/sasldb2"], check=True)

    def mailbox(self) -> list[Path]:
        return sorted((self.root / "mail" / "inbox" / "new").glob("*"))
