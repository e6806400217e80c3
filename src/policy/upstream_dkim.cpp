#include "policy/upstream_dkim.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "dkim/limits.h"
#include "dkim/signature.h"
#include "mail/lexer.h"
#include "policy/authentication.h"

namespace dmarc::policy {
namespace {

using mail::MethodResult;
using mail::ResultWord;

/// What a result names as its signer. Nothing when it names none, or two.
struct Signer {
  std::optional<dns::Name> domain;    ///< header.d
  std::optional<dns::Name> identity;  ///< the domain of header.i
};

std::optional<Signer> signer_of(const MethodResult& result, const Settings& settings) {
  Signer signer;
  if (const mail::Property* const d = result.find("header", "d"))
    signer.domain = host_name(d->value);
  if (const mail::Property* const i = result.find("header", "i")) {
    const auto at = i->value.rfind('@');
    signer.identity = host_name(std::string_view(i->value).substr(at + 1));
  }
  if (result.has("header", "d") != signer.domain.has_value()) return std::nullopt;
  if (result.has("header", "i") != signer.identity.has_value()) return std::nullopt;
  if (signer.domain && signer.identity && !signer.identity->is_at_or_below(*signer.domain))
    return std::nullopt;
  if (signer.domain) return signer;
  const auto& suffixes = settings.public_suffixes;
  if (!signer.identity || (suffixes && suffixes->is_public_suffix(*signer.identity)))
    return std::nullopt;
  return signer;
}

Authentication::Dkim signature_of(const MethodResult& result, const Signer& signer,
                                  MethodOutcome outcome) {
  Authentication::Dkim dkim{{signer.domain ? *signer.domain : *signer.identity, outcome},
                            result.result};
  dkim.relaxed_only = !signer.domain;
  if (const mail::Property* const s = result.find("header", "s")) dkim.input.selector = s->value;
  return dkim;
}

/// RFC 5321 section 4.1.2, Mailbox, with a local part that needs no quotes or none at all. `text`
/// is in the quoted-printable of RFC 6376 section 2.11 "DKIM-Quoted-Printable".
bool is_mailbox(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto high = i + 2 < text.size() ? digits.find(text[i + 1]) : std::string_view::npos;
    const auto low = i + 2 < text.size() ? digits.find(text[i + 2]) : std::string_view::npos;
    if (text[i] == '=' && high != std::string_view::npos && low != std::string_view::npos) {
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  const std::size_t at = decoded.rfind('@');
  return at != std::string::npos && host_name(std::string_view(decoded).substr(at + 1)) &&
         std::all_of(decoded.begin(), decoded.begin() + static_cast<std::ptrdiff_t>(at),
                     [](char c) { return c == '.' || mail::is_atom_octet(c); });
}

/// Each dkim result of the believed fields, with its field.
template <typename Use>
void for_each_result(const TrustedResults& trusted, Use use) {
  for (const BelievedField& field : trusted.fields)
    for (const MethodResult& result : field.results)
      if (result.method == "dkim") use(field, result);
}

void discount(UpstreamDkim& found, const BelievedField& field, std::string_view reason) {
  if (!found.discounted.empty() && found.discounted.back().index == field.index) return;
  found.discounted.push_back({field.index, field.authserv_id, std::string(reason)});
}

UpstreamDkim of_unsigned(const TrustedResults& trusted, const Settings& settings) {
  bool others = trusted.other_dkim_result;
  for_each_result(trusted, [&](const BelievedField&, const MethodResult& result) {
    others |= result.result != ResultWord::pass;
  });
  const bool any_spelling = settings.auth_results_trust == AuthResultsTrust::any;
  UpstreamDkim found;
  for_each_result(trusted, [&](const BelievedField& field, const MethodResult& result) {
    const auto signer = signer_of(result, settings);
    if (result.result != ResultWord::pass) {
      if (signer) found.signatures.push_back(signature_of(result, *signer, MethodOutcome::other));
    } else if (!signer) {
      discount(found, field, "it names no domain that can have signed");
    } else if (others) {
      discount(found, field, "another result of dkim is not a pass");
    } else if (!field.is_plain && !any_spelling) {
      discount(found, field, "the field is not spelled so that every filter reads it alike");
    } else {
      found.signatures.push_back(signature_of(result, *signer, MethodOutcome::pass));
    }
  });
  return found;
}

/// The signatures of the message that a pass can be about.
class Signatures {
 public:
  Signatures(const Message& message, const dkim::Result* own) {
    auto fields = mail::fields_named(message.header, "DKIM-Signature");
    if (fields.size() > dkim::max_signatures_read) fields.resize(dkim::max_signatures_read);
    for (const mail::HeaderField* field : fields) {
      const auto index = static_cast<std::size_t>(field - message.header.begin());
      dkim::Signature signature = dkim::read_signature(field->value, dkim::dkim_signature);
      hostile_ |= !signature.identity.empty() && !is_mailbox(signature.identity);
      const bool valid =
          signature.fault == dkim::Fault::none && signature.domain && signature.selector &&
          (!signature.length || own == nullptr || covers_body(*own, index)) &&
          (message.arrival == 0 || time_fault(signature, message.arrival) == dkim::Fault::none);
      if (valid) signatures_.push_back(std::move(signature));
    }
  }

  bool hostile() const { return hostile_; }

  /// True when each pass of the field has a signature of its own.
  bool match(const BelievedField& field, const Settings& settings) const {
    std::vector<bool> taken(signatures_.size());
    return std::ranges::all_of(field.results, [&](const MethodResult& result) {
      if (result.method != "dkim" || result.result != ResultWord::pass) return true;
      const auto signer = signer_of(result, settings);
      for (std::size_t i = 0; signer && i < signatures_.size(); ++i) {
        if (taken[i] || !agree(signatures_[i], result, *signer)) continue;
        taken[i] = true;
        return true;
      }
      return false;
    });
  }

 private:
  static bool covers_body(const dkim::Result& own, std::size_t field) {
    const auto found = std::ranges::find(own.signatures, field, &dkim::SignatureResult::field);
    return found != own.signatures.end() && found->octets_left_out == 0 &&
           found->fault != dkim::Fault::too_many_signatures;
  }

  static bool agree(const dkim::Signature& signature, const MethodResult& result,
                    const Signer& signer) {
    if (signer.domain ? *signer.domain != *signature.domain
                      : !signer.identity->is_at_or_below(*signature.domain))
      return false;
    const auto agrees = [&](std::string_view name, auto compare) {
      if (!result.has("header", name)) return true;
      const mail::Property* const property = result.find("header", name);
      return property != nullptr && compare(property->value);
    };
    return agrees("s",
                  [&](const std::string& text) { return host_name(text) == signature.selector; }) &&
           agrees(
               "a",
               [&](const std::string& text) { return base::iequals(text, signature.algorithm); }) &&
           agrees("b", [&](const std::string& text) {
             return !text.empty() && signature.characters.starts_with(text);
           });
  }

  std::vector<dkim::Signature> signatures_;
  bool hostile_ = false;
};

bool reports_pass(const BelievedField& field) {
  return std::ranges::any_of(field.results, [](const MethodResult& result) {
    return result.method == "dkim" && result.result == ResultWord::pass;
  });
}

UpstreamDkim of_signed(const Message& message, const TrustedResults& trusted,
                       const Settings& settings, const dkim::Result* own) {
  const Signatures signatures(message, own);
  UpstreamDkim found;
  for (const BelievedField& field : trusted.fields) {
    if (signatures.hostile() || !signatures.match(field, settings)) {
      if (reports_pass(field))
        discount(found, field,
                 signatures.hostile() ? "a signature's i= is not a mailbox"
                                      : "the message has no such valid signature");
      continue;
    }
    for (const MethodResult& result : field.results) {
      const auto signer = signer_of(result, settings);
      if (result.method == "dkim" && signer)
        found.signatures.push_back(signature_of(result, *signer, outcome_of(result.result)));
    }
  }
  return found;
}

UpstreamDkim of_nothing(const TrustedResults& trusted, std::string_view reason) {
  UpstreamDkim found;
  for_each_result(trusted, [&](const BelievedField& field, const MethodResult& result) {
    if (result.result == ResultWord::pass) discount(found, field, reason);
  });
  return found;
}

}  // namespace

UpstreamDkim read_upstream_dkim(const Message& message, const TrustedResults& trusted,
                                DkimSource source, const Settings& settings,
                                const dkim::Result* own) {
  switch (source) {
    case DkimSource::own:
      return {};
    case DkimSource::upstream:
      return of_unsigned(trusted, settings);
    case DkimSource::matched:
      return of_signed(message, trusted, settings, own);
    case DkimSource::nothing:
      break;
  }
  if (settings.dkim_ignore_results) return {};
  return of_nothing(trusted, settings.dkim_self_validate == SelfValidate::always
                                 ? "the message has no signature"
                                 : "the header is too large to be believed");
}

}  // namespace dmarc::policy
