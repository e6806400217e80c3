#include "spf/libspf2/guard.h"

#include <algorithm>
#include <utility>

#include "spf/limits.h"
#include "spf/questions.h"
#include "spf/record.h"

namespace dmarc::spf {
namespace {

// The library drops compiled mechanisms beyond 511 octets without a word, and its parser of macro
// strings writes past its buffer for strings of some kilobytes. compiled_size() overestimates, and
// this leaves a wide margin.
constexpr std::size_t max_compiled = 400;

// Octets of a sender or HELO name that the library may put into its own buffers.
constexpr std::size_t max_value = 255;

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::size_t compiled_size(const MacroString& target) {
  constexpr std::size_t piece = 8;  // its header, and padding
  std::size_t size = 0;
  if (target.pieces.empty()) size += piece + target.text.size() + piece;
  for (const auto& part : target.pieces) {
    const auto* literal = std::get_if<std::string_view>(&part);
    size += piece + (literal != nullptr ? literal->size() + piece : 0);
  }
  return size;
}

std::size_t compiled_size(const Directive& directive) {
  constexpr std::size_t head = 16;  // the mechanism's header, prefix lengths, padding
  std::size_t size = head;
  if (directive.network) size += directive.network->octets().size();
  if (directive.target) size += compiled_size(*directive.target);
  return size;
}

// What the library expands as RFC 7208 does. It loses the first octet of a value that has no more
// parts than a macro keeps, knows fewer delimiters, escapes more for URLs, and takes a trailing dot
// as part of the name; the client's name would bring look-ups that no term accounts for.
bool is_handled(const MacroString& target) {
  const auto handled = [](const auto& piece) {
    const Macro* macro = std::get_if<Macro>(&piece);
    if (macro == nullptr) return true;
    return macro->letter != 'p' && macro->keep == 0 && !macro->url_escape &&
           macro->delimiters.find_first_of(",/") == std::string_view::npos;
  };
  return !target.text.ends_with('.') &&
         std::all_of(target.pieces.begin(), target.pieces.end(), handled);
}

// The library refuses prefix lengths of 0. It asks for the client's names whatever the target of
// ptr is, so that has to be a name for certain.
bool is_handled(const Directive& directive) {
  if (directive.prefix4 == 0 || directive.prefix6 == 0) return false;
  if (!directive.target) return true;
  if (directive.mechanism == Mechanism::ptr &&
      (directive.target->text.find('%') != std::string_view::npos ||
       !dns::Name::from_octets(directive.target->text)))
    return false;
  return is_handled(*directive.target);
}

// The record without what the library misreads or need not see: other modifiers than redirect, and
// that beside "all". It follows redirect where it stands, so that comes last.
std::optional<std::string> rewritten(const Record& record) {
  std::string text = "v=spf1";
  std::size_t size = 0;
  for (const Directive& directive : record.directives) {
    if (!is_handled(directive)) return {};
    size += compiled_size(directive);
    (text += ' ') += directive.text;
  }
  const auto is_all = [](const Directive& d) { return d.mechanism == Mechanism::all; };
  const bool ends = std::any_of(record.directives.begin(), record.directives.end(), is_all);
  if (record.redirect && !ends) {
    if (!is_handled(*record.redirect)) return {};
    size += compiled_size(*record.redirect);
    (text += " redirect=") += record.redirect->text;
  }
  if (size > max_compiled) return {};
  return text;
}

}  // namespace

bool Libspf2Guard::accepts(const Identity& identity) {
  return !identity.client.is_loopback() && is_visible(identity.local_part) &&
         is_visible(identity.helo) && !identity.helo.empty() &&
         identity.local_part.size() <= max_value && identity.helo.size() <= max_value;
}

void Libspf2Guard::stop(Trouble trouble) {
  if (!is_over()) trouble_ = std::move(trouble);
}

dns::AnswerPtr Libspf2Guard::find(const dns::Question& question) {
  dns::AnswerPtr answer = answers_.find(question);
  if (!answer) missing_ = question;
  return answer;
}

void Libspf2Guard::count_term() {
  hosts_.clear();
  if (++terms_ > max_dns_terms) stop(too_many_terms());
}

void Libspf2Guard::count_void(const dns::Question& question) {
  if (++void_lookups_ > options_.max_void_lookups)
    stop(too_many_void_lookups(options_.max_void_lookups, question));
}

std::optional<std::string> Libspf2Guard::record(std::string_view domain) {
  const bool first = std::exchange(first_record_, false);
  if (!first) count_term();
  if (is_over()) return {};
  const auto name = dns::Name::from_octets(domain);
  if (!name) {
    // Longer names would have lost labels on the left.
    if (domain.size() > dns::Name::max_text) refused_ = true;
    stop({Code::permerror, "an include or redirect leads to no usable name"});
    return {};
  }
  auto trouble = without_record(*name);
  const dns::AnswerPtr answer = trouble ? nullptr : find({*name, dns::Type::txt});
  if (missing_) return {};
  tl::expected<std::string_view, Trouble> text =
      trouble ? tl::unexpected(*std::move(trouble)) : published_record(*name, *answer);
  if (!text) {
    if (!first && text.error().code == Code::none) text.error().code = Code::permerror;
    stop(std::move(text.error()));
    return {};
  }
  if (first) published_ = *text;
  return rewritten_record(*name, *text);
}

std::optional<std::string> Libspf2Guard::rewritten_record(const dns::Name& domain,
                                                          std::string_view text) {
  record_text_ += text.size();
  if (record_text_ > max_record_text) {
    stop(too_much_text());
    return {};
  }
  auto record = read_terms(domain, text);
  if (!record) {
    stop(std::move(record.error()));
    return {};
  }
  auto result = rewritten(*record);
  refused_ = !result;
  return result;
}

Libspf2Guard::Data Libspf2Guard::lookup(std::string_view name, dns::Type type) {
  const bool of_last_term = !hosts_.empty() && hosts_.front() == name;
  if (of_last_term)
    hosts_.pop_front();
  else
    count_term();
  if (name.size() > dns::Name::max_text) refused_ = true;
  if (is_over()) return std::nullopt;
  const auto asked = dns::Name::from_octets(name);
  if (!asked) return Data::value_type{};
  return of_last_term ? lookup_host({*asked, type}) : lookup_term({*asked, type});
}

Libspf2Guard::Data Libspf2Guard::lookup_term(const dns::Question& question) {
  const dns::AnswerPtr answer = find(question);
  if (!answer) return std::nullopt;
  if (answer->outcome == dns::Outcome::temporary_failure) {
    if (question.type == dns::Type::ptr) return Data::value_type{};
    stop(failed_lookup(*answer, question));
    return std::nullopt;
  }
  if (answer->outcome != dns::Outcome::records) {
    count_void(question);
    if (is_over()) return std::nullopt;
    return Data::value_type{};
  }
  if (question.type == dns::Type::mx || question.type == dns::Type::ptr)
    return hosts(*answer, question);
  return answer->records;
}

Libspf2Guard::Data Libspf2Guard::hosts(const dns::Answer& answer, const dns::Question& question) {
  hosts_of_ptr_ = question.type == dns::Type::ptr;
  const std::vector<dns::Name> names = hosts_of_ptr_ ? ptr_names(answer) : mx_hosts(answer);
  if (!hosts_of_ptr_ && names.size() > max_mx_hosts) {
    stop(too_many_mx_hosts(question.name));
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const dns::Name& host : names) {
    hosts_.push_back(host.text());
    texts.push_back(host.text());
  }
  return texts;
}

Libspf2Guard::Data Libspf2Guard::lookup_host(const dns::Question& question) {
  const dns::AnswerPtr answer = find(question);
  if (!answer) return std::nullopt;
  if (answer->outcome == dns::Outcome::temporary_failure && !hosts_of_ptr_) {
    stop(failed_lookup(*answer, question));
    return std::nullopt;
  }
  // Whether this counts as a void look-up depends on whether the term matches by another host,
  // which the library keeps to itself.
  if (answer->records.empty() && !hosts_of_ptr_) refused_ = true;
  return answer->records;
}

}  // namespace dmarc::spf
