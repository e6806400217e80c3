// verify_messages ZONE <LIST
//
// Verifies the DKIM signatures and the ARC chain of each message whose file name LIST has on a
// line, with the DNS data of ZONE (dmarc/zone.h), and prints a JSON object for each on a line:
//
//   {"dkim":["pass","fail"],"arc":"fail","reasons":["","the body was changed: its hash differs"]}
//
// The last reason is that of the chain. Exit status 2 for files that can't be read.
#include <cstdint>
#include <ctime>
#include <iostream>
#include <string>
#include <string_view>

#include <dmarc/header_field.h>
#include <dmarc/zone.h>

#include "arc/check.h"
#include "base/json.h"
#include "base/read_file.h"
#include "dkim/check.h"
#include "dkim/key_cache.h"
#include "dns/lookup_session.h"

namespace {

using namespace dmarc;

std::string verdict(std::string_view message, dns::Zone& zone, dkim::KeyCache& keys) {
  std::size_t end = 0;
  const mail::HeaderBlock header = mail::split_header_block(message, end);
  const std::string_view body = message.substr(end);
  dns::LookupSession session(zone, {});
  const std::int64_t now = std::time(nullptr);

  auto words = base::Json::array();
  auto reasons = base::Json::array();
  const auto dkim = dkim::verify({header, body}, {}, {.now = now}, keys, session);
  for (const dkim::SignatureResult& signature : dkim.signatures) {
    words.push(to_string(signature.code()));
    reasons.push(signature.reason());
  }
  const auto arc = arc::verify(header, body, {.now = now}, keys, session);
  if (arc.problem) reasons.push(arc::describe(*arc.problem));
  return base::Json::object()
      .set("dkim", std::move(words))
      .set("arc", to_string(arc.chain))
      .set("reasons", std::move(reasons))
      .line();
}

int fail(const std::string& text) {
  std::cerr << "verify_messages: " << text << '\n';
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return fail("usage: verify_messages ZONE <LIST");
  const auto text = base::read_file(argv[1]);
  if (!text) return fail(std::string("can't read ") + argv[1]);
  auto zone = dns::Zone::parse(*text);
  if (!zone)
    return fail(std::string(argv[1]) + ':' + std::to_string(zone.error().line) + ": " +
                zone.error().reason);
  dkim::KeyCache keys;
  for (std::string path; std::getline(std::cin, path);) {
    const auto message = base::read_file(path);
    if (!message) return fail("can't read " + path);
    std::cout << verdict(*message, *zone, keys) << '\n';
  }
}
