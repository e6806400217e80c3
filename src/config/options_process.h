// Where the filter listens, as whom it runs and where it logs.
#pragma once

#include <array>
#include <limits>

#include "config/option.h"

namespace dmarc::config {

inline constexpr long no_practical_limit = std::numeric_limits<int>::max();

inline constexpr auto process_options = std::to_array<Option>({
    {.name = "Socket",
     .reload = Reload::at_start,
     .in_sample = InSample::active,
     .example = "inet:8893@127.0.0.1",
     .summary = "Where the MTA connects: `inet:PORT@HOST`, `inet6:PORT@HOST`, `local:PATH` or "
                "`fd:NUMBER`; required unless `-p` is given.",
     .details =
         "`inet` and `inet6` listen on TCP. PORT is a number or the name of a service. Without "
         "`@HOST` the filter listens on all interfaces and anybody who can reach the port can "
         "use it, so give the loopback address.\n\n"
         "`local:PATH`, `unix:PATH` or a path alone make a UNIX socket. The MTA must be able to "
         "reach it: a Postfix service that runs in a chroot sees only what is below "
         "`/var/spool/postfix`. A socket file that an earlier run has left behind is removed; "
         "one that another process still listens on is not. See `UMask` for its permissions.\n\n"
         "`fd:NUMBER` takes a listening socket that was handed over. One that systemd hands over "
         "(see systemd.socket(5)) takes the place of this option."},
    {.name = "UserID",
     .reload = Reload::at_start,
     .in_sample = InSample::active,
     .example = "opendmarc",
     .summary = "The user to run as, `USER` or `USER:GROUP`; only root can change to another.",
     .details =
         "Names and numbers are accepted, but both must exist in the user database. "
         "Without GROUP the user's own groups are used. Privileges are given up before the "
         "socket is opened and before any message is read. The flag `-u` overrides this option."},
    {.name = "UMask",
     .type = Type::mode,
     .reload = Reload::at_start,
     .example = "007",
     .summary = "Permissions to take away from the UNIX socket and from files that are written.",
     .details =
         "An octal number needs a leading zero: `UMask 022` is what people mean, `UMask 22` "
         "is decimal and means 026. With `007` the MTA's user can use the socket when it is in "
         "the filter's group. Without this option the value is inherited."},
    {.name = "PidFile",
     .type = Type::path,
     .reload = Reload::at_start,
     .example = "/run/opendmarc/opendmarc.pid",
     .summary = "A file to write the process id to.",
     .details = "It is written after privileges are given up, so its folder must be writable "
                "for `UserID`; if it is not, this is logged and the filter runs. It is removed "
                "at the end. The flag `-P` overrides this option. systemd needs no such file."},
    {.name = "Background",
     .type = Type::boolean,
     .default_value = "true",
     .reload = Reload::at_start,
     .summary = "Leave the terminal and run in the background; the flag `-f` overrides it."},
    {.name = "BaseDirectory",
     .type = Type::path,
     .example = "/run/opendmarc",
     .summary = "The folder to change to at start.",
     .details = "Relative paths of list files and of `PublicSuffixList` are looked up below it. "
                "Give an absolute path."},
    {.name = "MaximumConnections",
     .type = Type::integer,
     .default_value = "5000",
     .range = {0, no_practical_limit},
     .reload = Reload::at_start,
     .summary = "The most MTA connections at a time; more are refused until some end.",
     .details =
         "The limit keeps a client that opens connections without end from using up threads "
         "and file descriptors; when it is reached, a warning is logged. Postfix opens one for "
         "each `smtpd` process that has a client. 0 leaves only the limit on file descriptors. "
         "These are shared out at the start: a fifth for the DNS, some for files, the rest for "
         "connections. Where fewer fit than this option says, a warning says how many."},
    {.name = "MilterEngine",
     .type = Type::choice,
     .default_value = "native",
     .words = {"native", "libmilter"},
     .reload = Reload::at_start,
     .summary = "Who speaks the milter protocol: this filter itself, or Sendmail's library.",
     .details = "Both do the same for the MTA. `native` serves all connections with a few "
                "threads and takes a fraction of the processor time; `libmilter` takes a thread "
                "for each connection."},
    {.name = "ChangeRootDirectory",
     .type = Type::path,
     .reload = Reload::at_start,
     .example = "/var/lib/opendmarc",
     .summary = "The folder to confine the filter to with chroot(2).",
     .details = "The configuration, the lists and the Public Suffix List are read before the "
                "change, so a reload finds only what is in that folder as well. The folder must "
                "contain `etc/resolv.conf`, unless `Nameservers` is set, `dev/log` in case syslog "
                "is restarted, and the folders of the socket, of `PidFile` and of `HistoryFile`, "
                "whose paths start there. Set `UserID`: root can leave such a folder. The sandbox "
                "of the systemd unit does this better."},
    {.name = "Confine",
     .type = Type::boolean,
     .default_value = "true",
     .reload = Reload::at_start,
     .summary = "Give up, once started, whatever the filter does not need: capabilities, other "
                "folders, most system calls.",
     .details = "The kernel then does not let the filter start programs, use files outside the "
                "folders of those that this configuration names, `/etc` and the time zones, or "
                "make system calls that it does not need. A reload finds new files in these "
                "folders only: restart the filter when a list or `HistoryFile` moves to another. "
                "What the kernel does not support, or a unit's `SystemCallFilter` forbids, is left "
                "out, and the log says so; it also names every system call that was refused."},
    {.name = "AutoRestart",
     .type = Type::boolean,
     .default_value = "false",
     .reload = Reload::at_start,
     .summary = "Start the filter again when it ends unexpectedly; the flag `-A` does the same.",
     .details = "A second process watches the filter, passes signals on and owns the pid file. A "
                "service manager does this better: `Restart=on-failure` with systemd."},
    {.name = "AutoRestartCount",
     .type = Type::integer,
     .default_value = "0",
     .range = {0, no_practical_limit},
     .reload = Reload::at_start,
     .summary = "How often `AutoRestart` starts it again; 0 means without limit."},
    {.name = "AutoRestartRate",
     .reload = Reload::at_start,
     .example = "10/1h",
     .summary = "The highest rate of restarts, `NUMBER/TIME` with a unit of `s`, `m`, `h` or `d`."},
    {.name = "EnableCoredumps",
     .type = Type::boolean,
     .default_value = "false",
     .reload = Reload::at_start,
     .summary = "Ask the kernel to write a core file if the filter crashes."},
    {.name = "MilterDebug",
     .type = Type::integer,
     .default_value = "0",
     .range = {0, no_practical_limit},
     .reload = Reload::at_start,
     .summary = "The debug level of the milter library, for `MilterEngine libmilter`."},
});

inline constexpr auto logging_options = std::to_array<Option>({
    {.name = "Syslog",
     .type = Type::boolean,
     .default_value = "false",
     .in_sample = InSample::active,
     .example = "true",
     .summary = "Log to syslog; the flag `-l` does the same.",
     .details = "Every message that is evaluated gets one line of the form `JOBID: DOMAIN RESULT`; "
                "every message that did not simply pass gets a second line that says why. Without "
                "this option the log goes to standard error when the filter stays in the "
                "foreground, and nowhere otherwise. With it, a filter in the foreground writes to "
                "standard error while nobody listens at `/dev/log`, as in a container."},
    {.name = "SyslogFacility",
     .default_value = "mail",
     .summary = "The syslog facility, for example `mail`, `daemon` or `local0`.",
     .details = "Known are `auth`, `cron`, `daemon`, `kern`, `lpr`, `mail`, `news`, `security` "
                "(the same as `auth`), `syslog`, `user`, `uucp` and `local0` to `local7`. Another "
                "name means `mail`, and a warning says so."},
});

}  // namespace dmarc::config
