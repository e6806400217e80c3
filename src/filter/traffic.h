// How many connections there are and how many have a message in progress: the limit on the one, and
// what a stop waits for of the other.
//
//   std::optional<Traffic::Ticket> ticket = traffic.admit();
//   if (!ticket) ... refuse the connection
//   ticket->begin_message(); ... ticket->settle();
//
// Threads: any. A Ticket belongs to one connection and must not outlive its Traffic.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

#include "log/event.h"

namespace dmarc::filter {

class Traffic {
 public:
  /// `limit` is the most connections at a time, 0 for no limit; refusals are logged to `sink`, once
  /// per burst.
  Traffic(std::size_t limit, log::Sink& sink) : limit_(limit), sink_(sink) {}
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  /// The place of one connection.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept
        : traffic_(std::exchange(other.traffic_, nullptr)),
          in_message_(std::exchange(other.in_message_, false)) {}
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();

    /// The connection must not be cut off from now on.
    void begin_message();
    /// The last answer to the message has been sent.
    void settle();

   private:
    friend class Traffic;
    explicit Ticket(Traffic& traffic) : traffic_(&traffic) {}
    Traffic* traffic_;
    bool in_message_ = false;
  };

  /// Nothing when the limit is reached.
  std::optional<Ticket> admit();

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
