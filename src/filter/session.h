// One milter connection without the milter protocol: events in, responses out. The engines drive it
// (milter/, libmilter/); nothing here knows a socket.
//
//   Session session(environment, wake, transfer);
//   session.connect(host, address); session.helo(name);
//   session.mail(path, macros); session.header(name, value); ...
//   session.end_of_header(); session.body(piece); ...
//   auto judgement = session.end_of_message(macros);
//   while (!judgement) {
//     ... until `wake` was called, or session.deadline() has come
//     judgement = session.advance();
//   }
//
// The life of a message that never waits, since every name is in the cache:
//
//   MAIL FROM:<a@news.example>  the SPF check begins: TXT news.example is at hand, its record
//                               matches the client: pass.
//   From: a@shop.example        the discovery of shop.example's policy begins; each name of its
//                               walk is at hand.
//   end of the header           it has a signature of mail.shop.example: what was signed of the
//                               header is hashed. The key is at hand, and the discovery is told of
//                               two identifiers that may authenticate.
//   body                        hashed as it comes, never kept. Without a signature that needs it
//                               the MTA is told to skip the rest.
//   end of message              the claims are read (author, form, trusted fields). The signature
//                               verifies: pass. Nothing is open: judge() runs, once, and what was
//                               decided is logged, recorded, reported and returned.
//
// And of one that waits:
//
//   MAIL FROM:<a@news.example>  TXT news.example is asked.
//   (wake)  advance()           its record includes other.example, which is asked now, while the
//                               message is still being received.
//   From: a@shop.example        _dmarc.shop.example and _dmarc.example are asked, and whether
//                               shop.example exists.
//   end of the header           two signatures: both keys are asked for.
//   end of message              SPF, both keys and the discovery lack answers: no judgement yet.
//                               The deadline is set.
//   (wake)  advance()           the policy has come, then the key of mail.shop.example: pass. That
//                               is an aligned pass, so the verdict is certain, and the deadline is
//                               one second from now.
//   (wake)  advance()           SPF passes; the other key is still open.
//   deadline  advance()         the other signature is a temperror; judged as above.
//
// At the deadline what is still open has failed, and the checks end with what they have. Nothing is
// done twice: a record is parsed once, a signature verified once, the message judged once.
//
// With a history, the judgement is returned when its record is written, which is another wake and
// another deadline: a disk that hangs costs a message a second, and only the first ones
// (history/writer.h). A session that ends meanwhile has its log lines written all the same.
//
// A session keeps the settings that were current when its connection came, for all of its messages.
//
// Threads: one event at a time; advance() too belongs to the connection. `wake` comes from threads
// of the resolver and of the history, which do nothing else.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <dmarc/ip_address.h>

#include "filter/transfer.h"
#include "io/clock.h"
#include "policy/evidence.h"
#include "policy/judgement.h"

namespace dmarc::history {
class Handover;
}  // namespace dmarc::history

namespace dmarc::filter {

struct Environment;

/// True when the recipients make a difference: otherwise the MTA need not tell them.
bool wants_recipients(const Environment& environment);
/// True when a message's body may make a difference: otherwise the MTA need not send any.
bool wants_bodies(const Environment& environment);

/// The MTA's macros, by name without braces ("i", "auth_authen"); nothing when the MTA did not send
/// it.
using Macros = std::function<std::optional<std::string>(std::string_view name)>;

/// Told that advance() may get further. Called from any thread, perhaps when the session is no
/// more; must not block and must not throw.
using Wake = std::function<void()>;

using policy::unknown_job_id;

/// What an event other than end-of-message answers; `skip` is for a piece of the body: the rest
/// makes no difference.
enum class Response { proceed, accept, tempfail, skip };

/// What the header fields of one message may take up; past it the message can't be judged. See
/// docs/LIMITS.md.
inline constexpr std::size_t max_header_fields = 10000;
inline constexpr std::size_t max_header_octets = 4 * 1024 * 1024;

/// How long an answer waits for its history record.
inline constexpr std::chrono::seconds history_patience{1};

class Session {
 public:
  /// Deadlines are of this clock, which must outlive the session.
  Session(std::shared_ptr<const Environment> environment, Wake wake, Transfer transfer,
          const io::Clock& clock = io::steady_clock());
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Response connect(std::string_view host, const std::optional<base::IpAddress>& address);
  Response helo(std::string_view name);
  Response mail(std::string_view argument, const Macros& macros);
  void recipient(std::string_view argument);
  Response header(std::string_view name, std::string_view value);
  void end_of_header();
  /// The body in pieces of any size. After `skip` more of them may come and are not looked at.
  Response body(std::string_view piece);
  /// Judges the message, writes its log lines and its history record, hands over what is to be
  /// reported; nothing while an answer is missing. An end of message without a beginning is
  /// deferred.
  std::optional<policy::Judgement> end_of_message(const Macros& macros);
  /// Goes on with the answers that have come, at any time; the judgement of a message whose end has
  /// come, that lacks nothing any more, and whose record is written.
  std::optional<policy::Judgement> advance();
  /// When advance() judges with what there is.
  io::Time deadline() const;
  /// Forgets the message in progress.
  void abort();
  /// True between mail() and the end of that message.
  bool in_message() const;

 private:
  struct MessageState;
  struct Judged;
  void judge();
  void warn_of_blanks(const MessageState& state) const;
  bool is_recorded() const;
  policy::Judgement conclude();
  void abandon() noexcept;
  std::shared_ptr<const history::Handover> record(const MessageState& state,
                                                  const policy::Judgement& judgement) const;
  void report_failure(const MessageState& state, const policy::Judgement& judgement) const;

  std::shared_ptr<const Environment> environment_;
  const Wake wake_;
  const Transfer transfer_;
  const io::Clock& clock_;
  std::string client_name_;
  std::optional<base::IpAddress> client_;
  std::string helo_;
  std::unique_ptr<MessageState> message_;
  std::unique_ptr<Judged> judged_;  ///< waits for its record
};

}  // namespace dmarc::filter
