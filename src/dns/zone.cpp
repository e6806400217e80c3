#include <utility>

#include <dmarc/zone.h>

namespace dmarc::dns {
namespace {

// Fixed data does not age; the value only has to be one.
constexpr std::uint32_t zone_ttl = 60;

Answer without_records(Outcome outcome, bool alias) {
  Answer answer;
  answer.outcome = outcome;
  answer.alias = alias;
  answer.ttl = zone_ttl;
  return answer;
}

}  // namespace

Zone::Node& Zone::list(const Name& owner) {
  for (auto above = owner.parent(); above; above = above->parent())
    nodes_.try_emplace(above->text());
  Node& node = nodes_[owner.text()];
  node.listed = true;
  return node;
}

void Zone::add(const Name& owner, Type type, std::string data) {
  list(owner).records[type].push_back(std::move(data));
}

void Zone::add_failure(const Name& owner, Failure failure) {
  list(owner).failure = failure;
}

void Zone::add_nonexistent(const Name& owner) {
  list(owner).nonexistent = true;
}

bool Zone::lists(const Name& name) const {
  const auto found = nodes_.find(name.text());
  return found != nodes_.end() && found->second.listed;
}

const Zone::Node* Zone::find_node(const Name& name) const {
  if (const auto exact = nodes_.find(name.text()); exact != nodes_.end()) return &exact->second;

  // RFC 4592 section 3.3.1 "The Closest Encloser and the Source of Synthesis": the wildcard
  // directly below the longest existing ancestor answers, and no other. The root always exists.
  std::string source = "*";
  for (auto above = name.parent(); above; above = above->parent()) {
    if (!nodes_.contains(above->text())) continue;
    source += '.' + above->text();
    break;
  }
  const auto wildcard = nodes_.find(source);
  return wildcard == nodes_.end() ? nullptr : &wildcard->second;
}

Answer Zone::answer(const Question& question) const {
  Name name = question.name;
  for (unsigned aliases = 0; aliases <= max_aliases; ++aliases) {
    const bool alias = aliases > 0;
    const Node* node = find_node(name);
    if (node && node->failure != Failure::none) return Answer::failed(node->failure);
    // RFC 8020 section 2 "Rules": NXDOMAIN belongs to the end of a chain, not to its beginning.
    if (!node || node->nonexistent)
      return without_records(alias ? Outcome::no_data : Outcome::no_such_name, alias);

    if (const auto found = node->records.find(question.type); found != node->records.end()) {
      Answer answer = without_records(Outcome::records, alias || question.type == Type::cname);
      answer.records = found->second;
      return answer;
    }
    const auto link = node->records.find(Type::cname);
    if (link == node->records.end()) return without_records(Outcome::no_data, alias);
    auto target = Name::from_octets(link->second.front());
    if (!target) return without_records(Outcome::no_data, true);
    name = *std::move(target);
  }
  return Answer::failed(Failure::alias);
}

void Zone::resolve(const Question& question, Callback done) {
  done(std::make_shared<const Answer>(answer(question)));
}

AnswerPtr Zone::find(const Question& question) const {
  return std::make_shared<const Answer>(answer(question));
}

}  // namespace dmarc::dns
