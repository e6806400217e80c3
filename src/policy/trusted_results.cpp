#include "policy/trusted_results.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "mail/plain_spelling.h"
#include "policy/authserv_ids.h"
#include "policy/dkim_source.h"

namespace dmarc::policy {
namespace {

constexpr std::string_view results_name = "Authentication-Results";

/// A sender can forge thousands of fields in one message; so many lines are enough to see it.
constexpr std::size_t max_doubt_lines = 3;

/// IANA, "Email Authentication Methods" (RFC 8601 section 6.2), with those that are deprecated.
bool is_registered(std::string_view method) {
  constexpr std::array<std::string_view, 14> registered{
      "arc",        "auth",  "dkim", "dkim-adsp", "dkim-atps", "dmarc", "dnswl",
      "domainkeys", "iprev", "rrvs", "sender-id", "smime",     "spf",   "vbr"};
  return std::ranges::find(registered, method) != registered.end();
}

bool reports(const mail::AuthResults& field, std::string_view method) {
  return std::ranges::find(field.results, method, &mail::MethodResult::method) !=
         field.results.end();
}

/// Takes one field after the other, top first.
class Reader {
 public:
  Reader(const Message& message, const Settings& settings, TrustedResults& results)
      : message_(message),
        ids_(message, settings),
        believes_any_(settings.auth_results_trust == AuthResultsTrust::any),
        passes_over_methods_(dkim_source(message, settings) == DkimSource::matched),
        results_(results) {}

  void received() { end_block("it stands below a Received field"); }

  void read(const mail::HeaderField& field) {
    ++index_;
    const auto claimed = mail::claimed_authserv_id(field.value);
    const bool claims = claimed && ids_.claims_trust(*claimed);
    if (index_ > TrustedResults::max_examined) {
      if (claims) doubt(*claimed, false, "there are too many");
      return;
    }
    auto parsed = mail::parse_auth_results(field.value, passes_over_methods_
                                                            ? mail::BrokenElements::are_passed_over
                                                            : mail::BrokenElements::spoil_field);
    const bool trusted = parsed && ids_.trusts(parsed->authserv_id);
    const std::string reason = parsed
                                   ? doubt_about(*parsed, trusted)
                                   : "it can't be read: " + mail::describe_unreadable(field.value);
    const bool is_whole = parsed && parsed->passed_over == 0;
    if (reason.empty()) {
      std::string left_out;
      if (!is_whole) left_out = keep_dkim(*parsed);
      const bool plain =
          field.name.size() == results_name.size() && mail::is_plainly_spelled(field.value);
      const bool ours = ids_.claims_our_name(parsed->authserv_id);
      results_.fields.push_back({index_, std::move(parsed->authserv_id), ours, plain,
                                 std::move(parsed->results), std::move(left_out)});
    } else if (claims) {
      const bool our_dmarc = parsed && reports(*parsed, "dmarc") && ids_.claims_our_name(*claimed);
      doubt(*claimed, our_dmarc, reason);
    } else if (claimed) {
      results_.events.push_back(
          log::make<log::Id::untrusted_auth_results>(message_.job_id, index_ - 1, *claimed));
    }
    if (!is_whole)
      end_block("it stands below a field that can't be read");
    else if (!trusted)
      end_block("it stands below a field under another name");
    else if (!reason.empty())
      pass_over(*parsed);
  }

  void finish() {
    for (const BelievedField& field : results_.fields)
      if (!field.left_out.empty())
        results_.events.push_back(log::make<log::Id::doubted_auth_results>(
            message_.job_id, std::to_string(field.index) + " from " + field.authserv_id,
            field.left_out));
    const std::size_t shown = std::min(results_.doubted.size(), max_doubt_lines);
    for (std::size_t i = 0; i < shown; ++i) {
      const DoubtedField& field = results_.doubted[i];
      results_.events.push_back(log::make<log::Id::doubted_auth_results>(
          message_.job_id, std::to_string(field.index) + " from " + field.authserv_id,
          field.reason));
    }
  }

 private:
  /// A field under a trusted name that does not count may be genuine all the same: then a filter
  /// has spoken, and what stands below its field is not its own.
  void pass_over(const mail::AuthResults& field) {
    if (end_of_block_.empty())
      results_.other_dkim_result |= std::ranges::any_of(field.results, [](const auto& result) {
        return result.method == "dkim" && result.result != mail::ResultWord::pass;
      });
    end_block("it stands below a field that does not count");
  }

  /// A field with elements that can't be read may have been left there by a filter that removes
  /// forged ones: only what is held against signatures counts. Results of dmarc never count, but
  /// have the field removed.
  static std::string keep_dkim(mail::AuthResults& field) {
    std::erase_if(field.results, [](const mail::MethodResult& result) {
      return result.method != "dkim" && result.method != "dmarc";
    });
    return "some of its results can't be read; only those of dkim count";
  }

  void end_block(std::string_view why) {
    if (!believes_any_ && end_of_block_.empty()) end_of_block_ = why;
  }

  /// Why the field is not believed; empty when it is.
  std::string doubt_about(const mail::AuthResults& field, bool trusted) const {
    if (!trusted) return "its name is not exactly a trusted one";
    if (believes_any_) return {};
    if (!end_of_block_.empty()) return std::string(end_of_block_);
    if (passes_over_methods_) return {};
    const auto unknown =
        std::ranges::find_if_not(field.results, is_registered, &mail::MethodResult::method);
    if (unknown == field.results.end()) return {};
    return "the method " + base::printable(unknown->method) + " is not registered";
  }

  void doubt(std::string_view id, bool our_dmarc, std::string reason) {
    results_.doubted.push_back({index_, std::string(id), our_dmarc, std::move(reason)});
  }

  const Message& message_;
  const AuthservIds ids_;
  const bool believes_any_;
  const bool passes_over_methods_;
  TrustedResults& results_;
  std::size_t index_ = 0;
  std::string_view end_of_block_;
};

}  // namespace

std::vector<mail::MethodResult> TrustedResults::of_method(std::string_view method) const {
  std::vector<mail::MethodResult> found;
  for (const BelievedField& field : fields)
    std::ranges::copy_if(field.results, std::back_inserter(found),
                         [&](const auto& result) { return result.method == method; });
  return found;
}

TrustedResults read_trusted_results(const Message& message, const Settings& settings) {
  TrustedResults results;
  Reader reader(message, settings, results);
  for (const mail::HeaderField& field : message.header) {
    if (mail::is_field(field, "Received"))
      reader.received();
    else if (mail::is_field(field, results_name))
      reader.read(field);
  }
  reader.finish();
  return results;
}

}  // namespace dmarc::policy
