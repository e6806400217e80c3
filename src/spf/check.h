// SPF: may this client send mail for that domain? (RFC 7208 section 4 "The check_host() Function")
//
//   spf::Request request{.client = client, .helo = "mx.example.org", .sender = path};
//   spf::Result result = spf::check(request, resolver, spf::Options{});
//   if (result.code == spf::Code::pass && result.domain) ... an Authenticated Identifier
//
// The identity that was checked is in the result, and nowhere else: `domain` is the object that is
// aligned, logged and reported. With a null reverse-path the MAIL FROM identity is postmaster at
// the HELO name (RFC 7208 section 2.4), which is the only use of HELO. A sender or HELO name that
// is no clean path or host name authenticates nothing: code none.
//
// Threads: a pure function of its arguments; the resolver is called from the calling thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/resolver.h>

#include "base/ip_address.h"
#include "mail/reverse_path.h"

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

/// `native` is our own evaluator. `libspf2` is the library behind a guard (spf/libspf2_guard.h):
/// the same results, but without mechanism, path and explanation where the library did the work.
enum class EngineKind { native, libspf2 };

struct Options {
  EngineKind engine = EngineKind::native;
  std::size_t max_void_lookups = 2;  ///< RFC 7208 section 4.6.4
  bool explanation = false;  ///< expand exp= of a record that fails; attacker's text, so off
  std::string receiver = "unknown";  ///< %{r} in explanations
  std::int64_t now = 0;              ///< %{t} in explanations: seconds since 1970
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
  /// The published record of `domain`, as received; empty when there was none.
  std::string record;
  std::string explanation;
};

Result check(const Request& request, dns::Resolver& resolver, const Options& options);

}  // namespace dmarc::spf
