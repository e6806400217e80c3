#include <dmarc/record.h>

#include "vector_kinds.h"

namespace dmarc::test {
namespace {

std::string usability(const std::optional<Record>& record) {
  if (!record) return "not-dmarc";
  switch (record->usability()) {
    case Usability::apply:
      return "apply";
    case Usability::treat_as_none:
      return "treat-as-none";
    case Usability::no_processing:
      return "no-processing";
  }
  return "";
}

std::optional<std::string> text(std::optional<Policy> policy) {
  if (!policy) return {};
  return std::string(to_string(*policy));
}

}  // namespace

void check_record(const Field& vector, Checks& checks) {
  vector.allow({"id", "kind", "ref", "status", "title", "note", "txt", "expect"});
  vector["expect"].allow({"usable", "tags", "accept_results"});
  const auto record = Record::parse(vector["txt"].text());
  const bool exactly = checks.result("usable", usability(record));
  const Field expected = vector["expect"]["tags"];
  if (!exactly || !record || !expected.is_set()) return;

  expected.allow({"p", "sp", "np", "adkim", "aspf", "t", "psd", "fo", "rua", "ruf"});
  Checks tags(expected);
  tags.text_or_null("p", text(record->p));
  tags.text_or_null("sp", text(record->sp));
  tags.text_or_null("np", text(record->np));
  tags.text("adkim", to_string(record->adkim));
  tags.text("aspf", to_string(record->aspf));
  tags.text("t", record->testing ? "y" : "n");
  tags.text("psd", to_string(record->psd));
  tags.text("fo", to_string(record->fo));
  tags.list("rua", record->rua);
  tags.list("ruf", record->ruf);
  for (const std::string& complaint : tags.complaints())
    checks.fail("tags." + complaint);
}

}  // namespace dmarc::test
