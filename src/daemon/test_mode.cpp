#include "daemon/test_mode.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "base/read_file.h"
#include "daemon/process.h"
#include "filter/wait.h"

namespace dmarc::daemon {
namespace {

using Address = tl::expected<base::IpAddress, FatalError>;

std::string variable_or(const char* name, std::string value) {
  const char* const set = std::getenv(name);
  return set != nullptr ? set : std::move(value);
}

Address resolve(const std::string& text) {
  if (const auto address = base::IpAddress::parse(text)) return *address;
  addrinfo* found = nullptr;
  if (const int status = ::getaddrinfo(text.c_str(), nullptr, nullptr, &found); status != 0) {
    return tl::unexpected(FatalError{EX_NOHOST, text + ": " + ::gai_strerror(status)});
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  const bool v4 = found->ai_family == AF_INET;
  const void* const octets =
      v4 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(found->ai_addr)->sin_addr)
         : &reinterpret_cast<const sockaddr_in6*>(found->ai_addr)->sin6_addr;
  return *base::IpAddress::from_octets(
      {static_cast<const char*>(octets), v4 ? sizeof(in_addr) : sizeof(in6_addr)});
}

/// Passes the header fields of a message to the session as an MTA does: the value with the blanks
/// in front, folded lines joined by LF. `passed` gets the number of the line that each began in.
/// Returns the body; the error is one clause with the line's number.
tl::expected<std::string_view, std::string> send_header(
    std::string_view text, filter::Session& session, const std::function<void(unsigned)>& passed) {
  std::string name;
  std::string value;
  unsigned began = 0;
  unsigned number = 0;
  std::string_view body;
  const auto flush = [&] {
    if (name.empty()) return;
    session.header(name, value);
    passed(began);
  };
  for (std::string_view line : base::split(text, '\n')) {
    ++number;
    const auto end = static_cast<std::size_t>(line.data() + line.size() - text.data());
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) {
      body = text.substr(std::min(end + 1, text.size()));
      break;
    }
    const std::size_t colon = line.find(':');
    if (base::is_blank(line.front()) && !name.empty()) {
      value.append("\n").append(line);
      continue;
    }
    if (colon == std::string_view::npos || colon == 0) {
      return tl::unexpected("line " + std::to_string(number) + ": header malformed");
    }
    flush();
    began = number;
    name = line.substr(0, colon);
    value = line.substr(colon + 1);
  }
  flush();
  return body;
}

std::string_view status_name(policy::Action action) {
  switch (action) {
    case policy::Action::accept:
      return "SMFIS_ACCEPT";
    case policy::Action::proceed:
      return "SMFIS_CONTINUE";
    case policy::Action::reject:
      return "SMFIS_REJECT";
    case policy::Action::tempfail:
      break;
  }
  return "SMFIS_TEMPFAIL";
}

void print_changes(const policy::Judgement& judgement) {
  for (const policy::Removal& removal : judgement.removals) {
    std::cout << "### CHGHEADER: idx=" << removal.index
              << " hname='Authentication-Results' hvalue=''\n";
  }
  if (judgement.copy_to) std::cout << "### ADDRCPT: '" << *judgement.copy_to << "'\n";
  for (const policy::InsertedField& field : judgement.insertions) {
    std::cout << "### INSHEADER: idx=0 hname='" << field.name << "' hvalue='" << field.value
              << "'\n";
  }
  if (judgement.hold_reason) {
    std::cout << "### QUARANTINE: '" << *judgement.hold_reason << "'\n";
  }
  if (judgement.reply) {
    std::cout << "### SETREPLY: rcode='" << judgement.reply->code << "' xcode='"
              << judgement.reply->enhanced << "' replytxt='" << judgement.reply->text << "'\n";
  }
}

filter::Macros test_macros() {
  return [](std::string_view name) -> std::optional<std::string> {
    if (name == "i" || name == "j") return "DEBUG-" + std::string(name);
    return std::nullopt;
  };
}

tl::expected<std::string, FatalError> read_message(const std::string& file) {
  const auto text = file == "-" ? base::read_descriptor(STDIN_FILENO) : base::read_file(file);
  if (text) return *text;
  return tl::unexpected(fatal_error(EX_UNAVAILABLE, file + ": fopen()", text.error()));
}

class TestRun {
 public:
  TestRun(const Options& options, const TestEnvelope& envelope,
          std::shared_ptr<const filter::Environment> environment)
      : options_(options),
        envelope_(envelope),
        session_(std::move(environment), wakeup_.wake(), {.leading_blanks = true}) {}

  tl::expected<void, FatalError> connect() {
    const Address address = resolve(envelope_.client_address);
    if (!address) return tl::unexpected(address.error());
    return expect("", "connect", session_.connect(envelope_.client_host, *address))
        .and_then([this] { return expect("", "helo", session_.helo(envelope_.helo)); });
  }

  tl::expected<void, FatalError> judge(const std::string& file) {
    const auto text = read_message(file);
    if (!text) return tl::unexpected(text.error());
    const std::string shown = (file == "-" ? "(stdin)" : file) + ": ";
    const filter::Macros macros = test_macros();
    if (auto done = expect(shown, "envfrom", session_.mail(envelope_.sender, macros)); !done) {
      return done;
    }
    bool empty = true;
    const auto passed = [&](unsigned line) {
      empty = false;
      tell_all(shown + "line " + std::to_string(line) + ": mlfi_header() returned SMFIS_CONTINUE");
    };
    const auto body = send_header(*text, session_, passed);
    if (!body) return tl::unexpected(FatalError{EX_DATAERR, shown + body.error()});
    if (empty) tell(shown + "warning: no headers on input");
    session_.end_of_header();
    session_.body(base::with_crlf(*body));
    report(shown, wait_for_judgement(session_, wakeup_, macros));
    return {};
  }

  void close() { tell_all("mlfi_close() returned SMFIS_CONTINUE"); }

 private:
  void tell(std::string_view line) const { std::cerr << options_.program << ": " << line << '\n'; }

  void tell_all(std::string_view line) const {
    if (options_.verbosity > 1) tell(line);
  }

  tl::expected<void, FatalError> expect(const std::string& file, const std::string& event,
                                        filter::Response response) const {
    if (response == filter::Response::proceed) {
      tell_all(file + "mlfi_" + event + "() returned SMFIS_CONTINUE");
      return {};
    }
    return tl::unexpected(
        FatalError{EX_SOFTWARE, "mlfi_" + event + "() did not return SMFIS_CONTINUE"});
  }

  void report(const std::string& file, const policy::Judgement& judgement) const {
    const bool all = options_.verbosity > 1;
    if (all) print_changes(judgement);
    std::cout.flush();
    if (all || (options_.verbosity > 0 && judgement.action != policy::Action::proceed)) {
      tell(file + "mlfi_eom() returned " + std::string(status_name(judgement.action)));
    }
  }

  const Options& options_;
  const TestEnvelope& envelope_;
  filter::Wakeup wakeup_;
  filter::Session session_;
};

}  // namespace

TestEnvelope TestEnvelope::from_environment() {
  const TestEnvelope usual;
  return {variable_or("OPENDMARC_TEST_CLIENTHOST", usual.client_host),
          variable_or("OPENDMARC_TEST_CLIENTIP", usual.client_address),
          variable_or("OPENDMARC_TEST_HELOHOST", usual.helo),
          variable_or("OPENDMARC_TEST_ENVFROM", usual.sender)};
}

policy::Settings for_tests(policy::Settings settings) {
  settings.ignore_hosts = {};
  settings.ignore_authenticated_clients = false;
  return settings;
}

int run_test_mode(const Options& options, const TestEnvelope& envelope,
                  std::shared_ptr<const filter::Environment> environment) {
  TestRun run(options, envelope, std::move(environment));
  tl::expected<void, FatalError> done = run.connect();
  for (const std::string& file : options.test_messages) {
    if (done) done = run.judge(file);
  }
  if (done) {
    run.close();
    return EX_OK;
  }
  std::cerr << options.program << ": " << done.error().text << '\n';
  return done.error().status;
}

}  // namespace dmarc::daemon
