// Our own engine against libspf2 on generated records: where the library takes a check, both must
// come to the same result.
#include <gtest/gtest.h>

#include <random>

#include "spf/evaluation.h"
#include "spf/libspf2/libspf2.h"
#include "spf/macro.h"
#include "world.h"

namespace dmarc::spf {
namespace {

constexpr unsigned zones = 400;

// Small on purpose: names, addresses and networks have to meet.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  dns::Zone zone() {
    dns::Zone zone;
    for (unsigned i = 0; i < 5; ++i) {
      zone.add(domain(i), dns::Type::txt, "v=spf1" + terms());
      add_addresses(zone, domain(i));
      for (unsigned count = below(3); count > 0; --count)
        zone.add(domain(i), dns::Type::mx, std::to_string(below(3)) + ' ' + host().text());
    }
    for (unsigned i = 0; i < 6; ++i)
      add_addresses(zone, name_of("h" + std::to_string(i) + ".example"));
    for (unsigned i = 0; i < 4; ++i)
      zone.add(name_of(std::to_string(i) + ".2.0.192.in-addr.arpa"), dns::Type::ptr,
               pick({"d0.example", "h1.example", "x.d1.example", "h2.example"}));
    if (below(8) == 0) zone.add_failure(host(), dns::Failure::servfail);
    if (below(8) == 0) zone.add_failure(domain(1 + below(4)), dns::Failure::timeout);
    return zone;
  }

  Identity identity() {
    const std::string client = below(4) == 0 ? v6() : v4();
    return {base::IpAddress::parse(client).value(), pick({"user", "strong-bad", "a.b-c+d"}),
            domain(0), pick({"h3.example", "mail.d0.example", "h4.example"})};
  }

 private:
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

  std::string pick(std::vector<std::string> choices) {
    return choices[below(static_cast<unsigned>(choices.size()))];
  }

  std::string v4() { return "192.0.2." + std::to_string(below(4)); }
  std::string v6() { return "2001:db8::" + std::to_string(below(4)); }
  static dns::Name domain(unsigned i) { return name_of("d" + std::to_string(i) + ".example"); }
  dns::Name host() { return name_of("h" + std::to_string(below(6)) + ".example"); }

  void add_addresses(dns::Zone& zone, const dns::Name& name) {
    const auto add = [&](dns::Type type, const std::string& text) {
      const auto address = base::IpAddress::parse(text).value();
      zone.add(name, type, {address.octets().begin(), address.octets().end()});
    };
    if (below(5) > 0) add(dns::Type::a, v4());
    if (below(3) > 0) add(dns::Type::aaaa, v6());
  }

  std::string target() {
    switch (below(5)) {
      case 0:
        return domain(below(5)).text();
      case 1:
        return pick({"%{d}", "%{o}", "%{h}", "%{d2}", "%{h2}", "x.%{d}", "%{ir}.%{v}.d0.example",
                     "%{l1r-}.d1.example", "%{lr+-}.%{d1r}.example", "%{s}.d2.example"});
      default:
        return host().text();
    }
  }

  std::string prefixes() {
    return pick({"", "", "", "/32", "/31", "/30", "/8", "//127", "//64", "/31//126"});
  }

  std::string mechanism() {
    switch (below(10)) {
      case 0:
      case 1:
        return "a:" + target() + prefixes();
      case 2:
        return pick({"a", "mx"}) + prefixes();
      case 3:
        return "mx:" + domain(below(5)).text() + prefixes();
      case 4:
        return pick({"ptr", "ptr:d0.example", "ptr:d1.example", "ptr:h1.example"});
      case 5:
        return "exists:" + target();
      case 6:
      case 7:
        return "include:d" + std::to_string(1 + below(4)) + ".example";
      case 8:
        return "ip6:" + v6() + pick({"", "/127", "/64"});
      default:
        return "ip4:" + v4() + pick({"", "/31", "/30", "/24"});
    }
  }

  std::string terms() {
    std::string text;
    for (unsigned count = below(6); count > 0; --count)
      text += ' ' + pick({"", "", "", "+", "-", "~", "?"}) + mechanism();
    switch (below(6)) {
      case 0:
        return text;
      case 1:
        return text + " redirect=d" + std::to_string(1 + below(4)) + ".example";
      default:
        return text + ' ' + pick({"", "+", "-", "~", "?"}) + "all";
    }
  }

  std::mt19937 random_;
};

TEST(SpfDifferential, both_engines_agree_on_generated_records) {
  unsigned compared = 0;
  std::vector<unsigned> codes(7);
  for (unsigned seed = 1; seed <= zones; ++seed) {
    Generator generator(seed);
    const ZoneAnswers answers(generator.zone());
    const Identity identity = generator.identity();
    const Options options;
    const auto library = libspf2().run(identity, answers, options).finding;
    if (!library) continue;
    ++compared;
    Questions questions;
    questions.feed(answers);
    ClientNames client_names(identity.client);
    Evaluation evaluation(identity, options, questions, client_names);
    const Finding own = evaluation.run().value();
    ++codes[static_cast<std::size_t>(own.code)];
    EXPECT_EQ(to_string(library->code), to_string(own.code))
        << "seed " << seed << ", client " << identity.client.text() << ", record " << own.record
        << "; library: " << library->problem << "; own: " << own.problem << " by " << own.mechanism;
  }
  EXPECT_GT(compared, zones / 2) << "the library has to take most of them";
  for (const Code code :
       {Code::neutral, Code::pass, Code::fail, Code::softfail, Code::temperror, Code::permerror})
    EXPECT_GT(codes[static_cast<std::size_t>(code)], 0U) << to_string(code) << " never occurs";
}

}  // namespace
}  // namespace dmarc::spf
