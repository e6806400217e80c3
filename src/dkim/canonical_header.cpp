#include "dkim/canonical_header.h"

#include "base/ascii.h"

namespace dmarc::dkim {
namespace {

/// Line ends become CR LF; everything else stays.
void append_simple(std::string& text, std::string_view value) {
  std::size_t done = 0;
  for (std::size_t end = value.find('\n'); end != std::string_view::npos;
       end = value.find('\n', end + 1)) {
    text += value.substr(done, end - done);
    if (end == 0 || value[end - 1] != '\r') text += '\r';
    done = end;
  }
  text += value.substr(done);
}

/// Line ends are dropped and runs of blanks become one: none is written before the first octet or
/// after the last. `value` is given in one piece or two.
class Relaxed {
 public:
  explicit Relaxed(std::string& text) : text_(text), begin_(text.size()) {}

  void append(std::string_view value) {
    const std::size_t at = text_.size();
    text_.resize(at + value.size() + 1);
    char* const first = text_.data() + begin_;
    char* out = text_.data() + at;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const char c = value[i];
      if (base::is_blank(c)) {
        blank_ = true;
      } else if (!is_line_end(value, i)) {
        if (blank_ && out != first) *out++ = ' ';
        blank_ = false;
        *out++ = c;
      }
    }
    text_.resize(static_cast<std::size_t>(out - text_.data()));
  }

 private:
  static bool is_line_end(std::string_view value, std::size_t i) {
    return value[i] == '\n' || (value[i] == '\r' && i + 1 < value.size() && value[i + 1] == '\n');
  }

  std::string& text_;
  const std::size_t begin_;
  bool blank_ = false;
};

void append_relaxed_name(std::string& text, std::string_view name) {
  while (!name.empty() && base::is_blank(name.back()))
    name.remove_suffix(1);
  for (const char c : name)
    text += base::to_lower(c);
  text += ':';
}

void append_parts(std::string& text, std::string_view name, std::string_view value,
                  std::string_view rest, CanonicalForm form, LeadingBlanks blanks) {
  if (form == CanonicalForm::relaxed) {
    append_relaxed_name(text, name);
    Relaxed relaxed(text);
    relaxed.append(value);
    relaxed.append(rest);
    return;
  }
  text += name;
  text += blanks == LeadingBlanks::kept ? ":" : ": ";
  append_simple(text, value);
  append_simple(text, rest);
}

}  // namespace

void append_field(std::string& text, const mail::HeaderField& field, CanonicalForm form,
                  LeadingBlanks blanks) {
  append_parts(text, field.name, field.value, {}, form, blanks);
}

void append_signature_field(std::string& text, const mail::HeaderField& field, std::size_t begin,
                            std::size_t end, CanonicalForm form, LeadingBlanks blanks) {
  append_parts(text, field.name, field.value.substr(0, begin), field.value.substr(end), form,
               blanks);
}

}  // namespace dmarc::dkim
