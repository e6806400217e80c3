// How many connections there are and how many have a message in progress: the limit on the one, and
// what a stop waits for of the other.
//
// A connection counts from the moment when the MTA has named its client. An engine holds a few more
// sockets than may be served, to tell the MTA that the client is refused; it asks sockets() how
// many.
//
//   std::optional<ConnectionLimit::Admission> admission = connection_limit.admit();
//   if (!admission) ... refuse the connection
//   admission->begin_message(); ... admission->settle();
//
// Threads: any. An Admission belongs to one connection and must not outlive its ConnectionLimit.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

#include "log/event.h"

namespace dmarc::filter {

/// Sockets beyond as many again as connections are served.
inline constexpr std::size_t refusal_reserve = 64;

class ConnectionLimit {
 public:
  /// 0: no limit.
  struct Limits {
    std::size_t served = 0;   ///< connections at a time
    std::size_t sockets = 0;  ///< the same with those that are being refused
  };
  /// With as many sockets as are of use.
  static constexpr Limits usual(std::size_t served) {
    return {served, served == 0 ? 0 : 2 * served + refusal_reserve};
  }

  /// Refusals are logged to `sink`, once per burst.
  ConnectionLimit(Limits limits, log::Sink& sink) : limits_(limits), sink_(sink) {}
  ConnectionLimit(std::size_t served, log::Sink& sink) : ConnectionLimit(usual(served), sink) {}
  ConnectionLimit(const ConnectionLimit&) = delete;
  ConnectionLimit& operator=(const ConnectionLimit&) = delete;

  /// The place of one connection.
  class Admission {
   public:
    Admission(Admission&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)),
          in_message_(std::exchange(other.in_message_, false)) {}
    Admission& operator=(Admission&&) = delete;
    ~Admission();

    /// The connection must not be cut off from now on.
    void begin_message();
    /// The last answer to the message has been sent.
    void settle();

   private:
    friend class ConnectionLimit;
    explicit Admission(ConnectionLimit& connection_limit) : owner_(&connection_limit) {}
    ConnectionLimit* owner_;
    bool in_message_ = false;
  };

  /// Nothing when the limit is reached.
  std::optional<Admission> admit();

  std::size_t limit() const { return limits_.served; }
  /// Whether so many sockets are as many as an engine may hold.
  bool is_full(std::size_t sockets) const {
    return limits_.sockets != 0 && sockets >= limits_.sockets;
  }
  std::size_t connections() const { return connections_; }
  std::size_t messages() const { return messages_; }

 private:
  const Limits limits_;
  log::Sink& sink_;
  std::atomic<std::size_t> connections_{0};
  std::atomic<std::size_t> messages_{0};
  std::atomic<bool> refusing_{false};
};

}  // namespace dmarc::filter
