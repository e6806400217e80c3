#include "policy/result_header.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::policy {
namespace {

constexpr std::string_view auth_results_name = "Authentication-Results";

/// RFC 6008 section 4 "Definition": enough of b= to tell the signatures of the message apart, at
/// least eight characters.
std::string_view start_of(std::string_view characters,
                          std::span<const dkim::SignatureResult> signatures) {
  constexpr std::size_t usual = 8;
  std::size_t length = usual;
  for (const dkim::SignatureResult& other : signatures) {
    if (other.characters == characters) continue;
    const auto differ = std::ranges::mismatch(characters, other.characters);
    length = std::max<std::size_t>(length,
                                   static_cast<std::size_t>(differ.in1 - characters.begin()) + 1);
  }
  constexpr std::size_t most = 64;
  return characters.substr(0, std::min(length, most));
}

void add_signature(mail::AuthResultsWriter& writer, const dkim::SignatureResult& signature,
                   std::span<const dkim::SignatureResult> all) {
  constexpr std::size_t longest_algorithm = 20;
  writer.result("dkim", to_string(signature.code()));
  if (!signature.reason().empty()) writer.reason(signature.reason());
  if (signature.domain) writer.property("header", "d", signature.domain->text());
  if (signature.selector) writer.property("header", "s", signature.selector->text());
  if (!signature.algorithm.empty() && signature.algorithm.size() <= longest_algorithm)
    writer.property("header", "a", signature.algorithm);
  const std::string_view b = start_of(signature.characters, all);
  if (!b.empty()) writer.property("header", "b", b);
}

}  // namespace

void add_dmarc_result(mail::AuthResultsWriter& writer, const DmarcField& field) {
  writer.result("dmarc", to_string(field.result));
  if (field.result != Result::permerror) {
    const std::string policy(to_string(field.policy.value_or(Policy::none)));
    writer.comment("p=" + policy + " dis=" + std::string(to_string(field.disposition)));
  }
  if (!field.reason.empty()) writer.reason(field.reason);
  if (!field.header_from.empty()) writer.property("header", "from", field.header_from);
  if (field.policy) writer.property("policy", "dmarc", to_string(*field.policy));
}

InsertedField dmarc_field(std::string_view authserv_id, const DmarcField& field) {
  mail::AuthResultsWriter writer(authserv_id);
  add_dmarc_result(writer, field);
  return {std::string(auth_results_name), writer.value()};
}

InsertedField spf_field(std::string_view authserv_id, const spf::Result& result) {
  mail::AuthResultsWriter writer(authserv_id);
  writer.result("spf", to_string(result.code));
  if (result.domain) {
    const bool helo = result.scope == spf::Scope::helo;
    writer.property("smtp", helo ? "helo" : "mailfrom", result.domain->text());
  }
  return {std::string(auth_results_name), writer.value()};
}

InsertedField dkim_field(std::string_view authserv_id,
                         std::span<const dkim::SignatureResult> signatures) {
  mail::AuthResultsWriter writer(authserv_id);
  const auto shown = signatures.first(std::min(signatures.size(), max_shown_signatures));
  for (const dkim::SignatureResult& signature : shown)
    add_signature(writer, signature, shown);
  if (shown.empty()) writer.result("dkim", "none");
  return {std::string(auth_results_name), writer.value()};
}

InsertedField arc_field(std::string_view authserv_id, const Arc& arc) {
  mail::AuthResultsWriter writer(authserv_id);
  writer.result("arc", arc.passed ? "pass" : "fail");
  if (!arc.problem.empty()) writer.reason(arc.problem);
  if (arc.passed) writer.property("header", "oldest-pass", std::to_string(arc.oldest_pass));
  return {std::string(auth_results_name), writer.value()};
}

InsertedField software_field(const Message& message, const Settings& settings) {
  const std::string& host = message.mta_name.empty() ? settings.host_name : message.mta_name;
  std::string value = "OpenDMARC Filter v" + settings.version + " " + host;
  if (!base::iequals(host, settings.host_name)) value += " via " + settings.host_name;
  return {"DMARC-Filter", base::printable(value + " " + message.job_id, 1024)};
}

std::string shown_domain(const Judgement& judgement) {
  const std::string& as_written = judgement.author.as_written;
  const auto written = dns::Name::parse(as_written);
  if (judgement.verdicts.empty() && !written) return {};
  const dns::Name& name = judgement.verdicts.empty() ? *written : judgement.verdicts.front().author;
  const bool plain = std::ranges::none_of(as_written, base::is_eight_bit);
  return plain && written && *written == name ? as_written : name.text();
}

}  // namespace dmarc::policy
