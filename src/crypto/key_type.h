// The kinds of keys that sign mail.
#pragma once

namespace dmarc::crypto {

enum class KeyType { rsa, ed25519 };

}  // namespace dmarc::crypto
