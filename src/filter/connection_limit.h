// How many connections there are and how many have a message in progress: the limit on the one, and
// what a stop waits for of the other.
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

class ConnectionLimit {
 public:
  /// `limit` is the most connections at a time, 0 for no limit; refusals are logged to `sink`, once
  /// per burst.
  ConnectionLimit(std::size_t limit, log::Sink& sink) : limit_(limit), sink_(sink) {}
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

  std::size_t limit() const { return limit_; }
  std::size_t connections() const { return connections_; }
  std::size_t messages() const { return messages_; }

 private:
  const std::size_t limit_;
  log::Sink& sink_;
  std::atomic<std::size_t> connections_{0};
  std::atomic<std::size_t> messages_{0};
  std::atomic<bool> refusing_{false};
};

}  // namespace dmarc::filter
