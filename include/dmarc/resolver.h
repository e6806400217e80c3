// How the protocol modules ask the DNS.
//
// A check (dmarc/check.h) says which questions it has; whoever carries it on asks them, and feeds
// it the answers as they come.
//
// A Resolver is for programs that may wait: dns::wait_for() runs a check to its end with one, and
// prefetch() has the questions that can be foreseen under way together. An AsyncResolver, the
// network or a fixed zone, is for those that must not.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/domain_name.h>

namespace dmarc::dns {

/// Record types that can be asked for; the values are those of the protocol.
enum class Type : std::uint16_t { a = 1, cname = 5, ptr = 12, mx = 15, txt = 16, aaaa = 28 };

std::string_view to_string(Type type);

/// What a look-up came to. RFC 9989 treats the four differently (section 3.2.13 "Non-existent
/// Domains", section 4.10.1), so none of them can be mistaken for another.
enum class Outcome {
  records,            ///< at least one record of the type
  no_data,            ///< the name exists, but has no record of the type
  no_such_name,       ///< NXDOMAIN for the name itself
  temporary_failure,  ///< no conclusion; Answer::failure says why
};

std::string_view to_string(Outcome outcome);

/// Why a look-up failed.
enum class Failure {
  none,       ///< it did not
  timeout,    ///< no server answered in time, or the message's deadline passed
  servfail,   ///< SERVFAIL, which includes data that failed DNSSEC validation
  refused,    ///< REFUSED, NOTIMP, FORMERR or another response code that is not an answer
  malformed,  ///< an answer that could not be decoded
  network,    ///< no server could be reached
  alias,      ///< a CNAME loop, or a chain longer than the limit
  budget,     ///< the message had asked all the questions that one message may ask
  own_limit,  ///< what this process has for all messages together was used up: nobody was asked
};

/// One short English clause for logs and traces, for example "the server answered SERVFAIL".
std::string_view describe(Failure failure);

/// Longest chain of CNAMEs that is followed; a longer one, or a loop, is Failure::alias. Real
/// chains have one or two links, content networks' up to five.
inline constexpr unsigned max_aliases = 8;

struct Question {
  Name name;
  Type type;
  friend bool operator==(const Question&, const Question&) = default;
};

/// An answer, shared between the cache and everyone who asked.
struct Answer {
  Outcome outcome = Outcome::temporary_failure;
  Failure failure = Failure::none;

  /// The data of each record of the type asked for, in the order received:
  ///   TXT         the character-strings joined without separator (RFC 9989 section 4.5)
  ///   A, AAAA     4 or 16 octets in network order
  ///   PTR, CNAME  the target's text: no trailing dot, ASCII in lower case, else any octets
  ///   MX          the preference in decimal, a blank, the exchange's text: "10 mx.example.org", or
  ///               "0 ." for a null MX
  std::vector<std::string> records;

  /// True when the answer begins with a CNAME owned by the name asked for: the name exists, even
  /// when the end of the chain does not (RFC 8020 section 2). `outcome` is never no_such_name then,
  /// but no_data.
  bool alias = false;

  bool authenticated = false;  ///< the AD bit of a server that is trusted to validate
  bool stale = false;          ///< served after its TTL because every server failed (RFC 8767)
  std::uint32_t ttl = 0;       ///< seconds for which the answer may be kept

  static Answer failed(Failure failure);
};

using AnswerPtr = std::shared_ptr<const Answer>;

/// What evaluation code sees. Calls for one Resolver come from one thread at a time.
class Resolver {
 public:
  virtual ~Resolver() = default;

  /// Waits for the answer. Never null; failures are answers. The same question has the same answer
  /// for as long as this resolver lives.
  virtual AnswerPtr lookup(const Name& name, Type type) = 0;

  /// Starts a look-up whose answer will probably be wanted, and returns at once.
  virtual void prefetch(const Name& name, Type type) = 0;
};

/// What answers questions without waiting: the network engine or a fixed zone. Safe to call from
/// any thread.
class AsyncResolver {
 public:
  using Callback = std::function<void(AnswerPtr)>;

  /// One who asks, usually a message. What can be under way at a time is divided evenly between
  /// those who ask; the others of their questions wait for their turn, in the order in which they
  /// were asked. When it is destroyed, what it has asked is dropped. Belongs to one thread, and
  /// must not outlive its resolver.
  class Asker {
   public:
    virtual ~Asker() = default;
    /// As AsyncResolver::resolve(), but `done` is not called any more when the asker is no more,
    /// except for a call that has begun.
    virtual void resolve(const Question& question, Callback done) = 0;
    /// True when a question without answer waits for its turn: nobody has been asked.
    virtual bool is_waiting(const Question& question) const = 0;
  };

  virtual ~AsyncResolver() = default;

  /// An answer that can be given without asking anybody, such as one of the cache; else null:
  /// resolve() brings it. A resolver that has nothing at hand need not override it.
  virtual AnswerPtr at_hand(const Question& /*question*/) { return nullptr; }

  /// Calls `done` exactly once with an answer that is not null: before returning when the answer is
  /// at hand, otherwise later on a thread of the resolver. `done` must not block and must not
  /// throw.
  virtual void resolve(const Question& question, Callback done) = 0;

  /// A new asker. One of a resolver that has nothing to divide asks resolve().
  virtual std::unique_ptr<Asker> open();
};

}  // namespace dmarc::dns

template <>
struct std::hash<dmarc::dns::Question> {
  std::size_t operator()(const dmarc::dns::Question& question) const noexcept {
    return std::hash<dmarc::dns::Name>{}(question.name) * 31 +
           static_cast<std::size_t>(question.type);
  }
};
