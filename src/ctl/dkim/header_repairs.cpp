#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.h"
#include "ctl/dkim/repairs.h"
#include "dkim/canonical_header.h"
#include "dkim/signed_header.h"

namespace dmarc::ctl {
namespace {

constexpr std::string_view line_end = "\r\n";

/// Signatures tried with the key: one of RSA-2048 takes some 20 us.
constexpr std::size_t max_trials = 5000;
/// Conditions that are told.
constexpr std::size_t max_found = 5;

/// A name of h= and the field it stands for, if there is one.
struct Line {
  std::string_view name;
  std::optional<std::string> value;
  std::size_t field = 0;  ///< its index in the header
};

/// A change that is undone: another value for a line, or none.
struct Edit {
  std::size_t line;
  std::optional<std::string> value;
  std::string condition;
};

/// The names of h= in their order. Names without a field left have a line without a value.
std::vector<Line> lines_of(const SignedFields& fields) {
  dkim::SignedHeader signed_header(fields.header, dkim::LeadingBlanks::kept);
  const auto selected = signed_header.select(fields.signature.names, fields.field);
  std::vector<Line> lines;
  std::size_t next = 0;
  for (const std::string_view name : fields.signature.names) {
    Line& line = lines.emplace_back(Line{name, {}});
    if (next == selected.size() || !mail::is_field(fields.header[selected[next]], name)) continue;
    line.field = selected[next++];
    line.name = fields.header[line.field].name;
    line.value = fields.header[line.field].value;
  }
  return lines;
}

class Trials {
 public:
  explicit Trials(const SignedFields& fields) : fields_(fields), lines_(lines_of(fields)) {}

  const std::vector<Line>& lines() const { return lines_; }
  bool exhausted() const { return tried_ >= max_trials; }

  bool right(dkim::CanonicalForm form) {
    ++tried_;
    std::string text;
    for (const Line& line : lines_) {
      if (!line.value) continue;
      dkim::append_field(text, {line.name, *line.value}, form, dkim::LeadingBlanks::kept);
      text += line_end;
    }
    const dkim::Signature& signature = fields_.signature;
    dkim::append_signature_field(text, fields_.header[fields_.field], signature.b_begin,
                                 signature.b_end, form, dkim::LeadingBlanks::kept);
    crypto::Sha256 hash;
    hash.update(text);
    return fields_.key.verify(hash.finish(), signature.octets);
  }

  bool right_with(Edit& edit) {
    apply(edit);
    const bool result = right(fields_.signature.header_form);
    apply(edit);
    return result;
  }

  bool right_with(Edit& edit, Edit& other) {
    apply(edit);
    const bool result = right_with(other);
    apply(edit);
    return result;
  }

 private:
  /// The second time it takes the change back.
  void apply(Edit& edit) { std::swap(lines_[edit.line].value, edit.value); }

  const SignedFields& fields_;
  std::vector<Line> lines_;
  std::size_t tried_ = 0;
};

/// What lists and spam filters put in front of a subject: "[List] ", "*****SPAM***** ", "{Spam?} ".
std::optional<std::string_view> subject_mark(std::string_view subject) {
  const auto up_to = [&](char last) -> std::optional<std::string_view> {
    const std::size_t end = subject.find(last);
    if (end == std::string_view::npos) return {};
    return subject.substr(0, end + 1);
  };
  if (subject.starts_with('[')) return up_to(']');
  if (subject.starts_with('{')) return up_to('}');
  if (subject.starts_with("**"))
    if (const auto mark = up_to(' ')) return mark->substr(0, mark->size() - 1);
  return {};
}

void add_subject_edits(std::vector<Edit>& edits, std::size_t number, const Line& line) {
  const std::string_view shown = base::trim(*line.value);
  const auto mark = subject_mark(shown);
  if (!mark) return;
  const std::string blanks = line.value->substr(0, line.value->find_first_not_of(" \t"));
  edits.push_back({number, blanks + std::string(base::trim(shown.substr(mark->size()))),
                   "Subject did not begin with \"" + std::string(*mark) + "\""});
}

/// Lists that rewrite From keep what it was in one of these.
constexpr std::array<std::string_view, 4> kept_from{"X-Original-From", "Reply-To",
                                                    "X-Original-Sender", "Original-From"};

void add_from_edits(std::vector<Edit>& edits, std::size_t number,
                    std::span<const mail::HeaderField> header) {
  for (const std::string_view name : kept_from)
    for (const mail::HeaderField* kept : mail::fields_named(header, name))
      edits.push_back(
          {number, std::string(kept->value), "From was what " + std::string(name) + " is now"});
}

void add_encoding_edits(std::vector<Edit>& edits, std::size_t number) {
  for (const std::string_view word : {"8bit", "7bit", "quoted-printable", "base64"})
    edits.push_back(
        {number, " " + std::string(word), "Content-Transfer-Encoding was " + std::string(word)});
}

std::string name_text(const Line& line) {
  return base::printable(base::trim(line.name), 80);
}

/// The field was put there, or the one that was signed is another.
void add_presence_edits(std::vector<Edit>& edits, const std::vector<Line>& lines,
                        std::span<const mail::HeaderField> header, std::size_t number) {
  const Line& line = lines[number];
  if (!line.value) {
    edits.push_back({number, "", "there was an empty " + name_text(line) + " field"});
    return;
  }
  edits.push_back({number, std::nullopt, "the " + name_text(line) + " field was not there"});
  for (const mail::HeaderField* other : mail::fields_named(header, base::trim(line.name)))
    if (other != &header[line.field])
      edits.push_back({number, std::string(other->value),
                       "the " + name_text(line) + " field that was signed was another one, \"" +
                           base::printable(mail::shown_value(*other), 80) + "\""});
}

/// What "simple" can't bear.
void add_blank_edits(std::vector<Edit>& edits, std::size_t number, const Line& line) {
  std::string unfolded = *line.value;
  std::erase_if(unfolded, [](char c) { return c == '\r' || c == '\n'; });
  if (unfolded != *line.value)
    edits.push_back({number, unfolded, "the " + name_text(line) + " field was not folded"});
  if (std::string one_blank = " " + std::string(base::trim(*line.value)); one_blank != *line.value)
    edits.push_back({number, one_blank,
                     "the " + name_text(line) +
                         " field had one blank after its colon and none "
                         "at its end"});
}

/// The likely ones first.
std::vector<Edit> edits_of(const SignedFields& fields, const std::vector<Line>& lines) {
  std::vector<Edit> edits;
  const auto is = [&](std::size_t i, std::string_view name) {
    return lines[i].value && base::iequals(base::trim(lines[i].name), name);
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is(i, "Subject")) add_subject_edits(edits, i, lines[i]);
    if (is(i, "From")) add_from_edits(edits, i, fields.header);
    if (is(i, "Content-Transfer-Encoding")) add_encoding_edits(edits, i);
  }
  for (std::size_t i = 0; i < lines.size(); ++i)
    add_presence_edits(edits, lines, fields.header, i);
  if (fields.signature.header_form == dkim::CanonicalForm::relaxed) return edits;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i].value) add_blank_edits(edits, i, lines[i]);
  return edits;
}

std::vector<std::string> pairs_that_help(Trials& trials, std::vector<Edit>& edits) {
  for (std::size_t i = 0; i < edits.size(); ++i)
    for (std::size_t j = i + 1; j < edits.size() && !trials.exhausted(); ++j)
      if (edits[i].line != edits[j].line && trials.right_with(edits[i], edits[j]))
        return {edits[i].condition + ", and " + edits[j].condition};
  return {};
}

}  // namespace

bool header_is_right(const SignedFields& fields) {
  return Trials(fields).right(fields.signature.header_form);
}

std::vector<std::string> header_repairs(const SignedFields& fields) {
  Trials trials(fields);
  std::vector<std::string> found;
  const bool simple = fields.signature.header_form == dkim::CanonicalForm::simple;
  if (trials.right(simple ? dkim::CanonicalForm::relaxed : dkim::CanonicalForm::simple))
    found.push_back("c= said that the header is " + std::string(simple ? "relaxed" : "simple"));
  std::vector<Edit> edits = edits_of(fields, trials.lines());
  for (Edit& edit : edits)
    if (found.size() < max_found && !trials.exhausted() && trials.right_with(edit))
      found.push_back(edit.condition);
  return found.empty() ? pairs_that_help(trials, edits) : found;
}

}  // namespace dmarc::ctl
