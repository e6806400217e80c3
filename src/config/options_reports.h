// The history, reports, and names that newer OpenDMARC versions have added.
#pragma once

#include <array>

#include "config/option.h"

namespace dmarc::config {

inline constexpr auto history_options = std::to_array<Option>({
    {.name = "HistoryFile",
     .type = Type::path,
     .example = "/var/lib/opendmarc/opendmarc.dat",
     .summary = "The file that gets a record of each message, for aggregate reports.",
     .details =
         "The records are in OpenDMARC's format and wait there until they are imported into a "
         "database. To rotate the file, rename it: the next record goes to a new one. A record is "
         "written before its message is answered. While the file can't be written (the disk is "
         "full, a permission is missing, another program holds the lock), records wait in memory "
         "and mail goes on; the log says when that begins and when it ends."},
    {.name = "RecordAllMessages",
     .type = Type::boolean,
     .default_value = "false",
     .summary = "Record messages of domains without a DMARC record too."},
    {.name = "IgnoreMailTo",
     .type = Type::list,
     .example = "dmarc-reports@example.org",
     .summary = "Recipients whose mail is not recorded, separated by commas.",
     .details = "A message is not recorded when its first To field or its envelope names one of "
                "them. With the address that reports come to, mail about reports does not cause "
                "further reports."},
});

inline constexpr auto database_options = std::to_array<Option>({
    {.name = "ReportDatabase",
     .default_value = "sqlite:/var/lib/opendmarc/opendmarc.sqlite",
     .summary = "Where `dmarcctl` keeps what it imports from history files, to make reports of.",
     .details = "`sqlite:PATH`, `mysql://USER:PASSWORD@HOST:PORT/NAME` (MariaDB; also `mariadb:`) "
                "or `postgresql://USER:PASSWORD@HOST:PORT/NAME`; `?socket=PATH` at the end stands "
                "for the host, `%XX` for a character. An OpenDMARC database on MariaDB can still "
                "be used, once `dmarcctl db upgrade` has added what is missing. Several hosts may "
                "share one on MariaDB or PostgreSQL. A SQLite file is created when it is needed. "
                "The daemon itself never uses the database."},
    {.name = "ReportDatabasePasswordFile",
     .type = Type::path,
     .example = "/etc/opendmarc/database.password",
     .summary = "A file whose first line is the password, so that it need not stand in "
                "`ReportDatabase`."},
});

inline constexpr auto failure_report_options = std::to_array<Option>({
    {.name = "FailureReports",
     .type = Type::boolean,
     .default_value = "false",
     .summary = "Send failure reports to domain owners that ask for them (tag `ruf`).",
     .details =
         "Such a report is about one message: where it came from, which checks failed (the tag "
         "`fo` says which matter) and its header, never its body. It is sent after the message was "
         "answered, by `ReportCommand` where the file has that option, otherwise as "
         "`ReportTransport` says. The process that sends reports is started with the filter: if "
         "this option was off then, or `ReportCommand` has changed, restart the filter.\n\n"
         "No report is made about mail with the null sender, about mail that says "
         "`Auto-Submitted`, about reports, or for the record of a public suffix (`psd=y`); "
         "addresses of other organizations must have agreed to get reports on the domain."},
    {.name = "FailureReportsOnNone",
     .type = Type::boolean,
     .default_value = "false",
     .summary = "Send them for domains whose policy is `none` too."},
    {.name = "FailureReportsBcc",
     .example = "postmaster@example.org",
     .summary = "An address, or several separated by commas, that gets a copy of every failure "
                "report.",
     .details = "It also gets reports on messages that fail when the domain owner asks for none."},
    {.name = "FailureReportsSentBy",
     .example = "DMARC reports <postmaster@example.org>",
     .summary = "The From field of failure reports.",
     .details =
         "Without it: `ReportEmail`, and without that, as OpenDMARC has it, `OpenDMARC Filter "
         "<USER@HOST>`, where `USER` is the user that the filter runs as and `HOST` is the "
         "MTA's name."},
    {.name = "FailureReportsRedact",
     .type = Type::boolean,
     .default_value = "true",
     .summary = "Replace the local parts of addresses in failure reports by hashes.",
     .details =
         "The key is made at start and stored nowhere: until the next start equal addresses have "
         "equal hashes, but nobody can find out what they are. Links are cut after the host."},
    {.name = "FailureReportsPerDestination",
     .type = Type::integer,
     .default_value = "10",
     .range = {1, 100'000},
     .summary = "The most failure reports that one address gets in an hour.",
     .details =
         "Those held back are counted, and the next report says how many messages it stands for."},
    {.name = "FailureReportsPerHour",
     .type = Type::integer,
     .default_value = "100",
     .range = {1, 1'000'000},
     .summary = "The most failure reports that are sent in an hour, the copies for "
                "`FailureReportsBcc` included."},
});

/// Of aggregate and failure reports alike.
inline constexpr auto report_mail_options = std::to_array<Option>({
    {.name = "ReportEmail",
     .example = "dmarc-reports@example.org",
     .summary = "The From address of aggregate reports, also the contact in them.",
     .details = "Reports come from its domain, whose own DMARC policy must let them pass. Without "
                "it: `postmaster` at this host's name."},
    {.name = "ReportOrgName",
     .example = "Example Mail",
     .summary = "The organization that reports. Without it: the domain of `ReportEmail`."},
    {.name = "ReportContact",
     .example = "https://example.org/dmarc",
     .summary = "Further contact information for the readers of aggregate reports."},
    {.name = "ReportBcc",
     .example = "postmaster@example.org",
     .summary = "An address that gets a copy of every aggregate report."},
    {.name = "ReportBounceAddress",
     .example = "dmarc-bounces@example.org",
     .summary = "Where reports that can't be delivered are returned to.",
     .details =
         "The report's identifier is added to the local part: "
         "`dmarc-bounces+IDENTIFIER@example.org`, so the MTA must deliver such addresses "
         "(`recipient_delimiter = +` in Postfix). Give the bounces to `dmarcctl bounce`, which "
         "stops reports to addresses that don't exist. Without this option reports have the "
         "null reverse-path and nothing comes back."},
    {.name = "ReportDkimKey",
     .type = Type::path,
     .example = "/etc/opendmarc/report.key",
     .summary = "A private key (PEM, RSA or Ed25519) that signs report mail.",
     .details = "Needs `ReportDkimSelector`. Leave both out where the MTA signs."},
    {.name = "ReportDkimSelector", .example = "reports", .summary = "The selector of that key."},
    {.name = "ReportDkimDomain",
     .example = "example.org",
     .summary = "The domain of that key. Without it: the domain of `ReportEmail`."},
    {.name = "NoReportsList",
     .type = Type::list_file,
     .example = "/etc/opendmarc/no.reports",
     .summary = "A file of addresses and domains that get no reports.",
     .details = "A domain stands for its own addresses, not for those of its subdomains."},
});

inline constexpr auto report_delivery_options = std::to_array<Option>({
    {.name = "ReportTransport",
     .type = Type::choice,
     .default_value = "smtp",
     .words = {"smtp", "command"},
     .summary = "How reports are sent: by SMTP to `ReportSmtpServer`, or by `ReportCommand`.",
     .details = "Failure reports are sent by `ReportCommand` whenever the file has that option."},
    {.name = "ReportCommand",
     .default_value = "/usr/sbin/sendmail -t -odq",
     .summary = "The command that takes reports on its standard input.",
     .details = "The program's full path and its arguments, separated by blanks, and quoted where "
                "they contain blanks. No shell is involved, so there are no variables, pipes or "
                "redirections. A program called `sendmail` also gets `-f` and the reverse-path."},
    {.name = "ReportSmtpServer",
     .default_value = "127.0.0.1:25",
     .summary = "The server that takes reports: `HOST` or `HOST:PORT`."},
    {.name = "ReportSmtpTls",
     .type = Type::choice,
     .default_value = "opportunistic",
     .words = {"none", "opportunistic", "starttls", "implicit"},
     .summary = "How the connection to that server is encrypted.",
     .details =
         "`opportunistic` uses STARTTLS where it is offered, whoever the server is; right for the "
         "MTA on this host. `starttls` and `implicit` (port 465) require a valid certificate for "
         "the server's name. With `ReportSmtpUser`, `opportunistic` means `starttls`."},
    {.name = "ReportSmtpCAFile",
     .type = Type::path,
     .example = "/etc/ssl/certs/ca-certificates.crt",
     .summary = "The authorities that may sign the server's certificate. Without it: the "
                "system's."},
    {.name = "ReportSmtpUser", .example = "reports", .summary = "The user name at that server."},
    {.name = "ReportSmtpPasswordFile",
     .type = Type::path,
     .example = "/etc/opendmarc/smtp.password",
     .summary = "A file whose first line is the password for it."},
    {.name = "ReportFormat",
     .type = Type::choice,
     .default_value = "rfc9990",
     .words = {"rfc9990", "rfc7489"},
     .summary = "The form of aggregate reports.",
     .details = "`rfc7489` is the older one, without a namespace: for destinations whose readers "
                "know no other. What it has no words for is left out or said by its nearest word: "
                "`pass` as `none`, the test mode as a reason `other`."},
    {.name = "ReportHttps",
     .type = Type::boolean,
     .default_value = "false",
     .summary = "Send aggregate reports to `https:` destinations too.",
     .details = "Never to private, loopback or link-local addresses; redirects are not "
                "followed. RFC 9990 defines reports by mail only."},
    {.name = "ReportMaxSize",
     .type = Type::integer,
     .default_value = "10485760",
     .range = {100'000, 50'000'000},
     .summary = "The most octets that the mail of an aggregate report may have.",
     .details = "A larger report is split into several, each with a part of the rows."},
});

/// Files of newer OpenDMARC versions go on working; what these options chose is settled here by RFC
/// 9989, or by an option of our own.
inline constexpr auto newer_names = std::to_array<Option>({
    {.name = "DMARCbisWalkMode",
     .in_sample = InSample::absent,
     .summary = "Read as `DiscoveryMethod`: `psl` and `rfc7489` as `psl`, `auto` and `rfc9989` as "
                "`treewalk`.",
     .details = "`DiscoveryMethod` wins if both are set."},
    {.name = "DMARCbisWalkModeFallback",
     .effect = Effect::never,
     .in_sample = InSample::absent,
     .summary = "A second way of discovery.",
     .details = "the method of `DiscoveryMethod` decides alone"},
    {.name = "DMARCbisIgnorePct",
     .type = Type::boolean,
     .default_value = "false",
     .effect = Effect::never,
     .in_sample = InSample::absent,
     .summary = "Whether the tag `pct` is ignored.",
     .details = "`pct` is always ignored, because RFC 9989 has no such tag"},
    {.name = "ReadCanonicalizedData",
     .type = Type::boolean,
     .default_value = "false",
     .effect = Effect::never,
     .in_sample = InSample::absent,
     .summary = "Whether OpenDKIM's canonicalized data goes into failure reports.",
     .details = "such fields are not read"},
    {.name = "LogSPFDNS",
     .type = Type::boolean,
     .default_value = "false",
     .effect = Effect::never,
     .in_sample = InSample::absent,
     .summary = "Whether SPF records are logged for failure reports.",
     .details = "`dmarcctl explain` shows the SPF record of a message"},
});

}  // namespace dmarc::config
