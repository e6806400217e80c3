#include "arc/instance.h"

#include "base/ascii.h"
#include "base/decimal.h"
#include "mail/lexer.h"
#include "mail/limits.h"

namespace dmarc::arc {

std::optional<unsigned> read_instance(std::string_view text) {
  const auto number = base::parse_decimal<unsigned>(text);
  if (!number || *number > mail::max_arc_sets || text.starts_with('0')) return {};
  return number;
}

std::optional<InstancePrefix> read_instance_prefix(std::string_view text) {
  mail::Lexer lexer(text);
  if (!lexer.skip_cfws() || !lexer.accept('i')) return {};
  if (!lexer.skip_cfws() || !lexer.accept('=')) return {};
  if (!lexer.skip_cfws()) return {};
  const auto instance = read_instance(lexer.take_while(base::is_digit));
  if (!instance || !lexer.skip_cfws() || !lexer.accept(';')) return {};
  return InstancePrefix{*instance, lexer.offset()};
}

}  // namespace dmarc::arc
