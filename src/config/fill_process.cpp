#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "base/read_file.h"
#include "config/facility.h"
#include "config/fill.h"
#include "config/test_dns_data.h"

namespace dmarc::config {
namespace {

/// 0, or what chdir(2) would fail with.
int folder_error(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno;
  if (!S_ISDIR(status.st_mode)) return ENOTDIR;
  return ::access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

}  // namespace

Filled fill_process(Context& context, Process& process) {
  const Values& values = context.values();
  process.socket = values.text("Socket");
  process.pid_file = values.text("PidFile");
  process.user = values.text("UserID");
  process.base_directory = values.text("BaseDirectory");
  process.background = values.flag("Background");
  process.max_connections = static_cast<std::size_t>(values.number("MaximumConnections"));
  process.engine =
      context.chosen("MilterEngine", "libmilter") ? MilterEngine::libmilter : MilterEngine::native;
  if (values.is_set("UMask")) process.umask = static_cast<unsigned>(values.number("UMask"));
  if (process.base_directory.empty()) return {};
  const int error = folder_error(process.base_directory);
  if (error == 0) return {};
  return context.failed(process.base_directory + ": chdir(): " + base::error_text(error));
}

Filled fill_logging(Context& context, Logging& logging) {
  logging.syslog = context.values().flag("Syslog");
  const std::string name = context.values().text("SyslogFacility");
  const auto known = facility(name);
  if (!known) context.warn("SyslogFacility", "unknown facility \"" + name + "\", using mail");
  logging.facility = known.value_or(LOG_MAIL);
  return {};
}

Filled fill_dns(Context& context, Dns& dns) {
  const Values& values = context.values();
  dns.timeout = std::chrono::seconds(values.number("DNSTimeout"));
  for (const std::string& text : values.list("Nameservers")) {
    const auto server = dns::ServerAddress::parse(text);
    if (!server)
      return context.wrong("Nameservers", text, expected_value(*find_option("Nameservers")));
    dns.nameservers.push_back(*server);
  }
  if (!values.is_set("TestDNSData")) return {};
  auto data = read_test_dns_data(values.text("TestDNSData"));
  if (!data) return context.failed(data.error());
  dns.test_data = std::move(*data);
  return {};
}

Filled fill_history(Context& context, History& history) {
  const Values& values = context.values();
  if (values.is_set("HistoryFile")) history.path = context.located(values.text("HistoryFile"));
  history.options.record_all = values.flag("RecordAllMessages");
  history.options.ignore_mail_to = values.list("IgnoreMailTo");
  return {};
}

Filled fill_reports(Context& context, Reports& reports) {
  const Values& values = context.values();
  reports.database = values.text("ReportDatabase");
  reports.password_file = values.text("ReportDatabasePasswordFile");
  return {};
}

}  // namespace dmarc::config
