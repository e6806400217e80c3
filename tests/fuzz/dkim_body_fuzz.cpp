// The canonical forms of a body: where it is cut makes no difference, and a canonical body is its
// own canonical form. The octet before each chunk says how long that is.
#include <string>
#include <vector>

#include "dkim/canonical_body.h"
#include "dkim/unchanged_text.h"
#include "expect.h"

namespace {

using namespace dmarc;

std::string canonical(const std::vector<std::string_view>& chunks, dkim::CanonicalForm form) {
  std::string text;
  const auto sink = [&](std::string_view octets) { text += octets; };
  dkim::BodyCanonicalizer canonicalizer(form);
  for (const std::string_view chunk : chunks)
    canonicalizer.update(chunk, sink);
  canonicalizer.finish(sink);
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string body;
  std::vector<std::size_t> sizes;
  for (std::string_view rest = dmarc::fuzz::as_text(data, size); !rest.empty();) {
    const std::string_view chunk = rest.substr(1, static_cast<unsigned char>(rest.front()));
    sizes.push_back(chunk.size());
    body += chunk;
    rest.remove_prefix(chunk.size() + 1);
  }
  std::vector<std::string_view> chunks;
  std::string_view rest = body;
  for (const std::size_t length : sizes) {
    chunks.push_back(rest.substr(0, length));
    rest.remove_prefix(length);
  }
  for (const auto form : {dkim::CanonicalForm::simple, dkim::CanonicalForm::relaxed}) {
    const std::string whole = canonical({body}, form);
    dmarc::fuzz::expect(canonical(chunks, form) == whole, "chunks change nothing");
    dmarc::fuzz::expect(canonical({whole}, form) == whole, "canonical forms stay");
  }
  dmarc::fuzz::expect(dkim::unchanged_text(body) == dkim::unchanged_text_portable(body),
                      "both loops agree");
  return 0;
}
