#include "milter/client/response.h"

#include <algorithm>
#include <cstddef>

#include "base/ascii.h"

namespace dmarc::milter::client {

// --- the answer ----------------------------------------------------------------------------------

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

tl::expected<std::optional<Response>, std::string> read_reply_code(std::string_view data) {
  const auto text = wire::FieldReader(data).text();
  if (!text || !is_smtp_reply(*text))
    return tl::unexpected("malformed SMTP reply \"" + base::printable(data) + "\"");
  const auto kind = text->front() == '4' ? Response::Kind::tempfail : Response::Kind::reject;
  return Response{kind, undouble_percent(*text)};
}

}  // namespace

std::string Response::smtp_reply() const {
  if (!reply.empty()) return reply;
  if (kind == Kind::reject) return "550 5.7.1 Command rejected";
  if (kind == Kind::tempfail) return "451 4.7.1 Service unavailable - try again later";
  return {};
}

std::string_view to_string(Response::Kind kind) {
  switch (kind) {
    case Response::Kind::proceed:
      return "continue";
    case Response::Kind::accept:
      return "accept";
    case Response::Kind::reject:
      return "reject";
    case Response::Kind::tempfail:
      return "tempfail";
    case Response::Kind::discard:
      return "discard";
    case Response::Kind::skip:
      return "skip";
    case Response::Kind::disconnect:
      return "disconnect";
  }
  return "";
}

tl::expected<std::optional<Response>, std::string> read_response(const wire::Packet& packet) {
  using Kind = Response::Kind;
  switch (static_cast<wire::Response>(packet.code)) {
    case wire::Response::proceed:
      return Response{Kind::proceed, {}};
    case wire::Response::accept:
      return Response{Kind::accept, {}};
    case wire::Response::reject:
      return Response{Kind::reject, {}};
    case wire::Response::tempfail:
      return Response{Kind::tempfail, {}};
    case wire::Response::discard:
      return Response{Kind::discard, {}};
    case wire::Response::skip:
      return Response{Kind::skip, {}};
    case wire::Response::connection_failed:
    case wire::Response::shutdown:
      return Response{Kind::disconnect, {}};
    case wire::Response::reply_code:
      return read_reply_code(packet.data);
    default:
      return std::nullopt;
  }
}

// --- the changes ---------------------------------------------------------------------------------

namespace {

/// A header with the field of the MTA, which filters don't see, kept apart.
class Header {
 public:
  explicit Header(const mail::HeaderBlock& received) {
    fields_.push_back({});
    fields_.insert(fields_.end(), received.begin(), received.end());
  }

  void carry_out(const HeaderEdit& edit) {
    switch (edit.kind) {
      case HeaderEdit::Kind::insert:
        insert(edit);
        break;
      case HeaderEdit::Kind::add:
        fields_.push_back({edit.name, edit.value});
        break;
      case HeaderEdit::Kind::change:
        change(edit);
        break;
    }
  }

  mail::HeaderBlock visible() const {
    mail::HeaderBlock block;
    for (std::size_t i = 0; i < fields_.size(); ++i)
      if (i != own_) block.add(fields_[i].name, fields_[i].value);
    return block;
  }

 private:
  void insert(const HeaderEdit& edit) {
    const std::size_t place = std::min<std::size_t>(edit.index, fields_.size());
    fields_.insert(fields_.begin() + static_cast<std::ptrdiff_t>(place), {edit.name, edit.value});
    if (place <= own_) ++own_;
  }

  void change(const HeaderEdit& edit) {
    std::uint32_t left = std::max<std::uint32_t>(edit.index, 1);
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (i == own_ || !mail::is_field(fields_[i], edit.name) || --left > 0) continue;
      if (edit.removes()) {
        fields_.erase(fields_.begin() + static_cast<std::ptrdiff_t>(i));
        if (i < own_) --own_;
      } else {
        fields_[i].value = edit.value;
      }
      return;
    }
    // A field that is not there is added at the end.
    if (!edit.removes()) fields_.push_back({edit.name, edit.value});
  }

  std::vector<mail::HeaderField> fields_;  ///< their text is that of the header and the edits
  std::size_t own_ = 0;                    ///< place of the MTA's field
};

bool read_header_edit(HeaderEdit::Kind kind, wire::FieldReader data, Edits& edits) {
  HeaderEdit edit{kind, 0, {}, {}};
  if (kind != HeaderEdit::Kind::add) {
    const auto index = data.number();
    if (!index) return false;
    edit.index = *index;
  }
  const auto name = data.text();
  const auto value = data.text();
  if (!name || name->empty() || !value) return false;
  edit.name = *name;
  edit.value = *value;
  edits.header.push_back(std::move(edit));
  return true;
}

template <typename Take>
bool read_text(wire::FieldReader data, Take take) {
  auto text = data.text();
  if (!text) return false;
  take(std::string(*text));
  return true;
}

/// Nothing when the packet asks for no change, false when it is cut off.
std::optional<bool> take(const wire::Packet& packet, Edits& edits) {
  const wire::FieldReader data(packet.data);
  switch (static_cast<wire::Response>(packet.code)) {
    case wire::Response::insert_header:
      return read_header_edit(HeaderEdit::Kind::insert, data, edits);
    case wire::Response::add_header:
      return read_header_edit(HeaderEdit::Kind::add, data, edits);
    case wire::Response::change_header:
      return read_header_edit(HeaderEdit::Kind::change, data, edits);
    case wire::Response::quarantine:
      return read_text(data, [&](std::string text) { edits.quarantine = std::move(text); });
    case wire::Response::change_sender:
      return read_text(data, [&](std::string text) { edits.sender = std::move(text); });
    case wire::Response::add_recipient:
    case wire::Response::add_recipient_with_parameters:
      return read_text(
          data, [&](std::string text) { edits.added_recipients.push_back(std::move(text)); });
    case wire::Response::remove_recipient:
      return read_text(
          data, [&](std::string text) { edits.removed_recipients.push_back(std::move(text)); });
    case wire::Response::replace_body:
      edits.body = edits.body.value_or("") + packet.data;
      return true;
    case wire::Response::progress:
      return true;
    default:
      return std::nullopt;
  }
}

}  // namespace

tl::expected<bool, std::string> read_edit(const wire::Packet& packet, Edits& edits) {
  const std::optional<bool> taken = take(packet, edits);
  if (taken == false)
    return tl::unexpected("malformed request \"" + base::printable({&packet.code, 1}) + "\"");
  return taken.has_value();
}

mail::HeaderBlock apply(const std::vector<HeaderEdit>& edits, const mail::HeaderBlock& received) {
  Header header(received);
  for (const HeaderEdit& edit : edits)
    header.carry_out(edit);
  return header.visible();
}

}  // namespace dmarc::milter::client
