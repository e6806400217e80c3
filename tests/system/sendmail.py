"""A Sendmail of its own: configuration, queue and log below the scratch directory. What it accepts it passes on to a sink."""

import os
import subprocess
from pathlib import Path

from namespace import HOST_NAME, SERVER
from services import Process
from smtp_sink import SmtpSink

# Where unpack-sendmail has put it.
ROOT = Path(os.environ["DMARCD_BIN_DIR"]).parent.parent / "sendmail"

CONFIGURATION = """\
divert(-1)
include(`{root}/usr/share/sendmail/cf/m4/cf.m4')dnl
divert(0)dnl
VERSIONID(`test')
OSTYPE(`linux')dnl
define(`confDOMAIN_NAME', `{host}')dnl
define(`confPID_FILE', `{scratch}/sendmail.pid')dnl
define(`QUEUE_DIR', `{scratch}/queue')dnl
define(`ALIAS_FILE', `')dnl
define(`STATUS_FILE', `{scratch}/status')dnl
define(`HELP_FILE', `{root}/etc/mail/helpfile')dnl
define(`confSERVICE_SWITCH_FILE', `{scratch}/service.switch')dnl
define(`confDELIVERY_MODE', `interactive')dnl
define(`confAUTH_MECHANISMS', `')dnl
define(`SMART_HOST', `relay:[127.0.0.1]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink}')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`promiscuous_relay')dnl
DAEMON_OPTIONS(`Name=MTA, Port=25, Addr={server}')dnl
INPUT_MAIL_FILTER(`dmarcd', `S=inet:8893@127.0.0.1, F=T, T=C:1m;S:1m;R:1m;E:2m')dnl
MAILER(`smtp')dnl
LOCAL_CONFIG
Cwyourdomain.com
"""


class Sendmail:
    """It takes yourdomain.com for its own domain, as the MTA of a company does."""

    def __init__(self, scratch: Path):
        self.scratch = scratch / "sendmail"
        (self.scratch / "queue").mkdir(parents=True)
        (self.scratch / "service.switch").write_text("hosts\tdns files\naliases\tfiles\n")
        self.sink = SmtpSink()
        configuration = self.scratch / "sendmail.mc"
        configuration.write_text(CONFIGURATION.format(root=ROOT, host=HOST_NAME, server=SERVER, scratch=self.scratch,
                                                      sink=self.sink.port))
        compiled = subprocess.run(["m4", f"-D_CF_DIR_={ROOT}/usr/share/sendmail/cf/", str(configuration)], check=True,
                                  capture_output=True).stdout
        (self.scratch / "sendmail.cf").write_bytes(compiled)
        self._process = Process(str(ROOT / "usr/libexec/sendmail/sendmail"), "-bD", "-C", str(self.scratch / "sendmail.cf"),
                                log=self.scratch / "sendmail.log", ready=(SERVER, 25))

    def stop(self) -> None:
        self._process.stop()
        self.sink.close()
