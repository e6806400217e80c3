// DNS data from text instead of the network: for tests, and for programs that have their answers at
// hand. A Zone answers a check directly:
//
//   const auto zone = dmarc::dns::Zone::parse(text);
//   if (!zone) ... zone.error().line, zone.error().reason
//   dmarc::DiscoveryCheck check(author, options, {});
//   const auto step = check.next(*zone);  // nothing to wait for: it has its result
//
// Zone text, one record a line:
//
//   ; comment                            (also "#" at the start of a line)
//   _dmarc.example.org  TXT    "v=DMARC1; p=reject" "; rua=mailto:a@example.org"
//   example.org         MX     10 mx.example.org
//   *.example.org       A      192.0.2.1
//   broken.example.org  RCODE  SERVFAIL    (SERVFAIL, REFUSED, TIMEOUT, NXDOMAIN: for every type)
//   alias.example.org   CNAME  target.example.net
//
// Rules: names not listed answer no_such_name, unless a listed name lies below them (empty
// non-terminals: no_data); a listed name without the type answers no_data; owner names that start
// with "*." are wildcards (RFC 4592); CNAMEs are followed, at most max_aliases of them. TXT data is
// one or more quoted character-strings with \" \\ and \DDD escapes, or the rest of the line when it
// does not begin with a quote. A time to live and the class IN may stand before the type, as in the
// output of dig; they are ignored, as is the trailing dot of a name.
//
// Threads: const after it was filled; resolve() may then be called from anywhere and calls back at
// once.
#pragma once

#include <tl/expected.hpp>

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <dmarc/check.h>
#include <dmarc/domain_name.h>
#include <dmarc/resolver.h>

namespace dmarc::dns {

struct ZoneError {
  unsigned line = 0;
  std::string reason;
};

class Zone final : public AsyncResolver, public Answers {
 public:
  static tl::expected<Zone, ZoneError> parse(std::string_view text);

  /// Adds one record; `data` in the form of Answer::records.
  void add(const Name& owner, Type type, std::string data);
  /// Makes every question for `owner` fail, or answer no_such_name.
  void add_failure(const Name& owner, Failure failure);
  void add_nonexistent(const Name& owner);

  Answer answer(const Question& question) const;
  AnswerPtr at_hand(const Question& question) override { return find(question); }
  void resolve(const Question& question, Callback done) override;
  /// Never null.
  AnswerPtr find(const Question& question) const override;

  /// True when the name itself (not a wildcard) is listed.
  bool lists(const Name& name) const;
  bool empty() const { return nodes_.empty(); }

 private:
  struct Node {
    std::map<Type, std::vector<std::string>> records;
    Failure failure = Failure::none;
    bool nonexistent = false;
    bool listed = false;  ///< false for an empty non-terminal
  };

  Node& list(const Name& owner);
  /// The node that answers for the name, which may be a wildcard; null when there is none.
  const Node* find_node(const Name& name) const;

  /// By name; every ancestor of a listed name is there too.
  std::unordered_map<std::string, Node> nodes_;
};

}  // namespace dmarc::dns
