#include "milter/client/milter_answer.h"

#include "base/ascii.h"

namespace dmarc::milter::client {
namespace {

/// A filter doubles each "%", because Sendmail takes the text as a format.
std::string undouble_percent(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && ++i == text.size()) break;
    result += text[i];
  }
  return result;
}

bool is_smtp_reply(std::string_view text) {
  return text.size() >= 4 && (text[0] == '4' || text[0] == '5') && base::is_digit(text[1]) &&
         base::is_digit(text[2]) && (text[3] == ' ' || text[3] == '-');
}

tl::expected<std::optional<Answer>, std::string> read_reply_code(std::string_view data) {
  const auto text = wire::FieldReader(data).text();
  if (!text || !is_smtp_reply(*text))
    return tl::unexpected("malformed SMTP reply \"" + base::printable(data) + "\"");
  const auto kind = text->front() == '4' ? Answer::Kind::tempfail : Answer::Kind::reject;
  return Answer{kind, undouble_percent(*text)};
}

}  // namespace

std::string Answer::smtp_reply() const {
  if (!reply.empty()) return reply;
  if (kind == Kind::reject) return "550 5.7.1 Command rejected";
  if (kind == Kind::tempfail) return "451 4.7.1 Service unavailable - try again later";
  return {};
}

std::string_view to_string(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::proceed:
      return "continue";
    case Answer::Kind::accept:
      return "accept";
    case Answer::Kind::reject:
      return "reject";
    case Answer::Kind::tempfail:
      return "tempfail";
    case Answer::Kind::discard:
      return "discard";
    case Answer::Kind::skip:
      return "skip";
    case Answer::Kind::disconnect:
      return "disconnect";
  }
  return "";
}

tl::expected<std::optional<Answer>, std::string> read_answer(const wire::Packet& packet) {
  using Kind = Answer::Kind;
  switch (static_cast<wire::Reply>(packet.code)) {
    case wire::Reply::proceed:
      return Answer{Kind::proceed, {}};
    case wire::Reply::accept:
      return Answer{Kind::accept, {}};
    case wire::Reply::reject:
      return Answer{Kind::reject, {}};
    case wire::Reply::tempfail:
      return Answer{Kind::tempfail, {}};
    case wire::Reply::discard:
      return Answer{Kind::discard, {}};
    case wire::Reply::skip:
      return Answer{Kind::skip, {}};
    case wire::Reply::connection_failed:
    case wire::Reply::shutdown:
      return Answer{Kind::disconnect, {}};
    case wire::Reply::reply_code:
      return read_reply_code(packet.data);
    default:
      return std::nullopt;
  }
}

}  // namespace dmarc::milter::client
