#include "ctl/explain/spf_view.h"

#include <chrono>
#include <optional>
#include <string_view>

#include <dmarc/ip_address.h>

#include "base/ascii.h"

namespace dmarc::ctl {
namespace {

// A TXT record may be as long as a DNS answer; what matters is at its front.
constexpr std::size_t max_record_shown = 1000;

std::string milliseconds(std::chrono::microseconds took) {
  const auto tenths = (took.count() + 50) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
}

std::string record_text(dns::Type type, const std::string& data) {
  if (type == dns::Type::a || type == dns::Type::aaaa)
    if (const auto address = base::IpAddress::from_octets(data)) return address->text();
  const std::string text = base::printable(data, max_record_shown);
  return type == dns::Type::txt ? "\"" + text + "\"" : text;
}

using Lookup = dns::LookupSession::Entry;
using dns::Type;

std::string_view scope_name(spf::Scope scope) {
  return scope == spf::Scope::helo ? "helo" : "mailfrom";
}

base::Json text_or_null(const std::string& text) {
  return text.empty() ? base::Json() : base::Json(text);
}

// How much of one term is shown: with macros it can be long, but then nobody reads it.
constexpr std::size_t max_term_shown = 300;

/// A term of a record, parsed just enough to find its look-ups.
struct Term {
  std::string kind;    ///< "include", "a", ...; lower case
  std::string target;  ///< the domain it names; empty when it names none
};

Term read_term(std::string_view text) {
  if (!text.empty() && std::string_view("+-~?").find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
  const std::size_t end = text.find_first_of(":=/");
  Term term{base::lower(text.substr(0, end)), {}};
  if (end == std::string_view::npos || text[end] == '/') return term;
  const std::string_view target = text.substr(end + 1);
  term.target = target.substr(0, target.find('/'));
  return term;
}

class Tree {
 public:
  explicit Tree(const std::vector<Lookup>& lookups) : lookups_(lookups), placed_(lookups.size()) {}

  /// The records of `domain`. Each domain is shown once, so the tree ends.
  void add_domain(Outline& parent, const dns::Name& domain) {
    const auto index = take(domain, Type::txt);
    if (!index) return;
    const Lookup& lookup = lookups_[*index];
    Outline& node = parent.add(lookup_line(lookup));
    if (!lookup.answer) return;
    for (const std::string& record : lookup.answer->records)
      if (base::istarts_with(record, "v=spf1")) add_terms(node, record, domain);
  }

  void add_rest(Outline& parent) {
    Outline rest("other look-ups");
    for (std::size_t i = 0; i < lookups_.size(); ++i)
      if (!placed_[i]) add_lookup(rest, i);
    if (rest.has_details()) parent.add(std::move(rest));
  }

 private:
  void add_terms(Outline& parent, std::string_view record, const dns::Name& domain) {
    for (const std::string_view text : base::split(record, ' ')) {
      if (text.empty() || base::istarts_with(text, "v=spf1")) continue;
      add_term(parent.add(base::printable(text, max_term_shown)), read_term(text), domain);
    }
  }

  void add_term(Outline& node, const Term& term, const dns::Name& domain) {
    const auto named = term.target.empty() ? std::optional(domain) : name_of(term.target);
    if (!named) return;
    if (term.kind == "include" || term.kind == "redirect") add_domain(node, *named);
    if (term.kind == "a" || term.kind == "exists") add_addresses(node, *named);
    if (term.kind == "mx") add_exchanges(node, *named);
  }

  void add_addresses(Outline& node, const dns::Name& name) {
    for (const Type type : {Type::a, Type::aaaa})
      if (const auto index = take(name, type)) add_lookup(node, *index);
  }

  void add_exchanges(Outline& node, const dns::Name& name) {
    const auto index = take(name, Type::mx);
    if (!index) return;
    Outline& exchanges = add_lookup(node, *index);
    if (!lookups_[*index].answer) return;
    for (const std::string& data : lookups_[*index].answer->records)
      if (const auto host = name_of(data.substr(data.find(' ') + 1)))
        add_addresses(exchanges, *host);
  }

  Outline& add_lookup(Outline& parent, std::size_t index) {
    Outline& node = parent.add(lookup_line(lookups_[index]));
    for (const std::string& text : record_texts(lookups_[index]))
      node.add(text);
    return node;
  }

  static std::optional<dns::Name> name_of(std::string_view text) {
    auto name = dns::Name::from_octets(text);
    return name ? std::optional(*name) : std::nullopt;
  }

  /// The look-up of that question, unless the tree has it already.
  std::optional<std::size_t> take(const dns::Name& name, Type type) {
    for (std::size_t i = 0; i < lookups_.size(); ++i) {
      if (placed_[i] || lookups_[i].question != dns::Question{name, type}) continue;
      placed_[i] = true;
      return i;
    }
    return std::nullopt;
  }

  const std::vector<Lookup>& lookups_;
  std::vector<bool> placed_;
};

}  // namespace

std::vector<std::string> record_texts(const dns::LookupSession::Entry& lookup) {
  std::vector<std::string> texts;
  if (!lookup.answer) return texts;
  for (const std::string& data : lookup.answer->records)
    texts.push_back(record_text(lookup.question.type, data));
  return texts;
}

std::string lookup_line(const dns::LookupSession::Entry& lookup) {
  std::string line = base::printable(lookup.question.name.text()) + " " +
                     std::string(dns::to_string(lookup.question.type)) + ": ";
  if (!lookup.answer) return line + "not waited for";
  const dns::Answer& answer = *lookup.answer;
  line += answer.outcome == dns::Outcome::temporary_failure
              ? "temporary failure: " + std::string(dns::describe(answer.failure))
              : std::string(dns::to_string(answer.outcome));
  if (answer.alias) line += ", by an alias";
  if (answer.authenticated) line += ", authenticated";
  if (answer.stale) line += ", stale";
  return line + " (" + milliseconds(lookup.took) + ")";
}

Outline lookups_outline(const std::vector<dns::LookupSession::Entry>& lookups) {
  Outline outline("DNS look-ups: " + std::to_string(lookups.size()));
  for (const auto& lookup : lookups) {
    Outline& line = outline.add(lookup_line(lookup));
    for (const std::string& text : record_texts(lookup))
      line.add(text);
  }
  return outline;
}

base::Json json_of(const std::vector<dns::LookupSession::Entry>& lookups) {
  auto list = base::Json::array();
  for (const auto& lookup : lookups) {
    auto entry = base::Json::object();
    entry.set("name", lookup.question.name.text())
        .set("type", dns::to_string(lookup.question.type));
    if (lookup.answer)
      entry.set("outcome", dns::to_string(lookup.answer->outcome))
          .set("failure", json_of(lookup.answer->failure))
          .set("records", base::Json::array(record_texts(lookup)))
          .set("stale", lookup.answer->stale)
          .set("authenticated", lookup.answer->authenticated);
    list.push(std::move(entry.set("microseconds", lookup.took.count())));
  }
  return list;
}

base::Json json_of(dns::Failure failure) {
  return failure == dns::Failure::none ? base::Json() : base::Json(dns::describe(failure));
}

base::Json json_or_null(const std::optional<dns::Name>& name) {
  return name ? base::Json(name->text()) : base::Json();
}

Outline spf_outline(const spf::Result& result) {
  const std::string domain = result.domain ? result.domain->text() : "no usable identity";
  Outline outline("SPF " + std::string(spf::to_string(result.code)) + " (" +
                  std::string(scope_name(result.scope)) + "): " + domain);
  if (!result.problem.empty()) outline.add("because", result.problem);
  if (!result.record.empty())
    outline.add("record: \"" + base::printable(result.record, max_record_shown) + "\"");
  std::string followed;
  for (const std::string& domain_followed : result.path)
    followed += (followed.empty() ? "" : " > ") + domain_followed;
  if (!followed.empty()) outline.add("through", followed);
  if (!result.mechanism.empty()) outline.add("decided by", result.mechanism);
  if (!result.explanation.empty()) outline.add("explanation", result.explanation);
  return outline;
}

base::Json json_of(const spf::Result& result) {
  return base::Json::object()
      .set("result", spf::to_string(result.code))
      .set("scope", scope_name(result.scope))
      .set("domain", json_or_null(result.domain))
      .set("mechanism", text_or_null(result.mechanism))
      .set("path", base::Json::array(result.path))
      .set("problem", text_or_null(result.problem))
      .set("record", text_or_null(result.record))
      .set("explanation", text_or_null(result.explanation));
}

Outline spf_tree(const spf::Result& result, const std::vector<Lookup>& lookups) {
  Outline outline("DNS look-ups: " + std::to_string(lookups.size()));
  Tree tree(lookups);
  if (result.domain) tree.add_domain(outline, *result.domain);
  tree.add_rest(outline);
  return outline;
}

}  // namespace dmarc::ctl
