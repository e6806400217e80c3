// dmarcctl probe: sends a message to a running filter as Postfix would.

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <ostream>

#include "base/ascii.h"
#include "base/json.h"
#include "ctl/input.h"
#include "ctl/subcommand.h"
#include "ctl/terminal.h"
#include "io/socket_spec.h"
#include "milter/client/delivery.h"

namespace dmarc::ctl {
namespace {

constexpr std::array flags{
    Flag{"socket", "SPEC",
         "where the filter listens (required): inet:HOST:PORT, unix:PATH as in "
         "main.cf, inet:PORT@HOST, local:PATH as in opendmarc.conf"},
    Flag{"ip", "ADDRESS", "address of the SMTP client (default 192.0.2.1)"},
    Flag{"client-name", "NAME", "host name of the SMTP client (default \"unknown\")"},
    Flag{"helo", "NAME", "what it said in HELO or EHLO (default \"unknown\")"},
    Flag{"mail-from", "ADDRESS", "envelope sender (default empty: the null reverse-path)"},
    Flag{"rcpt", "ADDRESS", "envelope recipient (several; default postmaster)"},
    Flag{"auth", "USER", "the client logged in as USER"},
    Flag{"as-mail", "", "not marked as a probe: leaves records, reports and log lines like mail"},
    Flag{"expect", "ANSWER",
         "accept, reject or defer: exit status 0 for this answer, 1 for another"},
    Flag{"ping", "", "no message: connect, agree on the protocol, and leave"},
    Flag{"timeout", "SECONDS", "how long to wait for each answer (default 30)"},
    json_flag,
};

constexpr std::array<ExitStatus, 8> statuses{{
    {status::ok, "the filter accepts the message; with --expect, it answers as expected"},
    {1, "it rejects it; with --expect, it answers otherwise"},
    {2, "it defers it (temporary failure), without --expect"},
    {status::usage, "wrong arguments"},
    {status::no_input, "the message can't be read"},
    {status::unavailable, "the filter can't be reached, or it broke the connection"},
    {status::temporary_failure, "the filter did not answer in time"},
    {status::protocol, "the filter's answers break the protocol"},
}};

// Longer than any field that a filter of this kind adds.
constexpr std::size_t max_shown = 2000;

std::string answer_text(const milter::client::Response& answer) {
  const std::string reply = answer.smtp_reply();
  return std::string(to_string(answer.kind)) +
         (reply.empty() ? "" : ": " + base::printable(reply, max_shown));
}

std::string_view kind_word(const milter::client::HeaderEdit& edit) {
  switch (edit.kind) {
    case milter::client::HeaderEdit::Kind::insert:
      return "insert";
    case milter::client::HeaderEdit::Kind::add:
      return "add";
    case milter::client::HeaderEdit::Kind::change:
      break;
  }
  return edit.removes() ? "remove" : "change";
}

std::string_view shown_value(const milter::client::HeaderEdit& edit) {
  return mail::shown_value({edit.name, edit.value});
}

std::string edit_text(const milter::client::HeaderEdit& edit) {
  const std::string field = base::printable(edit.name);
  const std::string value = base::printable(shown_value(edit), max_shown);
  switch (edit.kind) {
    case milter::client::HeaderEdit::Kind::insert:
      return "insert at " + std::to_string(edit.index) + ": " + field + ": " + value;
    case milter::client::HeaderEdit::Kind::add:
      return "add: " + field + ": " + value;
    case milter::client::HeaderEdit::Kind::change:
      break;
  }
  if (edit.removes()) return "remove " + field + " field " + std::to_string(edit.index);
  return "change " + field + " field " + std::to_string(edit.index) + ": " + value;
}

Outline outline_of(const milter::client::Delivery& delivery, std::string_view filter) {
  Outline outline("filter at " + base::printable(filter));
  for (const milter::client::Delivery::Step& step : delivery.steps)
    outline.add(std::string(step.event) + ": " + answer_text(step.answer));
  for (const milter::client::HeaderEdit& edit : delivery.edits.header)
    outline.add(edit_text(edit));
  if (delivery.edits.quarantine) outline.add("put on hold", *delivery.edits.quarantine);
  outline.add("result: " + answer_text(delivery.answer));
  return outline;
}

base::Json json_of(const milter::client::Delivery& delivery) {
  auto steps = base::Json::array();
  for (const milter::client::Delivery::Step& step : delivery.steps)
    steps.push(
        base::Json::object().set("event", step.event).set("answer", to_string(step.answer.kind)));
  auto edits = base::Json::array();
  for (const milter::client::HeaderEdit& edit : delivery.edits.header)
    edits.push(base::Json::object()
                   .set("kind", kind_word(edit))
                   .set("index", edit.index)
                   .set("name", edit.name)
                   .set("value", shown_value(edit)));
  const auto& hold = delivery.edits.quarantine;
  return base::Json::object()
      .set("answer", to_string(delivery.answer.kind))
      .set("reply", delivery.answer.smtp_reply())
      .set("hold", hold ? base::Json(*hold) : base::Json())
      .set("events", std::move(steps))
      .set("header_changes", std::move(edits));
}

// Long enough for any filter that an MTA would wait for.
constexpr unsigned max_timeout_seconds = 3600;

/// The answers, as --expect names them, and the exit status of each without it.
struct Expectation {
  std::string_view word;
  int status;
};
constexpr std::array expectations{Expectation{"accept", status::ok}, Expectation{"reject", 1},
                                  Expectation{"defer", 2}};

struct Request {
  io::SocketSpec socket;
  std::string socket_text;
  std::chrono::seconds timeout{30};
  milter::client::SmtpSession session;
  milter::client::SmtpMessage message;
  std::optional<int> expected;  ///< the exit status that the answer would give
};

int exit_status(const milter::client::Error& error) {
  switch (error.kind) {
    case milter::client::Error::Kind::unreachable:
    case milter::client::Error::Kind::closed:
      break;
    case milter::client::Error::Kind::timeout:
      return status::temporary_failure;
    case milter::client::Error::Kind::protocol:
      return status::protocol;
  }
  return status::unavailable;
}

int exit_status(const milter::client::Response& answer) {
  switch (answer.kind) {
    case milter::client::Response::Kind::reject:
      return 1;
    case milter::client::Response::Kind::tempfail:
      return 2;
    case milter::client::Response::Kind::disconnect:
      return status::unavailable;
    default:
      return status::ok;
  }
}

tl::unexpected<InputError> wrong(std::string text) {
  return tl::unexpected(InputError{status::usage, std::move(text)});
}

Input<std::chrono::seconds> read_timeout(const Arguments& arguments) {
  unsigned seconds = 0;
  for (const char c : arguments.value_or("timeout", "30")) {
    if (!base::is_digit(c)) return wrong("--timeout takes a number of seconds");
    seconds = std::min(seconds * 10 + static_cast<unsigned>(c - '0'), max_timeout_seconds);
  }
  if (seconds == 0) return wrong("--timeout takes a number of seconds");
  return std::chrono::seconds(seconds);
}

Input<milter::client::SmtpSession> read_session(const Arguments& arguments) {
  milter::client::SmtpSession session;
  const std::string address = arguments.value_or("ip", "192.0.2.1");
  session.address = base::IpAddress::parse(address);
  if (!session.address) return wrong("\"" + base::printable(address) + "\" is not an IP address");
  session.client_name = arguments.value_or("client-name", "unknown");
  session.helo = arguments.value_or("helo", "unknown");
  session.login = arguments.value_or("auth", "");
  session.mta_name = "probe.localhost";
  session.probe = !arguments.has("as-mail");
  return session;
}

Input<milter::client::SmtpMessage> read_message(const Arguments& arguments) {
  const auto text = read_input(arguments.operands().front());
  if (!text) return tl::unexpected(text.error());
  milter::client::SmtpMessage message;
  milter::client::set_content(message, *text);
  message.queue_id = "PROBE";
  message.sender = arguments.value_or("mail-from", "");
  message.recipients = arguments.values("rcpt");
  if (message.recipients.empty()) message.recipients.push_back("postmaster");
  return message;
}

Input<std::optional<int>> read_expected(const Arguments& arguments) {
  const auto word = arguments.value("expect");
  if (!word) return std::nullopt;
  const auto* const found = std::ranges::find(expectations, *word, &Expectation::word);
  if (found == expectations.end()) return wrong("--expect takes accept, reject or defer");
  return found->status;
}

/// Where and how long, of all requests.
Input<Request> read_target(const Arguments& arguments) {
  Request request;
  const auto text = arguments.value("socket");
  if (!text) return wrong("option --socket is missing");
  const auto spec = io::parse_socket_to_connect(*text);
  if (!spec) return wrong("socket " + spec.error());
  const auto timeout = read_timeout(arguments);
  if (!timeout) return tl::unexpected(timeout.error());
  request.socket = *spec;
  request.socket_text = *text;
  request.timeout = *timeout;
  return request;
}

Input<Request> read_request(const Arguments& arguments) {
  auto request = read_target(arguments);
  if (!request) return request;
  if (arguments.has("ping")) {
    if (!arguments.operands().empty()) return wrong("--ping sends no message");
    return request;
  }
  if (arguments.operands().size() != 1)
    return wrong("one message is needed: a file, or - for standard input");
  const auto expected = read_expected(arguments);
  if (!expected) return tl::unexpected(expected.error());
  auto session = read_session(arguments);
  if (!session) return tl::unexpected(session.error());
  auto message = read_message(arguments);
  if (!message) return tl::unexpected(message.error());
  request->expected = *expected;
  request->session = std::move(*session);
  request->message = std::move(*message);
  return request;
}

tl::expected<milter::client::Client, milter::client::Error> reach(const Request& request) {
  milter::client::Client::Options options;
  options.timeout = request.timeout;
  return milter::client::Client::connect_to(request.socket, options);
}

tl::expected<void, milter::client::Error> ping(const Request& request) {
  auto client = reach(request);
  if (!client) return tl::unexpected(client.error());
  client->quit();
  return {};
}

tl::expected<milter::client::Delivery, milter::client::Error> deliver(const Request& request) {
  auto client = reach(request);
  if (!client) return tl::unexpected(client.error());
  milter::client::Delivery delivery;
  auto told = milter::client::begin_session(*client, request.session, delivery);
  const bool goes_on = !delivery.answer.refuses() &&
                       delivery.answer.kind != milter::client::Response::Kind::disconnect;
  if (told && goes_on) told = milter::client::send_message(*client, request.message, delivery);
  if (!told) return tl::unexpected(told.error());
  client->quit();
  return delivery;
}

int unreached(Terminal terminal, const Request& request, const milter::client::Error& error) {
  return failure(terminal, "probe", base::printable(request.socket_text) + ": " + error.text,
                 exit_status(error));
}

int run(const Arguments& arguments, Terminal terminal) {
  const auto request = read_request(arguments);
  if (!request && request.error().status == status::usage)
    return usage_error(terminal, "probe", request.error().text);
  if (!request) return failure(terminal, "probe", request.error().text, request.error().status);
  if (arguments.has("ping")) {
    const auto reached = ping(*request);
    return reached ? status::ok : unreached(terminal, *request, reached.error());
  }
  const auto delivery = deliver(*request);
  if (!delivery) return unreached(terminal, *request, delivery.error());
  if (arguments.has("json"))
    terminal.out << json_of(*delivery).text() << "\n";
  else
    terminal.out << outline_of(*delivery, request->socket_text).text();
  const int found = exit_status(delivery->answer);
  if (!request->expected || found == status::unavailable) return found;
  return found == *request->expected ? status::ok : 1;
}

}  // namespace

const Subcommand probe_subcommand{
    "probe",           "send a message to a running filter, as Postfix would",
    "FILE|- | --ping", flags,
    statuses,          run};

}  // namespace dmarc::ctl
