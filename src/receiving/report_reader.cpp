#include "receiving/report_reader.h"

#include <expat.h>

#include <algorithm>
#include <new>

#include "base/ascii.h"
#include "receiving/limits.h"
#include "receiving/report_elements.h"
#include "receiving/xml_text.h"

namespace dmarc::receiving {
namespace {

/// What expat is given at a time.
constexpr std::size_t slice = 32 * 1024;

/// In lower case, without a prefix.
std::string local_name(std::string_view name) {
  if (const std::size_t colon = name.rfind(':'); colon != std::string_view::npos)
    name.remove_prefix(colon + 1);
  return base::lower(name);
}

}  // namespace

class ReportReader::Parser {
 public:
  Parser() : expat_(XML_ParserCreate("UTF-8")) {
    if (expat_ == nullptr) throw std::bad_alloc();
    XML_SetUserData(expat_, this);
    XML_SetElementHandler(
        expat_,
        [](void* self, const XML_Char* name, const XML_Char** /*attributes*/) {
          static_cast<Parser*>(self)->open(name);
        },
        [](void* self, const XML_Char* /*name*/) { static_cast<Parser*>(self)->close(); });
    XML_SetCharacterDataHandler(expat_, [](void* self, const XML_Char* text, int length) {
      static_cast<Parser*>(self)->characters({text, static_cast<std::size_t>(length)});
    });
    XML_SetStartDoctypeDeclHandler(
        expat_, [](void* self, const XML_Char* /*name*/, const XML_Char* /*system*/,
                   const XML_Char* /*public*/, int /*has_internal_subset*/) {
          static_cast<Parser*>(self)->refuse("a document type declaration, which no report has");
        });
  }

  ~Parser() { XML_ParserFree(expat_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  bool add(std::string_view chunk) {
    octets_ += chunk.size();
    if (octets_ > max_report_octets && !is_over())
      refuse("more than " + std::to_string(max_report_octets >> 20) + " MiB of XML");
    for (; !chunk.empty() && !is_over(); chunk.remove_prefix(std::min(slice, chunk.size())))
      parse(text_.add(chunk.substr(0, slice)), false);
    return !is_over();
  }

  tl::expected<ReadReport, Problem> finish() {
    if (!is_over()) parse(text_.finish(), true);
    if (problem_.reason.empty() && !ended_) refuse("the report is not complete");
    if (problem_.reason.empty()) {
      if (const std::string reason = elements_.complete(); !reason.empty()) refuse(reason);
    }
    if (!problem_.reason.empty()) return tl::unexpected(problem_);
    result_.report = std::move(elements_.report());
    return std::move(result_);
  }

 private:
  bool is_over() const { return ended_ || !problem_.reason.empty(); }

  std::uint64_t line() const { return XML_GetCurrentLineNumber(expat_) + text_.lines_dropped(); }

  void stop() { XML_StopParser(expat_, XML_FALSE); }

  void refuse(std::string reason) {
    if (problem_.reason.empty()) problem_ = {line(), std::move(reason)};
    stop();
  }

  void parse(std::string_view text, bool at_end) {
    given_ += text.size();
    const XML_Status status =
        XML_Parse(expat_, text.data(), static_cast<int>(text.size()), at_end ? 1 : 0);
    if (is_over()) return;
    if (status != XML_STATUS_OK) {
      refuse(problem_text(XML_GetErrorCode(expat_)));
      return;
    }
    const auto held = given_ - static_cast<std::uint64_t>(
                                   std::max<XML_Index>(XML_GetCurrentByteIndex(expat_), 0));
    if (held > max_markup + slice) refuse("a tag or comment of more than 256 KiB");
  }

  std::string problem_text(XML_Error error) const {
    if (error == XML_ERROR_NO_ELEMENTS && depth_ > 0)
      return "the report breaks off within <" + base::printable(names_.back(), 40) + ">";
    return std::string("invalid XML: ") + XML_ErrorString(error);
  }

  void open(std::string_view qualified) {
    if (is_over()) return;
    if (++depth_ > max_element_depth) {
      refuse("elements nested deeper than " + std::to_string(max_element_depth));
      return;
    }
    std::string name = local_name(qualified);
    if (depth_ == 1 && name != "feedback") {
      refuse("not an aggregate report: the root is <" + base::printable(name, 40) +
             ">, not <feedback>");
      return;
    }
    elements_.open(name, names_.empty() ? std::string_view() : std::string_view(names_.back()));
    names_.push_back(std::move(name));
    value_.clear();
  }

  void characters(std::string_view text) {
    if (is_over() || value_.size() >= max_element_text) return;
    value_ += text.substr(0, max_element_text - value_.size());
  }

  void close() {
    if (is_over()) return;
    const std::string name = std::move(names_.back());
    names_.pop_back();
    --depth_;
    const std::string_view parent = names_.empty() ? std::string_view() : names_.back();
    leave_out(elements_.close(name, parent, base::trim(value_)));
    value_.clear();
    if (elements_.report().rows.size() > max_rows)
      refuse("more than " + std::to_string(max_rows) + " records");
    if (depth_ > 0) return;
    ended_ = true;  // whatever follows is not looked at
    stop();
  }

  void leave_out(std::string reason) {
    if (reason.empty()) return;
    ++result_.records_left_out;
    if (result_.records.size() < max_told_records)
      result_.records.push_back({line(), std::move(reason)});
  }

  XML_Parser expat_;
  XmlText text_;
  ReportElements elements_;
  ReadReport result_;
  Problem problem_;
  std::vector<std::string> names_;
  std::string value_;  ///< of the innermost element, since the last tag
  std::size_t depth_ = 0;
  std::uint64_t octets_ = 0;
  std::uint64_t given_ = 0;
  bool ended_ = false;
};

ReportReader::ReportReader() : parser_(std::make_unique<Parser>()) {}
ReportReader::~ReportReader() = default;

bool ReportReader::add(std::string_view chunk) {
  return parser_->add(chunk);
}

tl::expected<ReadReport, Problem> ReportReader::finish() {
  return parser_->finish();
}

}  // namespace dmarc::receiving
