#include "ctl/dkim/signature_report.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "ctl/dkim/repairs.h"
#include "dkim/canonical_body.h"
#include "dkim/signed_header.h"

namespace dmarc::ctl {
namespace {

/// Fields that mail programs show or act upon (RFC 6376 section 5.4.1 "Recommended Signature
/// Content").
constexpr std::array<std::string_view, 9> shown_fields{
    "From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date", "Content-Type", "MIME-Version"};

/// Of the conditions for body and header together.
constexpr std::size_t max_conditions = 10;

void look_at_header(SignatureReport& report, std::span<const mail::HeaderField> header) {
  dkim::SignedHeader signed_header(header, dkim::LeadingBlanks::kept);
  const auto selected = signed_header.select(report.signature.names, report.result.field);
  for (const std::size_t field : selected)
    report.covered.push_back(header[field]);
  std::size_t next = 0;
  for (const std::string_view name : report.signature.names) {
    if (next < selected.size() && mail::is_field(header[selected[next]], name))
      ++next;
    else
      report.absent.push_back(name);
  }
  for (const std::string_view name : shown_fields) {
    const auto count = [name](std::span<const mail::HeaderField> fields) {
      return mail::fields_named(fields, name).size();
    };
    if (count(report.covered) < count(header)) report.not_covered.push_back(name);
  }
}

void look_at_body(SignatureReport& report, std::string_view body) {
  dkim::BodyHash hash(report.signature.body_form);
  hash.update(body);
  report.body_hash = hash.finish();
  report.body_length = hash.length();
  report.body_right = body_is_right(body, report.signature);
}

/// Conditions that are alternatives; an empty one when nothing has to be otherwise.
using Conditions = std::vector<std::string>;

Conditions conditions_of_body(const SignatureReport& report, std::string_view body) {
  if (report.body_right) return {""};
  return body_repairs(body, report.signature);
}

std::string key_condition(const KeyReport& key, const dkim::Signature& signature) {
  if (!key.repair.empty()) return key.repair;
  switch (key.record->fault_for(signature)) {
    case dkim::Fault::key_hash:
      return "h= of the key record allowed sha256";
    case dkim::Fault::key_service:
      return "s= of the key record allowed email";
    case dkim::Fault::key_strict:
      return "t=s was not in the key record";
    default:
      return "";
  }
}

/// With each key that is one of the right kind, or might have been; the first that helps stands.
Conditions conditions_of_header(SignatureReport& report,
                                std::span<const mail::HeaderField> header) {
  const dkim::Signature& signature = report.signature;
  Conditions found;
  for (const KeyReport& key : report.key->keys) {
    if (!key.record || key.record->key().type() != signature.key_type) continue;
    const SignedFields fields{header, report.result.field, signature, key.record->key()};
    const bool right = header_is_right(fields);
    report.header_right = report.header_right.value_or(false) || right;
    const std::string condition = key_condition(key, signature);
    if (right) return {condition};
    if (!found.empty()) continue;
    found = header_repairs(fields);
    for (std::string& each : found)
      if (!condition.empty()) each += ", and " + condition;
  }
  return found;
}

std::string clock_condition(dkim::Fault fault) {
  switch (fault) {
    case dkim::Fault::expired:
      return "it was looked at before it expired";
    case dkim::Fault::future:
      return "the time in t= had come";
    case dkim::Fault::too_many_signatures:
      return "there were fewer signatures above it";
    default:
      return "";
  }
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts)
    if (!part.empty()) text += (text.empty() ? "" : ", and ") + std::string(part);
  return text;
}

void look_for_causes(SignatureReport& report, std::span<const mail::HeaderField> header,
                     std::string_view body) {
  const Conditions of_header = conditions_of_header(report, header);
  if (report.result.fault == dkim::Fault::none || of_header.empty()) return;
  for (const std::string& body_condition : conditions_of_body(report, body)) {
    for (const std::string& header_condition : of_header) {
      if (report.would_pass_if.size() == max_conditions) return;
      const std::string text =
          joined({body_condition, header_condition, clock_condition(report.result.fault)});
      if (!text.empty()) report.would_pass_if.push_back(text);
    }
  }
}

}  // namespace

std::vector<SignatureReport> report_signatures(std::span<const mail::HeaderField> header,
                                               std::string_view body, const dkim::Result& result,
                                               dns::Resolver& resolver) {
  std::vector<SignatureReport> reports;
  for (const dkim::SignatureResult& found : result.signatures) {
    SignatureReport& report = reports.emplace_back();
    report.number = reports.size();
    report.result = found;
    report.signature = dkim::read_signature(header[found.field].value, dkim::dkim_signature);
    const dkim::Signature& signature = report.signature;
    if (signature.fault != dkim::Fault::none) continue;
    look_at_header(report, header);
    look_at_body(report, body);
    if (found.fault == dkim::Fault::too_many_signatures) continue;
    report.key = look_up_key(*signature.selector, *signature.domain, *signature.key_name, resolver);
    look_for_causes(report, header, body);
  }
  return reports;
}

}  // namespace dmarc::ctl
