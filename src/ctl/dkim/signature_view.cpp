#include "base/ascii.h"
#include "base/encoding.h"
#include "ctl/dkim/signature_report.h"

namespace dmarc::ctl {
namespace {

/// Of a field's value; more tells nothing about what was changed.
constexpr std::size_t max_value_shown = 200;

std::string_view word(dkim::CanonicalForm form) {
  return form == dkim::CanonicalForm::simple ? "simple" : "relaxed";
}

std::string forms(const dkim::Signature& signature) {
  return std::string(word(signature.header_form)) + '/' + std::string(word(signature.body_form));
}

std::string text_or_nothing(const std::optional<dns::Name>& name) {
  return name ? name->text() : "";
}

base::Json json_or_null(const std::optional<std::uint64_t>& number) {
  return number ? base::Json(*number) : base::Json();
}

std::string list(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names)
    text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

base::Json json_list(const std::vector<std::string_view>& names) {
  auto json = base::Json::array();
  for (const std::string_view name : names)
    json.push(name);
  return json;
}

void add_tags(Outline& outline, const SignatureReport& report) {
  const dkim::SignatureResult& result = report.result;
  const dkim::Signature& signature = report.signature;
  if (result.domain) outline.add("d=" + result.domain->text());
  if (result.selector) outline.add("s=" + result.selector->text());
  if (!result.identity.empty()) outline.add("i=" + base::printable(result.identity));
  if (!result.algorithm.empty()) outline.add("a=" + base::printable(result.algorithm));
  if (signature.fault != dkim::Fault::none) return;
  outline.add("c=" + forms(signature));
  if (signature.time) outline.add("t=" + std::to_string(*signature.time));
  if (signature.expiry) outline.add("x=" + std::to_string(*signature.expiry));
  if (signature.length) outline.add("l=" + std::to_string(*signature.length));
}

void add_header(Outline& outline, const SignatureReport& report) {
  const std::string_view state = !report.header_right   ? "not verified: there is no key to try"
                                 : *report.header_right ? "the signature verifies"
                                                        : "the signature does not verify";
  Outline& header = outline.add("header", state);
  Outline& fields = header.add("fields signed, in their order");
  for (const mail::HeaderField& field : report.covered)
    fields.add(base::printable(field.name) + ": " +
               base::printable(mail::shown_value(field), max_value_shown));
  if (!report.absent.empty()) header.add("in h=, but not in the message", list(report.absent));
  if (!report.not_covered.empty())
    header.add("shown to readers, but not signed", list(report.not_covered));
}

void add_body(Outline& outline, const SignatureReport& report) {
  Outline& body = outline.add(
      "body", report.body_right ? "its hash is that of the signature" : "it was changed");
  body.add("canonical form", std::to_string(report.body_length) + " octets");
  body.add("its hash", base::base64(crypto::octets_of(report.body_hash)));
  body.add("bh=" + base::base64(crypto::octets_of(report.signature.body_hash)));
  if (report.result.octets_left_out > 0)
    body.add("left out by l=", std::to_string(report.result.octets_left_out) + " octets");
}

}  // namespace

Outline outline_of(const SignatureReport& report) {
  std::string line = "signature " + std::to_string(report.number) + ": " +
                     std::string(dkim::to_string(report.result.code()));
  if (const std::string_view reason = report.result.reason(); !reason.empty())
    line += ": " + std::string(reason);
  Outline outline(line);
  for (const std::string& condition : report.would_pass_if)
    outline.add("would pass if", condition);
  add_tags(outline, report);
  if (report.signature.fault != dkim::Fault::none) return outline;
  add_header(outline, report);
  add_body(outline, report);
  if (report.key) outline.add(outline_of(*report.key));
  return outline;
}

base::Json json_of(const SignatureReport& report) {
  const dkim::SignatureResult& result = report.result;
  const dkim::Signature& signature = report.signature;
  const bool failed = result.fault != dkim::Fault::none;
  auto json = base::Json::object();
  json.set("result", dkim::to_string(result.code()))
      .set("fault", failed ? base::Json(dkim::name_of(result.fault)) : base::Json())
      .set("reason", failed ? base::Json(result.reason()) : base::Json())
      .set("domain", text_or_nothing(result.domain))
      .set("selector", text_or_nothing(result.selector))
      .set("identity", result.identity)
      .set("algorithm", result.algorithm);
  if (signature.fault != dkim::Fault::none) return json;
  auto covered = base::Json::array();
  for (const mail::HeaderField& field : report.covered)
    covered.push(
        base::Json::object().set("name", field.name).set("value", mail::shown_value(field)));
  json.set("canonicalization", forms(signature))
      .set("time", json_or_null(signature.time))
      .set("expiry", json_or_null(signature.expiry))
      .set("length", json_or_null(signature.length))
      .set("header_verifies", report.header_right ? base::Json(*report.header_right) : base::Json())
      .set("signed_fields", std::move(covered))
      .set("absent_fields", json_list(report.absent))
      .set("unsigned_fields", json_list(report.not_covered))
      .set("body_unchanged", report.body_right)
      .set("body_length", report.body_length)
      .set("body_hash", base::base64(crypto::octets_of(report.body_hash)))
      .set("signed_body_hash", base::base64(crypto::octets_of(signature.body_hash)))
      .set("octets_left_out", result.octets_left_out)
      .set("key", report.key ? json_of(*report.key) : base::Json())
      .set("would_pass_if", base::Json::array(report.would_pass_if));
  return json;
}

}  // namespace dmarc::ctl
