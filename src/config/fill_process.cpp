#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "base/ascii.h"
#include "base/decimal.h"
#include "base/read_file.h"
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

/// "10/1h": restarts and the time for them, in seconds or with a unit.
std::optional<RestartLimits::Rate> read_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto restarts = base::parse_decimal<unsigned>(text.substr(0, slash));
  std::string_view time = text.substr(slash + 1);
  long unit = 1;
  if (!time.empty() && !base::is_digit(time.back())) {
    const char letter = base::to_lower(time.back());
    unit = letter == 's'   ? 1
           : letter == 'm' ? 60
           : letter == 'h' ? 3600
           : letter == 'd' ? 86400
                           : 0;
    time.remove_suffix(1);
  }
  const auto count = base::parse_decimal<std::uint32_t>(time);
  if (!restarts || !count || *count == 0 || unit == 0) return std::nullopt;
  return RestartLimits::Rate{*restarts, std::chrono::seconds(*count * unit)};
}

Filled fill_restarts(Context& context, Process& process) {
  const Values& values = context.values();
  process.auto_restart = values.flag("AutoRestart");
  process.restart_limits.count = static_cast<unsigned>(values.number("AutoRestartCount"));
  if (!values.is_set("AutoRestartRate")) return {};
  const std::string text = values.text("AutoRestartRate");
  process.restart_limits.rate = read_rate(text);
  if (process.restart_limits.rate) return {};
  constexpr std::string_view expected = "NUMBER/TIME, the time with a unit of s, m, h or d";
  if (process.auto_restart) return context.wrong("AutoRestartRate", text, expected);
  context.warn("AutoRestartRate", "AutoRestartRate is not " + std::string(expected));
  return {};
}

struct Facility {
  std::string_view name;
  int value;
};

constexpr std::array facilities{
    Facility{"auth", LOG_AUTH},     Facility{"cron", LOG_CRON},     Facility{"daemon", LOG_DAEMON},
    Facility{"kern", LOG_KERN},     Facility{"lpr", LOG_LPR},       Facility{"mail", LOG_MAIL},
    Facility{"news", LOG_NEWS},     Facility{"security", LOG_AUTH}, Facility{"syslog", LOG_SYSLOG},
    Facility{"user", LOG_USER},     Facility{"uucp", LOG_UUCP},     Facility{"local0", LOG_LOCAL0},
    Facility{"local1", LOG_LOCAL1}, Facility{"local2", LOG_LOCAL2}, Facility{"local3", LOG_LOCAL3},
    Facility{"local4", LOG_LOCAL4}, Facility{"local5", LOG_LOCAL5}, Facility{"local6", LOG_LOCAL6},
    Facility{"local7", LOG_LOCAL7},
};

/// The LOG_ value of syslog.h, for a name in any case.
std::optional<int> facility(std::string_view name) {
  const auto found = std::ranges::find_if(
      facilities, [&](const Facility& row) { return base::iequals(row.name, name); });
  if (found == facilities.end()) return std::nullopt;
  return found->value;
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
  process.engine = context.values().is({"MilterEngine", "libmilter"}) ? MilterEngine::libmilter
                                                                      : MilterEngine::native;
  process.root_directory = values.text("ChangeRootDirectory");
  process.enable_coredumps = values.flag("EnableCoredumps");
  process.confine = values.flag("Confine");
  process.milter_debug = static_cast<int>(values.number("MilterDebug"));
  if (auto filled = fill_restarts(context, process); !filled) return filled;
  if (values.is_set("UMask"))
    process.umask = static_cast<unsigned>(values.number("UMask")) & umask_bits;
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
  constexpr std::size_t megabyte = 1'000'000;
  dns.cache_bytes = static_cast<std::size_t>(values.number("DNSCacheSize")) * megabyte;
  for (const std::string& text : values.list("Nameservers")) {
    const auto server = resolver::ServerAddress::parse(text);
    if (!server)
      return context.wrong("Nameservers", text, expected_value(List("Nameservers").option()));
    dns.nameservers.push_back(*server);
  }
  if (!values.is_set("TestDNSData")) return {};
  const std::string path = values.text("TestDNSData");
  context.remember(path);
  auto data = read_test_dns_data(path);
  if (!data) return context.failed(data.error());
  // Only when there is a record does it stand in for the DNS.
  if (!data->empty()) dns.test_data = std::move(*data);
  return {};
}

}  // namespace dmarc::config
