#include "daemon/report_command.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "sending/command.h"

namespace dmarc::daemon {
namespace {

// For one message, handed to a program on this host.
constexpr std::chrono::seconds time_limit{60};

/// `dmarcctl submit`, with the recipients as its arguments.
class SubmitTransport final : public sending::Transport {
 public:
  explicit SubmitTransport(std::vector<std::string> words) : words_(std::move(words)) {}

  sending::Outcome send(const sending::Envelope& envelope, std::string_view message,
                        const Commit& commit) override {
    std::vector<std::string> words = words_;
    words.insert(words.end(), envelope.recipients.begin(), envelope.recipients.end());
    return sending::CommandTransport(std::move(words), time_limit).send(envelope, message, commit);
  }

 private:
  std::vector<std::string> words_;
};

/// It is installed beside this program.
std::string dmarcctl() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "/usr/sbin/dmarcctl" : self.parent_path() / "dmarcctl";
}

}  // namespace

std::unique_ptr<sending::Transport> report_command(const config::Configuration& configuration,
                                                   const std::string& configuration_path) {
  if (configuration.failure_reports.by_command)
    return std::make_unique<sending::CommandTransport>(configuration.submission.command,
                                                       time_limit);
  const std::string path = configuration_path.empty() ? "/dev/null" : configuration_path;
  return std::make_unique<SubmitTransport>(
      std::vector<std::string>{dmarcctl(), "submit", "--config", path, "--"});
}

}  // namespace dmarc::daemon
