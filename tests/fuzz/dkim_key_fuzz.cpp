// A DKIM key record, and the key in it.
#include <string>

#include "dkim/key_record.h"
#include "expect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dmarc;
  const auto record = dkim::KeyRecord::parse(fuzz::as_text(data, size));
  if (!record) {
    fuzz::expect(dkim::code_of(record.error()) != dkim::Code::pass, "a fault is no pass");
    return 0;
  }
  const crypto::PublicKey& key = record->key();
  fuzz::expect(key.type() == crypto::KeyType::ed25519 ||
                   (key.bits() >= crypto::min_rsa_bits && key.bits() <= crypto::max_rsa_bits),
               "the size of the key");
  // Nobody has signed this.
  crypto::Digest digest{};
  digest.fill('x');
  fuzz::expect(!key.verify(digest, std::string(key.signature_size(), '\x2a')), "no signature");
  fuzz::expect(!key.verify(digest, ""), "no empty signature");
  return 0;
}
