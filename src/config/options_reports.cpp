// The history, reports, and names that newer OpenDMARC versions have added.

#include "config/option_sections.h"

namespace dmarc::config {
namespace {

std::vector<Option> history_options() {
  return {
      {.name = "HistoryFile",
       .type = Type::path,
       .example = "/var/lib/opendmarc/opendmarc.dat",
       .summary = "The file that gets a record of each message, for aggregate reports.",
       .details =
           "The records are in OpenDMARC's format and wait there until they are imported into a "
           "database. To rotate the file, rename it: the next record goes to a new one. A record "
           "is written before its message is answered. While the file can't be written (the disk "
           "is full, a permission is missing, somebody holds the lock), records wait in memory and "
           "mail goes on; the log says when that begins and when it ends."},
      {.name = "RecordAllMessages",
       .type = Type::boolean,
       .default_value = "false",
       .summary = "Record messages of domains without a DMARC record too."},
      {.name = "IgnoreMailTo",
       .type = Type::list,
       .example = "dmarc-reports@example.org",
       .summary = "Recipients whose mail is not recorded, separated by commas.",
       .details = "Addresses as they stand in the first To field. With the address that reports "
                  "come to, mail about reports does not cause further reports."},
  };
}

std::vector<Option> database_options() {
  return {
      {.name = "ReportDatabase",
       .default_value = "sqlite:/var/lib/opendmarc/opendmarc.sqlite",
       .summary = "Where `dmarcctl` keeps what it imports from history files, to make reports of.",
       .details =
           "`sqlite:PATH`, `mysql://USER:PASSWORD@HOST:PORT/NAME` (MariaDB; also `mariadb:`) or "
           "`postgresql://USER:PASSWORD@HOST:PORT/NAME`; `?socket=PATH` at the end stands for the "
           "host, `%XX` for a character. An OpenDMARC database on MariaDB can go on being used, "
           "once `dmarcctl db upgrade` has added what is missing. Several hosts may share one on "
           "MariaDB or PostgreSQL. A SQLite file is made when it is needed. The daemon itself "
           "never uses the database."},
      {.name = "ReportDatabasePasswordFile",
       .type = Type::path,
       .example = "/etc/opendmarc/database.password",
       .summary = "A file whose first line is the password, so that it need not stand in "
                  "`ReportDatabase`."},
  };
}

std::vector<Option> failure_report_options() {
  return {
      {.name = "FailureReports",
       .type = Type::boolean,
       .default_value = "false",
       .effect = Effect::later,
       .summary = "Send failure reports to domain owners that ask for them."},
      {.name = "FailureReportsOnNone",
       .type = Type::boolean,
       .default_value = "false",
       .effect = Effect::later,
       .summary = "Send them for domains whose policy is `none` too."},
      {.name = "FailureReportsBcc",
       .effect = Effect::later,
       .example = "postmaster@example.org",
       .summary = "An address that gets a copy of every failure report."},
      {.name = "FailureReportsSentBy",
       .effect = Effect::later,
       .example = "postmaster@example.org",
       .summary = "The From field of failure reports."},
      {.name = "NoReportsList",
       .type = Type::list_file,
       .effect = Effect::later,
       .example = "/etc/opendmarc/no.reports",
       .summary = "A file of addresses and domains that get no failure reports."},
      {.name = "ReportCommand",
       .default_value = "/usr/sbin/sendmail -t -odq",
       .effect = Effect::later,
       .summary = "The command that failure reports are handed to."},
  };
}

/// Files of newer OpenDMARC versions go on working; what these options chose is settled here by RFC
/// 9989, or by an option of our own.
std::vector<Option> newer_names() {
  return {
      {.name = "DMARCbisWalkMode",
       .in_sample = InSample::absent,
       .summary =
           "Read as `DiscoveryMethod`: `psl` and `rfc7489` as `psl`, `auto` and `rfc9989` as "
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
  };
}

}  // namespace

std::vector<Section> report_sections() {
  return {{"History", history_options()},
          {"Report database", database_options()},
          {"Failure reports", failure_report_options()},
          {"Names of newer OpenDMARC versions", newer_names()}};
}

}  // namespace dmarc::config
