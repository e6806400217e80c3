// Authentication-Results: which fields are removed, how one is read, and how ours are written.

#include <dmarc/record.h>

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
    checks.text("result", result.result);
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

std::string write_dmarc(std::string_view authserv_id, const Field& input) {
  input.allow({"result", "from", "p", "sp", "np", "t", "reason"});
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

std::string generate(const Field& vector) {
  const Field input = vector["input"];
  const std::string id = vector["own_authserv_id"].text_or(default_authserv_id);
  return input["methods"].is_present() ? write_methods(id, input) : write_dmarc(id, input);
}

}  // namespace

void check_ar(const Field& vector, Checks& checks) {
  vector.allow({"id", "kind", "ref", "status", "title", "note", "own_authserv_id", "header",
                "input", "expect"});
  const Field expect = vector["expect"];
  expect.allow({"action", "method", "result", "reason", "props", "value"});
  if (vector["header"].is_set()) {
    const mail::HeaderField header = read_header_line(vector["header"]);
    if (expect["action"].is_set()) check_action(vector, header, checks);
    check_content(header.value, expect, checks);
  } else if (vector["input"].is_set()) {
    const std::string value = generate(vector);
    checks.text("value", value);
    check_content(value, expect, checks);
  } else {
    vector["header"].complain("neither header nor input");
  }
}

}  // namespace dmarc::test
