#include "policy/result_header.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::policy {
namespace {

constexpr std::string_view auth_results_name = "Authentication-Results";

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
