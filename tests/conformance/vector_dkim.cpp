#include <stdexcept>

#include <dmarc/zone.h>

#include "crypto/key.h"
#include "dkim/canonical_body.h"
#include "dkim/check.h"
#include "dkim/key_cache.h"
#include "support/data.h"
#include "support/signed_message.h"
#include "vector_kinds.h"

namespace dmarc::test {
namespace {

constexpr std::string_view signed_body = "A line of text,\r\nand another.\r\n";

dns::Name read_name(const Field& field) {
  const auto name = dns::Name::parse(field.text());
  if (!name) field.complain("not a domain name");
  return *name;
}

crypto::PrivateKey load_key(const std::string& name) {
  auto key = crypto::PrivateKey::parse(read_data("dkim-keys/" + name + ".pem"));
  if (!key) throw std::runtime_error(name + ": " + key.error());
  return *std::move(key);
}

/// The tags that are given as they are; bh= and b= come from the message.
std::string tags_of(const Field& signature) {
  std::string tags;
  for (const auto& [name, value] : signature.members())
    if (name != "bh" && name != "b") tags += (tags.empty() ? "" : "; ") + name + '=' + value.text();
  return tags;
}

/// The record, with the key that it names in angle brackets: "p=<rsa2048>".
struct PublishedKey {
  std::string name;
  std::string record;
};

PublishedKey read_key(const Field& txt) {
  std::string text = txt.text();
  const std::size_t begin = text.find('<');
  const std::size_t end = text.find('>', begin);
  if (end == std::string::npos) txt.complain("names no key");
  std::string name = text.substr(begin + 1, end - begin - 1);
  if (name == "ed25519-32") name = "ed25519";
  text.replace(begin, end + 1 - begin, read_data("dkim-keys/" + name + ".txt"));
  return {name, text};
}

/// Signed with a key that suits a=, whatever the record says.
std::string signing_key(const Field& signature, const PublishedKey& published) {
  return signature["a"].text().starts_with("ed25519") ? "ed25519" : published.name;
}

}  // namespace

void check_dkim(const Field& vector, Checks& checks) {
  vector.allow({"id", "kind", "ref", "status", "title", "note", "signature", "key", "crypto", "now",
                "header_from", "expect"});
  vector["key"].allow({"txt", "bits"});
  vector["expect"].allow({"result", "accept_results", "dmarc_usable"});
  const Field signature = vector["signature"];
  const PublishedKey published = read_key(vector["key"]["txt"]);
  const std::string crypto = vector["crypto"].text();
  if (crypto != "valid" && crypto != "bh-mismatch") vector["crypto"].complain("not known");

  mail::HeaderBlock header;
  header.add("From", " a@" + vector["header_from"].text());
  header.add("To", " b@example.net");
  header.add("Subject", " s");
  header.add("Date", " Mon, 30 Nov 2026 12:00:00 +0000");
  add_signature(header, tags_of(signature), signed_body,
                load_key(signing_key(signature, published)));
  dns::Zone zone;
  zone.add(*read_name(signature["d"]).with_prefix(signature["s"].text() + "._domainkey"),
           dns::Type::txt, published.record);

  dkim::KeyCache keys;
  const std::vector<dns::Name> authors{read_name(vector["header_from"])};
  dkim::BodyHashes hashes;
  dkim::Check check(header, authors, {.now = std::stoll(vector["now"].text())}, keys, hashes);
  auto step = check.begin();
  if (std::holds_alternative<dns::Need>(step)) {
    hashes.update(signed_body);
    if (crypto == "bh-mismatch") hashes.update("and more\r\n");
    hashes.finish();
    step = check.next(zone);
  }
  const dkim::SignatureResult& found = std::get<dkim::Result>(step).signatures.at(0);
  checks.result("result", dkim::to_string(found.code()));
  checks.boolean("dmarc_usable", found.code() == dkim::Code::pass);
}

}  // namespace dmarc::test
