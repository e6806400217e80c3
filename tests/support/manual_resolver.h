// A resolver that answers when the test says so.
//
//   ManualResolver resolver;
//   LookupSession session(resolver, {});
//   session.prefetch(name, Type::txt);
//   resolver.answer({name, Type::txt}, text_answer("v=DMARC1; p=none"));
//
// Threads: any. answer() waits until the question was asked.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include <dmarc/resolver.h>

namespace dmarc::test {

inline dns::AnswerPtr text_answer(std::string text) {
  auto answer = std::make_shared<dns::Answer>();
  answer->outcome = dns::Outcome::records;
  answer->records.push_back(std::move(text));
  return answer;
}

/// Keeps every question until the test answers it, or answers at once when told to.
class ManualResolver : public dns::AsyncResolver {
 public:
  void resolve(const dns::Question& question, Callback done) override {
    std::unique_lock lock(mutex_);
    ++asked_[question];
    if (at_once_) {
      lock.unlock();
      done(text_answer(question.name.text()));
      return;
    }
    waiting_.emplace(question, std::move(done));
    changed_.notify_all();
  }

  void answer_at_once() { at_once_ = true; }

  /// Waits until the question was asked, then answers it on the calling thread.
  void answer(const dns::Question& question, dns::AnswerPtr answer) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.contains(question); });
    const Callback done = std::move(waiting_.extract(question).mapped());
    lock.unlock();
    done(std::move(answer));
  }

  /// Answers everything that waits at this moment, as `source` does; how many that were.
  std::size_t answer_all(dns::AsyncResolver& source) {
    std::unordered_map<dns::Question, Callback> round;
    {
      const std::lock_guard lock(mutex_);
      round.swap(waiting_);
    }
    for (auto& [question, done] : round)
      source.resolve(question, std::move(done));
    return round.size();
  }

  unsigned times_asked(const dns::Question& question) {
    const std::lock_guard lock(mutex_);
    return asked_[question];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<dns::Question, Callback> waiting_;
  std::unordered_map<dns::Question, unsigned> asked_;
  bool at_once_ = false;
};

}  // namespace dmarc::test
