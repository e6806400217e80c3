#include "resolver/cache.h"

#include <gtest/gtest.h>

#include <thread>

namespace dmarc::resolver {
namespace {

using namespace std::chrono_literals;

const Cache::Time start{1000s};
constexpr Cache::Limits limits{.bytes = 1 << 20, .failure_ttl = 5s, .max_stale = 100s};

dns::Question question(std::string_view owner, dns::Type type = dns::Type::txt) {
  return {dns::Name::from_octets(owner).value(), type};
}

dns::AnswerPtr text_answer(std::string text, std::uint32_t ttl) {
  auto answer = std::make_shared<dns::Answer>();
  answer->outcome = dns::Outcome::records;
  answer->records.push_back(std::move(text));
  answer->ttl = ttl;
  return answer;
}

dns::AnswerPtr failure() {
  auto answer = std::make_shared<dns::Answer>();
  answer->failure = dns::Failure::timeout;
  return answer;
}

TEST(Cache, keeps_an_answer_for_its_ttl) {
  Cache cache(limits);
  const dns::AnswerPtr answer = text_answer("x", 10);
  cache.store(question("a.example"), answer, start);
  EXPECT_EQ(cache.find(question("a.example"), start), answer) << "the same object";
  EXPECT_EQ(cache.find(question("a.example"), start + 9999ms), answer);
  EXPECT_EQ(cache.find(question("a.example"), start + 10s), nullptr);
  EXPECT_EQ(cache.find(question("a.example", dns::Type::a), start), nullptr);
  EXPECT_EQ(cache.find(question("b.example"), start), nullptr);
}

TEST(Cache, a_new_answer_replaces_the_old_one) {
  Cache cache(limits);
  cache.store(question("a.example"), text_answer("old", 10), start);
  const std::size_t bytes = cache.bytes();
  const dns::AnswerPtr fresh = text_answer("new", 10);
  cache.store(question("a.example"), fresh, start + 8s);
  EXPECT_EQ(cache.find(question("a.example"), start + 15s), fresh);
  EXPECT_EQ(cache.bytes(), bytes);
}

TEST(Cache, keeps_a_failure_for_seconds) {
  Cache cache(limits);
  const dns::AnswerPtr failed = failure();
  EXPECT_EQ(cache.store_failure(question("a.example"), failed, start), failed);
  EXPECT_EQ(cache.find(question("a.example"), start + 4s), failed);
  EXPECT_EQ(cache.find(question("a.example"), start + 5s), nullptr);
  EXPECT_FALSE(cache.has_stale(question("a.example"), start)) << "a failure is never stale";
}

TEST(Cache, serves_a_stale_answer_when_servers_fail) {
  Cache cache(limits);
  cache.store(question("a.example"), text_answer("x", 10), start);
  const auto later = start + 60s;
  EXPECT_TRUE(cache.has_stale(question("a.example"), later));
  const dns::AnswerPtr served = cache.store_failure(question("a.example"), failure(), later);
  EXPECT_EQ(served->records, std::vector<std::string>{"x"});
  EXPECT_TRUE(served->stale);
  EXPECT_EQ(served->ttl, 5U);
  EXPECT_EQ(cache.find(question("a.example"), later + 4s), served)
      << "servers in trouble are left alone for a while";
  EXPECT_EQ(cache.find(question("a.example"), later + 5s), nullptr) << "then asked again";
}

TEST(Cache, staleness_is_counted_from_the_ttl_on_and_ends) {
  Cache cache(limits);
  cache.store(question("a.example"), text_answer("x", 10), start);
  EXPECT_TRUE(cache.store_failure(question("a.example"), failure(), start + 109s)->stale);
  EXPECT_FALSE(cache.has_stale(question("a.example"), start + 110s));
  EXPECT_EQ(cache.store_failure(question("a.example"), failure(), start + 110s)->failure,
            dns::Failure::timeout);
}

TEST(Cache, does_without_stale_answers_when_told_to) {
  Cache cache({.bytes = 1 << 20, .failure_ttl = 5s, .max_stale = 0s});
  cache.store(question("a.example"), text_answer("x", 10), start);
  EXPECT_EQ(cache.store_failure(question("a.example"), failure(), start + 10s)->failure,
            dns::Failure::timeout);
  cache.store(question("zero.example"), text_answer("x", 0), start);
  const std::size_t bytes = cache.bytes();
  EXPECT_FALSE(cache.has_stale(question("zero.example"), start));
  EXPECT_EQ(cache.bytes(), bytes);
}

TEST(Cache, stays_within_its_size_and_forgets_what_was_not_used) {
  constexpr std::size_t bytes = 256 * 1024;
  Cache cache({.bytes = bytes, .failure_ttl = 5s, .max_stale = 0s});
  cache.store(question("wanted.example"), text_answer("x", 1000), start);
  cache.store(question("unwanted.example"), text_answer("x", 1000), start);
  for (int i = 0; i < 5000; ++i) {
    cache.store(question(std::to_string(i) + ".example"), text_answer(std::string(100, 'x'), 1000),
                start);
    EXPECT_TRUE(cache.find(question("wanted.example"), start));
    ASSERT_LE(cache.bytes(), bytes);
  }
  EXPECT_FALSE(cache.find(question("unwanted.example"), start));
  EXPECT_GT(cache.bytes(), bytes * 3 / 4);
}

TEST(Cache, does_not_keep_what_is_larger_than_a_shard) {
  Cache cache({.bytes = 16 * 1024, .failure_ttl = 5s, .max_stale = 0s});
  cache.store(question("a.example"), text_answer(std::string(2000, 'x'), 1000), start);
  EXPECT_FALSE(cache.find(question("a.example"), start));
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(Cache, threads_may_use_it_together) {
  Cache cache({.bytes = 64 * 1024, .failure_ttl = 5s, .max_stale = 10s});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        const dns::Question asked = question(std::to_string(i % 97) + ".example");
        const dns::AnswerPtr found = cache.find(asked, start);
        EXPECT_EQ(found ? found->records.front() : asked.name.text(), asked.name.text());
        cache.store(asked, text_answer(asked.name.text(), 10), start);
        if (i % 10 == 0) cache.store_failure(asked, failure(), start + 15s);
      }
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_LE(cache.bytes(), 64U * 1024);
}

}  // namespace
}  // namespace dmarc::resolver
