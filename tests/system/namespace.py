"""The inside of the test's own network, mount and process namespaces: addresses, /dev/log, /etc/resolv.conf, /proc.

Only call this after `unshare --net --mount --pid`: it mounts over system paths.
"""

import os
import subprocess
from pathlib import Path

SERVER = "192.0.2.25"  # where Postfix listens
SERVER_V6 = "2001:db8:25::25"
GENUINE = "203.0.113.5"  # the host that the test domains' SPF records permit
ATTACKER = "198.51.100.66"  # a host that no record permits
FORWARDER = "198.51.100.7"  # a mailing list's host
GENUINE_V6 = "2001:db8:203::5"
HOST_NAME = "mail.yourdomain.com"


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def prepare() -> None:
    if os.getpid() != 1:  # `unshare --pid --fork` makes this process the first of its namespace
        raise SystemExit("namespace.prepare() outside a namespace of its own; use tests/system/run")
    _run("mount", "--make-rprivate", "/")
    if not os.stat("/").st_mode & 0o001:
        _open_root()
    _run("mount", "-t", "proc", "proc", "/proc")
    _run("ip", "link", "set", "lo", "up")
    for address in (SERVER, GENUINE, ATTACKER, FORWARDER):
        _run("ip", "address", "add", address + "/32", "dev", "lo")
    for address in (SERVER_V6, GENUINE_V6):
        _run("ip", "address", "add", address + "/128", "dev", "lo", "nodad")
    _run("hostname", HOST_NAME)
    _private_dev()
    _private_etc()


def _open_root() -> None:
    """A root folder that every user may pass. Some minimal systems keep theirs closed, and servers that give up root are
    helpless there."""
    root = Path("/mnt")
    here = os.getcwd()
    folders = [Path(entry.path) for entry in os.scandir("/") if entry.is_dir() and entry.path != str(root)]
    _run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(root))
    root.joinpath("mnt").mkdir()
    for folder in folders:
        inside = root / folder.name
        if folder.is_symlink():
            inside.symlink_to(os.readlink(folder))
        else:
            inside.mkdir()
            _run("mount", "--rbind", str(folder), str(inside))
    os.chroot(root)
    os.chdir(here)


def _private_dev() -> None:
    """A /dev of our own, so that a /dev/log can be made without the host seeing it."""
    dev = Path("/mnt")
    _run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(dev))
    for name in ("null", "zero", "random", "urandom"):
        (dev / name).touch()
        _run("mount", "--bind", f"/dev/{name}", str(dev / name))
    (dev / "shm").mkdir(mode=0o1777)
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"),
                         ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2")):
        (dev / name).symlink_to(target)
    _run("mount", "--move", str(dev), "/dev")


def _private_etc() -> None:
    """The resolver configuration of this network: the test's DNS server, on the port that everybody expects."""
    directory = Path("/dev/shm/etc")
    directory.mkdir(mode=0o755)
    files = {
        "resolv.conf": "nameserver 127.0.0.1\n",
        "hosts": f"127.0.0.1 localhost\n{SERVER} {HOST_NAME}\n",
    }
    for name, text in files.items():
        path = directory / name
        path.write_text(text)
        real = Path("/etc", name)
        if real.is_symlink() or not real.exists():
            real = Path(os.path.realpath(real))
            real.parent.mkdir(parents=True, exist_ok=True)
            real.touch()
        _run("mount", "--bind", str(path), str(real))
