// Our own SPF check of one message, which goes on by itself while the message is being received.
//
//   auto check = std::make_shared<SpfCheck>(settings, resolver, limits, request);
//   check->advance();
//   ...
//   if (const spf::Result* result = check->result()) ... it is known
//   else check->await(run_again);
//
// Each answer that it lacks carries it on, on the thread that brings the answer; nothing ever
// waits. It has a budget of DNS questions of its own: SPF asks what the sender's record tells it to
// ask, and must not use up what the author's policy needs.
//
// Threads: any. cancel() before the resolver is released: from then on the resolver is not used.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "dns/lookup_session.h"
#include "policy/settings.h"
#include "spf/check.h"

namespace dmarc::filter {

class SpfCheck : public std::enable_shared_from_this<SpfCheck> {
 public:
  SpfCheck(std::shared_ptr<const policy::Settings> settings, dns::AsyncResolver& resolver,
           dns::LookupSession::Limits limits, spf::Request request);

  /// Goes as far as the answers allow.
  void advance();

  /// Null while answers are missing. Throws what the check threw.
  const spf::Result* result() const;

  /// Calls `done` when the result is known; false, and no call, when it is known already.
  [[nodiscard]] bool await(std::function<void()> done);

  /// What is not answered at the time returned counts as failed from then on.
  std::chrono::steady_clock::time_point restart_clock() { return lookups_.restart_clock(); }

  /// Nothing more is asked. Waits for a run that is under way on another thread.
  void cancel();

 private:
  bool settle();
  bool attempt();

  const std::shared_ptr<const policy::Settings> settings_;
  const spf::Request request_;
  dns::LookupSession lookups_;

  mutable std::mutex mutex_;  ///< guards what follows, and the runs themselves
  std::optional<spf::Result> result_;
  std::exception_ptr failure_;
  std::function<void()> done_;
  bool cancelled_ = false;
};

}  // namespace dmarc::filter
