// One milter connection, without the milter library: events in, responses out. The libmilter glue
// (libmilter/) and our own engine (native_engine.h) drive it; nothing here knows a socket.
//
// Life: connect, helo, then for each message mail, recipient..., header..., end_of_message or
// abort; close by destruction. A session keeps the settings that were current when its connection
// came, for all of its messages.
//
// At MAIL the SPF check starts when the settings allow one; when the first From arrives the tree
// walk is prefetched. Nothing here waits: end_of_message() gives no judgement while the DNS owes an
// answer, and advance() is called when there is more to go by:
//
//   Session session(environment, wake);
//   ...
//   auto judgement = session.end_of_message(macros);
//   while (!judgement) {
//     ... until wake was called, or session.deadline()
//     judgement = session.advance();
//   }
//
// The judgement is made anew each time, from the answers that have come, and only the one that
// lacks nothing counts: policy::judge() is a pure function, so there is no half-finished work to be
// kept. With the early questions nearly every message is judged once or twice.
//
// Threads: one event at a time, from any thread. `wake` comes from threads of the resolver.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_address.h"
#include "policy/judgement.h"

namespace dmarc::filter {

struct Environment;

/// True when the recipients make a difference: otherwise the MTA need not tell them.
bool wants_recipients(const Environment& environment);

/// The MTA's macros, by name without braces ("i", "auth_authen"); nothing when the MTA did not send
/// it.
using Macros = std::function<std::optional<std::string>(std::string_view name)>;

/// Told that advance() may get further. Called from any thread, perhaps when the session is no
/// more; must not block and must not throw.
using Wake = std::function<void()>;

/// Stands for the MTA's job id in log lines when it sent none.
inline constexpr std::string_view unknown_job_id = "(unknown-jobid)";

/// What an event other than end-of-message answers.
enum class Response { proceed, accept, tempfail };

/// What the header fields of one message may take up; past it the message can't be judged. See
/// docs/LIMITS.md.
inline constexpr std::size_t max_header_fields = 10000;
inline constexpr std::size_t max_header_octets = 4 * 1024 * 1024;

class Session {
 public:
  Session(std::shared_ptr<const Environment> environment, Wake wake);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Response connect(std::string_view host, const std::optional<base::IpAddress>& address);
  Response helo(std::string_view name);
  Response mail(std::string_view argument, const Macros& macros);
  void recipient(std::string_view argument);
  Response header(std::string_view name, std::string_view value);
  /// Judges the message, writes its log lines and its history record, hands over what is to be
  /// reported; nothing while an answer is missing. An end of message without a beginning is
  /// deferred.
  std::optional<policy::Judgement> end_of_message(const Macros& macros);
  /// Goes on with what has come since, and gives the judgement of a message whose end has come.
  std::optional<policy::Judgement> advance();
  /// When advance() judges with what there is.
  std::chrono::steady_clock::time_point deadline() const;
  /// Forgets the message in progress.
  void abort();
  /// True between mail() and the end of that message.
  bool in_message() const;

 private:
  struct MessageState;
  void start_spf();
  void prefetch();
  std::optional<policy::Judgement> try_to_judge(MessageState& state) const;
  void conclude(const MessageState& state, const policy::Judgement& judgement) const;
  void record(const MessageState& state, const policy::Judgement& judgement) const;
  void report_failure(const MessageState& state, const policy::Judgement& judgement) const;

  std::shared_ptr<const Environment> environment_;
  const Wake wake_;
  std::string client_name_;
  std::optional<base::IpAddress> client_;
  std::string helo_;
  std::unique_ptr<MessageState> message_;
};

}  // namespace dmarc::filter
