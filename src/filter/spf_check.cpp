#include "filter/spf_check.h"

#include <utility>

#include "dns/attempt.h"

namespace dmarc::filter {

SpfCheck::SpfCheck(std::shared_ptr<const policy::Settings> settings, dns::AsyncResolver& resolver,
                   dns::LookupSession::Limits limits, spf::Request request)
    : settings_(std::move(settings)), request_(std::move(request)), lookups_(resolver, limits) {}

void SpfCheck::advance() {
  std::function<void()> done;
  {
    const std::lock_guard lock(mutex_);
    if (settle()) done.swap(done_);
  }
  if (done) done();
}

/// Runs until an answer has to be waited for; true when the check is over.
bool SpfCheck::settle() {
  if (result_ || failure_ || cancelled_) return false;
  try {
    return attempt();
  } catch (...) {
    failure_ = std::current_exception();
    return true;
  }
}

bool SpfCheck::attempt() {
  for (;;) {
    dns::Attempt answers(lookups_);
    spf::Result result = spf::check(request_, answers, settings_->spf);
    if (!answers.missing()) {
      result_ = std::move(result);
      return true;
    }
    // By weak reference: an answer must not keep the check of a message that was given up.
    if (lookups_.await(*answers.missing(), [check = weak_from_this()] {
          if (const auto alive = check.lock()) alive->advance();
        })) {
      return false;
    }
  }
}

const spf::Result* SpfCheck::result() const {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  return result_ ? &*result_ : nullptr;
}

bool SpfCheck::await(std::function<void()> done) {
  const std::lock_guard lock(mutex_);
  if (result_ || failure_) return false;
  done_ = std::move(done);
  return true;
}

void SpfCheck::cancel() {
  const std::lock_guard lock(mutex_);
  cancelled_ = true;
  done_ = nullptr;
}

}  // namespace dmarc::filter
