// SPF: may this client send mail for that domain? (RFC 7208 section 4 "The check_host() Function")
// A check that asks the DNS (dmarc/check.h).
//
//   spf::Check check({.client = client, .helo = "mx.example.org", .sender = path}, options);
//   dns::Step<spf::Result> step = check.begin();
//   while (const auto* need = std::get_if<dns::Need>(&step)) {
//     ... ask need->questions; when the first of them has been answered:
//     step = check.next(answers);
//   }
//   const spf::Result& result = std::get<spf::Result>(step);
//   if (result.code == spf::Code::pass && result.domain) ... an Authenticated Identifier
//
// For example `v=spf1 a include:net.example -all` of example.org: begin() needs TXT example.org;
// next() with that answer needs A example.org and, at the same time, TXT net.example; next() with
// both answers has the result, unless the record of net.example has questions of its own. A record
// is read once, and no answer is looked at again.
//
// The identity that was checked is in the result, and nowhere else: `domain` is the object that is
// aligned, logged and reported. With a null reverse-path the MAIL FROM identity is postmaster at
// the HELO name (RFC 7208 section 2.4), which is the only use of HELO. A sender or HELO name that
// is not a clean path or host name authenticates nothing: code none.
//
// Limits: those of RFC 7208 section 4.6.4 "DNS Lookup Limits", 120 questions, 64 kB of records with
// 1,000 terms each; a check that reaches one of them ends with permerror.
// Errors: they are results, with the reason in Result::problem.
// Threads: a check belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/check.h>
#include <dmarc/ip_address.h>
#include <dmarc/resolver.h>
#include <dmarc/reverse_path.h>

namespace dmarc::spf {

/// RFC 7208 section 2.6 "Results of Evaluation".
enum class Code { none, neutral, pass, fail, softfail, temperror, permerror };

/// The word used in header fields, for example "softfail".
std::string_view to_string(Code code);

enum class Scope { mailfrom, helo };

struct Request {
  base::IpAddress client;
  std::string helo;  ///< as the client gave it
  mail::ReversePath sender;
};

/// Another evaluation of records than the one of this library.
class Evaluator;

struct Options {
  std::size_t max_void_lookups = 2;  ///< RFC 7208 section 4.6.4
  bool explanation = false;  ///< expand exp= of a record that fails; attacker's text, so off
  std::string receiver = "unknown";  ///< %{r} in explanations
  std::int64_t now = 0;              ///< %{t} in explanations: seconds since 1970
  /// Asked as well, and believed where it has a finding; null for none. It outlives the checks.
  const Evaluator* evaluator = nullptr;
};

struct Result {
  Code code = Code::none;
  Scope scope = Scope::mailfrom;
  /// The domain checked; nothing when the identity was unusable.
  std::optional<dns::Name> domain;
  /// The term that decided, as published, for example "ip4:192.0.2.0/24"; empty when none matched.
  std::string mechanism;
  /// The domains whose records were followed by include and redirect to reach the deciding term,
  /// outermost first; printable ASCII.
  std::vector<std::string> path;
  /// For temperror and permerror and none: why, in printable ASCII.
  std::string problem;
  dns::Failure failure = dns::Failure::none;  ///< of the look-up, with temperror
  /// The published record of `domain`, as received; empty when there was none.
  std::string record;
  std::string explanation;
};

class Check {
 public:
  Check(Request request, Options options);
  Check(Check&&) noexcept;
  Check& operator=(Check&&) noexcept;
  ~Check();

  /// The first step: what to ask, or the result when nothing has to be asked.
  dns::Step<Result> begin();

  /// Goes on with the answers that have come so far. Each question is listed once among those that
  /// are foreseen, and first when it is waited for. Not to be called after the result.
  dns::Step<Result> next(const dns::Answers& answers);

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// The same with a resolver that waits: for tools and tests.
Result check(const Request& request, dns::Resolver& resolver, const Options& options);

}  // namespace dmarc::spf
