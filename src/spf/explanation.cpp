#include "spf/explanation.h"

#include <algorithm>

#include "spf/client_name.h"
#include "spf/expansion.h"

namespace dmarc::spf {

std::string explain(const Explanation& explanation, const Identity& identity,
                    dns::Resolver& resolver, const Options& options) {
  MacroContext context{identity, explanation.domain};
  context.receiver = options.receiver;
  context.now = options.now;
  const auto name_client = [&](const MacroString& text) {
    if (text.uses('p'))
      context.client_name = client_name(identity.client, explanation.domain, resolver);
  };

  name_client(explanation.target);
  const auto name = expand_domain(explanation.target, context);
  if (!name) return {};
  const dns::AnswerPtr answer = resolver.lookup(*name, dns::Type::txt);
  if (answer->records.size() != 1) return {};
  const auto text = parse_macro_string(answer->records.front(), MacroPlace::explanation);
  if (!text) return {};
  name_client(*text);
  auto expanded = expand_text(*text, context);
  const auto printable = [](char c) { return c >= 0x20 && c < 0x7f; };
  if (!expanded || !std::all_of(expanded->begin(), expanded->end(), printable)) return {};
  return *std::move(expanded);
}

}  // namespace dmarc::spf
