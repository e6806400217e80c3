// The name "opendmarc-reports".

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <ostream>

#include "base/ascii.h"
#include "base/decimal.h"
#include "base/read_file.h"
#include "config/lists.h"
#include "dispatch/couriers.h"
#include "mail/header_field.h"
#include "report/utc_day.h"
#include "tools/database_address.h"
#include "tools/import_run.h"
#include "tools/opendmarc_program.h"
#include "tools/report_job.h"
#include "tools/reports_config.h"

namespace dmarc::tools {
namespace {

constexpr const char* default_config = "/etc/opendmarc/opendmarc-reports.conf";
constexpr std::string_view program = "opendmarc-reports";

constexpr std::array options{
    PerlOption{"config", "file", "configuration file [/etc/opendmarc/opendmarc-reports.conf]"},
    PerlOption{"day", "", "send reports for the last day (the default)"},
    opendmarc_dsn_option,
    opendmarc_database_options[0],
    opendmarc_database_options[1],
    opendmarc_database_options[2],
    opendmarc_database_options[3],
    opendmarc_database_options[4],
    opendmarc_database_options[5],
    PerlOption{"domain", "name", "force a report for the named domain"},
    PerlOption{"forensic", "", "send the message on standard input"},
    PerlOption{"interval", "secs", "report interval; a day is the only one there is"},
    PerlOption{"keepfiles", "", "keep report files (in the work directory)"},
    PerlOption{"workdir", "dir", "directory for report files [.]"},
    PerlOption{"n", "", "the same as --test"},
    PerlOption{"test", "", "don't send reports; imply --keepfiles"},
    PerlOption{"nodomain", "name", "omit a report for the named domain (several)"},
    PerlOption{"skipdomains", "file", "a file of domains to omit"},
    PerlOption{"no-reports-list", "file", "a file of addresses and domains that get no reports"},
    PerlOption{"NoReportsList", "file", "the same"},
    PerlOption{"update", "", "record that the reports have been sent (always done)"},
    PerlOption{"report-bcc", "addr", "send a copy of each report there"},
    PerlOption{"report-contact", "addr", "further contact information in reports"},
    PerlOption{"report-email", "addr", "From address of reports"},
    PerlOption{"report-org", "name", "organization that reports"},
    PerlOption{"smtp-server", "host", "SMTP server [127.0.0.1]"},
    PerlOption{"smtp-port", "port", "its port [25]"},
    PerlOption{"smtp-username", "name", "user name at the server"},
    PerlOption{"smtp-password", "word", "password at the server"},
    PerlOption{"smtp-ssl", "", "use TLS from the begin"},
    PerlOption{"smtp-ssl-ca-file", "file", "authorities that may sign the server's certificate"},
    PerlOption{"stale-check", "", "not supported: it tells a third party who gets reports"},
    PerlOption{"stale-def-deny", "", "not supported"},
    PerlOption{"stale-server", "url", "not supported"},
    PerlOption{"utc", "", "use UTC (always done)"},
    PerlOption{"verp", "", "use VERP; see ReportBounceAddress in opendmarc.conf(5)"},
};
