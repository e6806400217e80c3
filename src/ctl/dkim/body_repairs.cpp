#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.h"
#include "ctl/dkim/repairs.h"
#include "dkim/canonical_body.h"
#include "dkim/tag_list.h"

namespace dmarc::ctl {
namespace {

constexpr std::string_view line_end = "\r\n";

/// Lines at the end of a body that may be a footer, and at its beginning that may be a banner.
constexpr std::size_t max_footer_lines = 500;
constexpr std::size_t max_banner_lines = 20;
/// How near to the end the closing delimiter of a multipart body is, in front of which footers are
/// put.
constexpr std::size_t max_closing_octets = 4096;

bool is_right(std::string_view body, dkim::CanonicalForm form, const dkim::Signature& signature) {
  dkim::BodyHash hash(form);
  hash.update(body);
  const crypto::Digest digest = hash.finish();
  return digest == signature.body_hash && signature.length.value_or(hash.length()) == hash.length();
}

/// Calls `edit` for each line, without its line end, and puts the results together.
template <typename Edit>
std::string each_line(std::string_view body, Edit&& edit) {
  std::string text;
  text.reserve(body.size());
  while (!body.empty()) {
    const std::size_t end = std::min(body.find(line_end), body.size());
    text += edit(body.substr(0, end));
    text += body.substr(end, line_end.size());
    body.remove_prefix(std::min(end + line_end.size(), body.size()));
  }
  return text;
}

std::string without_blanks_at_line_ends(std::string_view body) {
  return each_line(body, [](std::string_view line) {
    return std::string(line.substr(0, line.find_last_not_of(" \t") + 1));
  });
}

std::string with_every_line_end_whole(std::string_view body) {
  std::string text;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const bool whole = body.substr(i, 2) == line_end;
    if (whole || body[i] == '\r' || body[i] == '\n')
      text += line_end;
    else
      text += body[i];
    i += whole ? 1 : 0;
  }
  return text;
}

/// RFC 5321 section 4.5.2 "Transparency", done once too often or too seldom.
std::string without_second_dots(std::string_view body) {
  return each_line(body, [](std::string_view line) {
    return std::string(line.substr(line.starts_with("..") ? 1 : 0));
  });
}

std::string with_second_dots(std::string_view body) {
  return each_line(body, [](std::string_view line) {
    return (line.starts_with('.') ? "." : "") + std::string(line);
  });
}

std::string without_quoted_from(std::string_view body) {
  return each_line(body, [](std::string_view line) {
    return std::string(line.substr(line.starts_with(">From ") ? 1 : 0));
  });
}

std::string base64_decoded(std::string_view body) {
  return dkim::base64_value(body).value_or("");
}

int digit(char c) {
  const std::size_t value = std::string_view("0123456789abcdef").find(base::to_lower(c));
  return value == std::string_view::npos ? -1 : static_cast<int>(value);
}

/// RFC 2045 section 6.7 "Quoted-Printable Content-Transfer-Encoding"; with its line end, unless
/// that is a soft one.
std::string decoded_line(std::string_view line, std::string_view end) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '=' && i + 1 == line.size()) return text;
    const int high = line[i] == '=' && i + 2 < line.size() ? digit(line[i + 1]) : -1;
    const int low = high < 0 ? -1 : digit(line[i + 2]);
    text += low < 0 ? line[i] : static_cast<char>(high * 16 + low);
    i += low < 0 ? 0 : 2;
  }
  return text += end;
}

/// What a server made of 8-bit text for one that takes none (RFC 6152 section 3 "Framework for the
/// 8-bit MIME Transport Extension"), undone in the body and in each of its parts.
class QuotedPrintable {
 public:
  std::string undone(std::string_view body) {
    std::string text;
    while (!body.empty()) {
      const std::size_t end = std::min(body.find(line_end), body.size());
      const std::string_view ending = body.substr(end, line_end.size());
      text += line(body.substr(0, end), ending);
      body.remove_prefix(end + ending.size());
    }
    return text;
  }

 private:
  std::string line(std::string_view line, std::string_view end) {
    if (line.starts_with("--")) {
      in_part_header_ = true;
      decoding_ = false;
    } else if (in_part_header_ && line.empty()) {
      in_part_header_ = false;
      decoding_ = part_is_encoded_;
      part_is_encoded_ = false;
    } else if (in_part_header_ && is_encoding(line)) {
      part_is_encoded_ = true;
      return "Content-Transfer-Encoding: 8bit" + std::string(end);
    } else if (decoding_ && !in_part_header_) {
      return decoded_line(line, end);
    }
    return std::string(line) + std::string(end);
  }

  static bool is_encoding(std::string_view line) {
    const std::size_t colon = line.find(':');
    return colon != std::string_view::npos &&
           base::iequals(line.substr(0, colon), "Content-Transfer-Encoding") &&
           base::iequals(base::trim(line.substr(colon + 1)), "quoted-printable");
  }

  bool decoding_ = true;  ///< the whole body may be encoded, whatever the header says
  bool in_part_header_ = false;
  bool part_is_encoded_ = false;
};

struct Change {
  std::string (*undo)(std::string_view body);
  std::string_view condition;
};

constexpr std::array changes{
    Change{without_blanks_at_line_ends, "no line of the body ended with blanks"},
    Change{with_every_line_end_whole, "each lone CR and LF of the body was CR LF"},
    Change{without_second_dots, "lines of the body that begin with two dots had one"},
    Change{with_second_dots, "lines of the body that begin with a dot had one more"},
    Change{without_quoted_from, "lines of the body that begin with \">From \" had no \">\""},
    Change{base64_decoded, "the body was not base64"},
};

/// Where the last lines begin, from top to bottom.
std::vector<std::size_t> last_lines(std::string_view body) {
  std::vector<std::size_t> starts;
  std::size_t begin = body.size();
  while (begin > 0 && starts.size() < max_footer_lines) {
    const std::size_t end = begin >= line_end.size() + 1
                                ? body.rfind(line_end, begin - line_end.size() - 1)
                                : std::string_view::npos;
    begin = end == std::string_view::npos ? 0 : end + line_end.size();
    starts.push_back(begin);
  }
  std::reverse(starts.begin(), starts.end());
  return starts;
}

/// Lines that were put in front of the end, or of the closing delimiter of a multipart body. Each
/// beginning is hashed once: what would follow goes into a copy.
std::optional<std::string> without_footer(std::string_view body, const dkim::Signature& signature) {
  const std::vector<std::size_t> starts = last_lines(body);
  if (starts.empty()) return {};
  std::vector<std::size_t> ends{body.size()};
  for (const std::size_t start : starts)
    if (body.substr(start, 2) == "--" && body.size() - start < max_closing_octets)
      ends.push_back(start);
  if (ends.size() > 4) ends.erase(ends.begin() + 1, ends.end() - 3);

  std::optional<std::string> found;
  dkim::BodyHash before(signature.body_form);
  before.update(body.substr(0, starts.front()));
  for (std::size_t i = 0; i < starts.size(); ++i) {
    for (const std::size_t end : ends) {
      if (end <= starts[i]) continue;
      dkim::BodyHash rest(before);
      rest.update(body.substr(end));
      if (rest.finish() != signature.body_hash) continue;
      found = (end == body.size() ? "the last " : "") + std::to_string(end - starts[i]) +
              " octets of the body" + (end == body.size() ? "" : " before its closing delimiter") +
              " were not there";
    }
    const std::size_t next = i + 1 < starts.size() ? starts[i + 1] : body.size();
    before.update(body.substr(starts[i], next - starts[i]));
  }
  return found;
}

std::optional<std::string> without_banner(std::string_view body, const dkim::Signature& signature) {
  std::size_t begin = 0;
  for (std::size_t line = 0; line < max_banner_lines; ++line) {
    const std::size_t end = body.find(line_end, begin);
    if (end == std::string_view::npos) return {};
    begin = end + line_end.size();
    if (is_right(body.substr(begin), signature.body_form, signature))
      return "the first " + std::to_string(begin) + " octets of the body were not there";
  }
  return {};
}

}  // namespace

bool body_is_right(std::string_view body, const dkim::Signature& signature) {
  return is_right(body, signature.body_form, signature);
}

std::vector<std::string> body_repairs(std::string_view body, const dkim::Signature& signature) {
  std::vector<std::string> found;
  const bool simple = signature.body_form == dkim::CanonicalForm::simple;
  if (is_right(body, simple ? dkim::CanonicalForm::relaxed : dkim::CanonicalForm::simple,
               signature))
    found.push_back("c= said that the body is " + std::string(simple ? "relaxed" : "simple"));
  for (const Change& change : changes)
    if (is_right(change.undo(body), signature.body_form, signature))
      found.emplace_back(change.condition);
  if (is_right(QuotedPrintable().undone(body), signature.body_form, signature))
    found.emplace_back("the body was 8bit, not quoted-printable");
  if (auto footer = without_footer(body, signature)) found.push_back(*std::move(footer));
  if (auto banner = without_banner(body, signature)) found.push_back(*std::move(banner));
  return found;
}

}  // namespace dmarc::ctl
