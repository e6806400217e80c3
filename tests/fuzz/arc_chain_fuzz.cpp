// ARC chains: whole messages, in which every signer has the key of RFC 8463 appendix A.2.
#include <cstddef>
#include <string>
#include <string_view>

#include "arc/check.h"
#include "dkim/canonical_body.h"
#include "dkim/key_cache.h"
#include "expect.h"
#include "mail/limits.h"

namespace {

using namespace dmarc;

class OneKey final : public dns::Answers {
 public:
  OneKey() {
    answer_.outcome = dns::Outcome::records;
    answer_.records = {"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="};
  }
  dns::AnswerPtr find(const dns::Question&) const override {
    return std::make_shared<dns::Answer>(answer_);
  }

 private:
  dns::Answer answer_;
};

arc::Result verify(const mail::HeaderBlock& header, std::string_view body, std::size_t chunk) {
  static dkim::KeyCache keys;
  dkim::BodyHashes hashes;
  arc::Check check(header, {.now = 1'800'000'000}, keys, hashes);
  auto step = check.begin();
  if (auto* result = std::get_if<arc::Result>(&step)) return std::move(*result);
  fuzz::expect(std::get<dns::Need>(step).questions.size() <= arc::max_arc_keys, "keys asked for");
  for (; !body.empty(); body.remove_prefix(std::min(chunk, body.size())))
    hashes.update(body.substr(0, chunk));
  hashes.finish();
  do
    step = check.next(OneKey());
  while (dns::has_more(step));
  return std::get<arc::Result>(std::move(step));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fuzz::expect;
  const std::string_view message = fuzz::as_text(data, size);
  std::size_t offset = 0;
  const mail::HeaderBlock header = mail::split_header_block(message, offset);
  const std::string_view body = message.substr(offset);
  const arc::Result whole = verify(header, body, size + 1);
  const arc::Result pieces = verify(header, body, 3);
  expect(whole.chain == pieces.chain, "the borders of chunks mean nothing");
  expect(whole.oldest_pass == pieces.oldest_pass, "nor for older signatures");

  const bool passes = whole.chain == arc::ChainStatus::pass;
  expect((whole.chain == arc::ChainStatus::fail) == whole.problem.has_value(),
         "a failure's reason");
  if (whole.problem) expect(fuzz::is_printable(describe(*whole.problem)), "a printable reason");
  expect(passes || !whole.first_results, "results of a chain that fails");
  expect(whole.sets.size() <= mail::max_arc_sets, "the number of sets");
  expect(whole.oldest_pass <= whole.sets.size(), "an instance of the chain");
  if (!passes) return 0;
  for (std::size_t i = 0; i < whole.sets.size(); ++i) {
    const arc::SetResult& set = whole.sets[i];
    expect(set.seal.instance == i + 1, "the order of the sets");
    expect(set.seal_fault == dkim::Fault::none, "every seal verifies");
    expect(set.seal.cv == (i == 0 ? arc::ChainStatus::none : arc::ChainStatus::pass), "cv=");
  }
  expect(whole.sets.back().message_fault == dkim::Fault::none, "the newest signature verifies");
  return 0;
}
