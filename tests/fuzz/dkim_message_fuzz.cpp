// A whole message through the check. The keys are those of corpus/dkim_message_fuzz, whose messages
// pass; what is made of them must not take a result from how the body is cut.
#include <algorithm>
#include <string>
#include <vector>

#include <dmarc/author_domain.h>
#include <dmarc/zone.h>

#include "dkim/canonical_body.h"
#include "dkim/check.h"
#include "dkim/key_cache.h"
#include "dkim/limits.h"
#include "expect.h"

namespace {

using namespace dmarc;

const dns::Zone& zone() {
  static const dns::Zone the_zone = [] {
    dns::Zone made;
    made.add(*dns::Name::parse("ed._domainkey.example.com"), dns::Type::txt,
             "v=DKIM1; k=ed25519; p=qISF1OaG9dn7GMESofSmp5j2NDMSU+R258q+SkX2cf8=");
    made.add(*dns::Name::parse("r2._domainkey.example.com"), dns::Type::txt,
             "v=DKIM1; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsPiEV7rtMWsn+Q60nPXMEZPmYXZl1"
             "1lWN5jniNkXVU7kB+pAqNDDdL9Zm9aFkPyNfxnV2H/55XdsQgT05WzcsPxV/Ip9W9ClYt4fdI8vtJVlJdjAO"
             "P4ZvElHB27cTEQzjGBVjAWAbWgEHFr0vHJLrZQvCUQdpTxuIVNfgjmafA/9CzqIG82uieoqrSnOx1NbMznib"
             "BQbSJj3ZGQL2nz0sjjgLH0vUuSLiwoMP/s5S1zRsGMRCITsmoPTtMEdE9/3gGNRxLbd4HwGd+fREBoNJaQE6"
             "6RLJhJDAE/KQ3Nzmgz3WBdkPFWOfvLZ3xVRKAoQEaGWrc4yUa4QWaRbo57VGQIDAQAB");
    made.add_failure(*dns::Name::parse("sel._domainkey.example.net"), dns::Failure::servfail);
    return made;
  }();
  return the_zone;
}

dkim::Result verify(std::string_view message, std::size_t chunk) {
  static dkim::KeyCache keys;
  std::size_t offset = 0;
  const mail::HeaderBlock header = mail::split_header_block(message, offset);
  dkim::BodyHashes hashes;
  dkim::Check check(header, mail::find_author(header).domains, {.now = 1'800'000'000}, keys,
                    hashes);
  auto step = check.begin();
  if (auto* const result = std::get_if<dkim::Result>(&step)) return std::move(*result);
  fuzz::expect(std::get<dns::Need>(step).questions.size() <= dkim::max_signatures_verified,
               "the number of keys");
  for (std::string_view rest = message.substr(offset); !rest.empty();
       rest.remove_prefix(std::min(chunk, rest.size())))
    hashes.update(rest.substr(0, chunk));
  hashes.finish();
  do
    step = check.next(zone());
  while (dns::has_more(step));
  fuzz::expect(std::holds_alternative<dkim::Result>(step), "there is a result");
  return std::get<dkim::Result>(std::move(step));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view message = dmarc::fuzz::as_text(data, size);
  const dkim::Result whole = verify(message, message.size() + 1);
  const dkim::Result cut = verify(message, 3);
  dmarc::fuzz::expect(whole.signatures.size() == cut.signatures.size(), "as many signatures");
  for (std::size_t i = 0; i < whole.signatures.size(); ++i) {
    const dkim::SignatureResult& found = whole.signatures[i];
    dmarc::fuzz::expect(found.fault == cut.signatures[i].fault, "the same results");
    if (found.code() == dkim::Code::pass)
      dmarc::fuzz::expect(found.domain->text() == "example.com", "the domain of the key");
  }
  return 0;
}
