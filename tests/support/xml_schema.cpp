#include "support/xml_schema.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <memory>
#include <stdexcept>

#include "support/data.h"

namespace dmarc::test {
namespace {

template <auto release>
struct Release {
  template <typename T>
  void operator()(T* pointer) const {
    release(pointer);
  }
};
using Document = std::unique_ptr<xmlDoc, Release<xmlFreeDoc>>;
using SchemaParser = std::unique_ptr<xmlSchemaParserCtxt, Release<xmlSchemaFreeParserCtxt>>;
using Schema = std::unique_ptr<xmlSchema, Release<xmlSchemaFree>>;
using Validation = std::unique_ptr<xmlSchemaValidCtxt, Release<xmlSchemaFreeValidCtxt>>;

/// Keeps the first error; libxml2 would print them.
void keep(void* problem, xmlErrorPtr error) {
  auto& text = *static_cast<std::string*>(problem);
  if (!text.empty()) return;
  text = "line " + std::to_string(error->line) + ": " + error->message;
  if (text.ends_with('\n')) text.pop_back();
}

}  // namespace

std::string schema_problem(const std::string& document, std::string_view schema) {
  const std::string path = data_folder() + "/" + std::string(schema);
  const SchemaParser parser(xmlSchemaNewParserCtxt(path.c_str()));
  const Schema rules(xmlSchemaParse(parser.get()));
  if (!rules) throw std::runtime_error(path + ": no usable schema");

  std::string problem;
  xmlSetStructuredErrorFunc(&problem, keep);
  const Document parsed(xmlReadMemory(document.data(), static_cast<int>(document.size()), nullptr,
                                      nullptr, XML_PARSE_NONET));
  xmlSetStructuredErrorFunc(nullptr, nullptr);
  if (!parsed) return problem.empty() ? "no XML" : problem;
  const Validation validation(xmlSchemaNewValidCtxt(rules.get()));
  xmlSchemaSetValidStructuredErrors(validation.get(), keep, &problem);
  if (xmlSchemaValidateDoc(validation.get(), parsed.get()) != 0 && problem.empty())
    problem = "not valid";
  return problem;
}

}  // namespace dmarc::test
