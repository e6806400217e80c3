// Authentication-Results: which fields are removed, how one is read, and how ours are written.

#include <algorithm>
#include <array>

#include <dmarc/record.h>
#include <dmarc/reverse_path.h>

#include "base/ascii.h"
#include "mail/auth_results.h"
#include "policy/result_header.h"
#include "vector_header_line.h"
#include "vector_kinds.h"

namespace dmarc::test {
namespace {

constexpr std::string_view default_authserv_id = "mx.example.org";

// RFC 8601 section 5 "Removing Existing Header Fields".
void check_action(const Field& vector, const mail::HeaderField& header, Checks& checks) {
  const auto claimed = mail::claimed_authserv_id(header.value);
  const bool ours = mail::is_field(header, "Authentication-Results") && claimed &&
                    base::iequals(*claimed, vector["own_authserv_id"].text());
  checks.text("action", ours ? "remove" : "keep");
}

// The expected method, result and properties must be among those of the field.
void check_content(std::string_view value, const Field& expect, Checks& checks) {
  if (!expect["method"].is_set()) return;
  const auto parsed = mail::parse_auth_results(value);
  if (!parsed) return checks.fail("not readable: " + std::string(describe(parsed.error())));
  for (const mail::MethodResult& result : parsed->results) {
    if (result.method != expect["method"].text()) continue;
    checks.text("result", result.word());
    checks.text("reason", result.reason);
    for (const auto& [key, expected] : expect["props"].members()) {
      const std::size_t dot = key.find('.');
      const mail::Property* const property =
          dot == std::string::npos ? nullptr : result.find(key.substr(0, dot), key.substr(dot + 1));
      const std::string actual = property ? property->value : "none";
      if (actual != expected.text())
        checks.fail(key + ": expected " + expected.text() + ", actual " + actual);
    }
    if (expect["props"].is_set() && result.properties.size() != expect["props"].members().size())
      checks.fail("props: another number of properties");
    return;
  }
  checks.fail("method: no result for " + expect["method"].text());
}

// The field without what stands in quoted strings.
std::string outside_quotes(std::string_view value) {
  std::string outside;
  bool quoted = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (quoted && value[i] == '\\')
      ++i;
    else if (value[i] == '"')
      quoted = !quoted;
    else if (!quoted)
      outside += value[i];
  }
  return outside;
}

// What a sender chose may stand in a field of ours only in quotes, or not at all.
void check_hostile_text(const std::string& value, const Field& input, const Field& expect,
                        Checks& checks) {
  for (const std::string& text : expect["must_not_contain"].texts())
    if (value.find(text) != std::string::npos) checks.fail("the field contains " + text);
  const Field quoted = expect["must_quote_or_drop"];
  if (!quoted.is_set()) return;
  std::vector<std::string> texts;
  if (quoted.is_list())
    texts = quoted.texts();
  else if (quoted.text() != "true" && quoted.text() != "false")
    texts = {quoted.text()};
  else if (quoted.boolean())
    texts = {input["spf_smtp_mailfrom"].text_or(input["from"].text_or(""))};
  const std::string outside = outside_quotes(value);
  for (const std::string& text : texts)
    if (outside.find(text) != std::string::npos) checks.fail(text + " stands outside quotes");
}

// RFC 8601 section 2.7 "Defined Methods" and the registry "Email Authentication Property Types" as
// RFC 9989 section 9.1 left it: what we may write of the methods that we know.
bool is_registered(std::string_view property) {
  constexpr std::array<std::string_view, 17> registered{"header.from",     "policy.dmarc",
                                                        "smtp.mailfrom",   "smtp.helo",
                                                        "header.d",        "header.i",
                                                        "header.b",        "header.a",
                                                        "header.s",        "smtp.auth",
                                                        "policy.iprev",    "smtp.rcptto",
                                                        "body.smime-part", "body.smime-identifier",
                                                        "smtp.remote-ip",  "header.oldest-pass",
                                                        "arc.chain"};
  return std::find(registered.begin(), registered.end(), property) != registered.end();
}

// The policy that applies to the domain of the record itself, from the tags of the input.
std::optional<Policy> read_policy(const Field& input) {
  if (!input["p"].is_set()) return {};
  std::string text = "v=DMARC1";
  for (const char* const tag : {"p", "sp", "np", "t"})
    if (input[tag].is_set()) text += std::string("; ") + tag + '=' + input[tag].text();
  const auto record = Record::parse(text);
  if (!record || record->usability() != Usability::apply) input["p"].complain("not a policy");
  return record->testing ? one_level_lower(record->for_domain()) : record->for_domain();
}

Result read_result(const Field& field) {
  const std::string text = field.text();
  for (const Result result :
       {Result::none, Result::pass, Result::fail, Result::temperror, Result::permerror})
    if (text == to_string(result)) return result;
  field.complain("not a DMARC result");
}

// SPF of the envelope sender. Beside a From domain, `result` is that of DMARC, and SPF's is a pass.
std::string write_spf(std::string_view authserv_id, const Field& input) {
  spf::Result result;
  result.domain = mail::parse_reverse_path("<" + input["spf_smtp_mailfrom"].text() + ">").domain;
  result.code = spf::Code::pass;
  using spf::Code;
  for (const Code code :
       {Code::none, Code::neutral, Code::fail, Code::softfail, Code::temperror, Code::permerror})
    if (!input["from"].is_set() && input["result"].text() == to_string(code)) result.code = code;
  return policy::spf_field(authserv_id, result).value;
}

std::string write_dmarc(std::string_view authserv_id, const Field& input) {
  policy::DmarcField field{.result = read_result(input["result"]),
                           .header_from = input["from"].text_or(""),
                           .policy = read_policy(input),
                           .disposition = Policy::none,
                           .reason = input["reason"].text_or("")};
  if (field.result == Result::fail) field.disposition = field.policy.value_or(Policy::none);
  return policy::dmarc_field(authserv_id, field).value;
}

std::string write_methods(std::string_view authserv_id, const Field& input) {
  input.allow({"methods"});
  mail::AuthResultsWriter writer(authserv_id);
  for (const Field& item : input["methods"].items()) {
    item.allow({"method", "result", "reason", "props"});
    writer.result(item["method"].text(), item["result"].text());
    if (item["reason"].is_set()) writer.reason(item["reason"].text());
    for (const auto& [key, value] : item["props"].members()) {
      const std::size_t dot = key.find('.');
      if (dot == std::string::npos) value.complain("not ptype.property");
      writer.property(key.substr(0, dot), key.substr(dot + 1), value.text());
    }
  }
  return writer.value();
}

// The fields that we would write.
std::vector<std::string> generate(const Field& vector) {
  const Field input = vector["input"];
  const std::string id = vector["own_authserv_id"].text_or(default_authserv_id);
  if (input["methods"].is_present()) return {write_methods(id, input)};
  input.allow(
      {"result", "from", "policy_domain", "p", "sp", "np", "t", "reason", "spf_smtp_mailfrom"});
  std::vector<std::string> fields;
  if (input["from"].is_present() || !input["spf_smtp_mailfrom"].is_set())
    fields.push_back(write_dmarc(id, input));
  if (input["spf_smtp_mailfrom"].is_set()) fields.push_back(write_spf(id, input));
  return fields;
}

// The content is that of the field with the expected method.
void check_generated(const Field& vector, const Field& expect, Checks& checks) {
  const std::vector<std::string> fields = generate(vector);
  const std::string method = expect["method"].text_or("dmarc");
  const auto with_method =
      std::find_if(fields.begin(), fields.end(), [&](const std::string& value) {
        return value.find(' ' + method + '=') != std::string::npos;
      });
  const std::string& value = with_method != fields.end() ? *with_method : fields.front();
  checks.text("value", value);
  check_content(value, expect, checks);
  for (const std::string& field : fields)
    check_hostile_text(field, vector["input"], expect, checks);
}

}  // namespace

void check_ar(const Field& vector, Checks& checks) {
  vector.allow({"id", "kind", "ref", "status", "title", "note", "own_authserv_id", "header",
                "input", "property", "expect"});
  const Field expect = vector["expect"];
  expect.allow({"action", "method", "result", "reason", "props", "value", "must_not_contain",
                "must_quote_or_drop", "registered"});
  if (vector["header"].is_set()) {
    mail::HeaderBlock block;
    add_header_line(block, vector["header"]);
    const mail::HeaderField& header = block.back();
    if (expect["action"].is_set()) check_action(vector, header, checks);
    check_content(header.value, expect, checks);
  } else if (vector["input"].is_set()) {
    check_generated(vector, expect, checks);
  } else if (vector["property"].is_set()) {
    checks.boolean("registered", is_registered(vector["property"].text()));
  } else {
    vector["header"].complain("neither header, input nor property");
  }
}

}  // namespace dmarc::test
