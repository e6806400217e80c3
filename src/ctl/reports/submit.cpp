// dmarcctl submit: sends one message to the server of ReportSmtpServer. The daemon sends its
// failure reports with it.

#include <array>
#include <ctime>
#include <ostream>

#include "base/ascii.h"
#include "ctl/input.h"
#include "ctl/subcommand.h"
#include "dkim/signer.h"
#include "sending/curl/transports.h"

namespace dmarc::ctl {
namespace {

using sending::Outcome;

// The daemon waits a minute for this program; one message takes seconds.
constexpr sending::TimeLimits limits{.connect = std::chrono::seconds(15),
                                     .all = std::chrono::seconds(50)};

constexpr std::array flags{config_flag};

constexpr std::array statuses{
    ExitStatus{status::ok, "the server has taken the message"},
    ExitStatus{status::no_input, "standard input is empty"},
    ExitStatus{status::unavailable, "the server has refused it permanently"},
    ExitStatus{status::temporary_failure, "a later attempt may succeed"},
    ExitStatus{status::config, "the configuration is wrong, or the key can't be used"},
};

/// The message with CRLF line ends, whatever it came with.
std::string with_line_ends(std::string_view text) {
  std::string message;
  for (std::string_view line : base::split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    message.append(line).append("\r\n");
  }
  if (text.ends_with('\n')) message.resize(message.size() - 2);
  return message;
}

/// The message with a signature in front, when there is a key.
Input<std::string> sign(std::string message, const sending::Settings& settings) {
  if (!settings.dkim || !settings.email) return message;
  const auto signer = dkim::Signer::load(*settings.dkim, settings.email->domain);
  if (!signer) return tl::unexpected(InputError{status::config, signer.error()});
  return signer->sign(message, std::time(nullptr)) + message;
}

int report(const Outcome& outcome, Terminal terminal) {
  switch (outcome.state) {
    case Outcome::State::sent:
      break;
    case Outcome::State::later:
      return failure(terminal, "submit", outcome.answer, status::temporary_failure);
    case Outcome::State::failed:
      return failure(terminal, "submit", outcome.answer, status::unavailable);
  }
  return status::ok;
}

int run(const Arguments& arguments, Terminal terminal) {
  if (arguments.operands().empty()) return usage_error(terminal, "submit", "a recipient is needed");
  const auto settings = read_configuration(arguments);
  if (!settings) return failure(terminal, "submit", settings.error().text, status::config);
  const auto text = read_input("-");
  if (!text) return failure(terminal, "submit", text.error().text, text.error().status);
  if (text->empty()) return failure(terminal, "submit", "no message", status::no_input);
  const auto message = sign(with_line_ends(*text), settings->submission);
  if (!message) return failure(terminal, "submit", message.error().text, message.error().status);
  const auto transport = sending::SmtpTransport::make(settings->submission.smtp, limits);
  if (!transport) return failure(terminal, "submit", transport.error(), status::config);
  return report((*transport)->send({"", arguments.operands()}, *message), terminal);
}

}  // namespace

const Subcommand submit_subcommand{
    "submit",       "send a message from standard input as reports are sent",
    "RECIPIENT...", flags,
    statuses,       run};

}  // namespace dmarc::ctl
