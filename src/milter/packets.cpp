#include "milter/packets.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "filter/editor.h"

namespace dmarc::milter {
namespace {

using wire::Fields;
using wire::Response;

// ---- events

/// Sendmail writes IPv6 addresses as it does in mail headers.
std::string_view without_tag(std::string_view address) {
  constexpr std::string_view tag = "IPv6:";
  if (base::iequals(address.substr(0, tag.size()), tag)) address.remove_prefix(tag.size());
  return address;
}

// ---- macros

/// The place of a stage in the order of events; the protocol numbers them in another.
std::size_t place_of(wire::Stage stage) {
  using wire::Stage;
  constexpr std::array order{Stage::connect,       Stage::helo, Stage::mail,
                             Stage::rcpt,          Stage::data, Stage::end_of_header,
                             Stage::end_of_message};
  static_assert(order.size() == wire::stage_count);
  return static_cast<std::size_t>(std::ranges::find(order, stage) - order.begin());
}

std::string_view without_braces(std::string_view name) {
  if (name.starts_with('{') && name.ends_with('}')) return name.substr(1, name.size() - 2);
  return name;
}

std::optional<std::string> find_in(std::string_view definitions, std::string_view wanted) {
  wire::FieldReader reader(definitions);
  for (;;) {
    const auto name = reader.text();
    const auto value = reader.text();
    if (!name || !value) return std::nullopt;
    if (without_braces(*name) == wanted) return std::string(*value);
  }
}

// ---- answers

class PacketEditor final : public filter::Editor {
 public:
  PacketEditor(std::string& out, std::uint32_t allowed) : out_(out), allowed_(allowed) {}

  bool insert_on_top(const std::string& name, const std::string& value) override {
    return ask(wire::action::add_headers, Response::insert_header,
               Fields().number(0).text(name).text(value));
  }

  // A field whose value becomes empty is removed.
  bool remove(std::string_view name, std::size_t index) override {
    return ask(wire::action::change_headers, Response::change_header,
               Fields().number(static_cast<std::uint32_t>(index)).text(name).text(""));
  }

  bool hold(const std::string& reason) override {
    return ask(wire::action::quarantine, Response::quarantine, Fields().text(reason));
  }

  bool add_recipient(const std::string& address) override {
    return ask(wire::action::add_recipients, Response::add_recipient, Fields().text(address));
  }

  bool reply(int code, const std::string& enhanced, const std::string& text) override {
    reply_ = Fields().text(std::to_string(code) + " " + enhanced + " " + text).take();
    return true;
  }

  void close(policy::Action action) {
    if (reply_) return append_packet(out_, Response::reply_code, *reply_);
    append_packet(out_, response_for(action));
  }

 private:
  static Response response_for(policy::Action action) {
    switch (action) {
      case policy::Action::accept:
        return Response::accept;
      case policy::Action::proceed:
        return Response::proceed;
      case policy::Action::reject:
        return Response::reject;
      case policy::Action::tempfail:
        break;
    }
    return Response::tempfail;
  }

  bool ask(std::uint32_t action, Response request, Fields& data) {
    if ((allowed_ & action) == 0) return false;
    append_packet(out_, request, data.take());
    return true;
  }

  std::string& out_;
  const std::uint32_t allowed_;
  std::optional<std::string> reply_;
};

}  // namespace

std::optional<ClientData> read_client(std::string_view data) {
  wire::FieldReader reader(data);
  const auto host = reader.text();
  const auto family = reader.octet();
  if (!host || !family) return std::nullopt;
  ClientData client{*host, {}};
  if (*family == wire::family::unknown) return client;
  const auto port = reader.port();
  const auto address = reader.text();
  if (!port || !address) return std::nullopt;
  if (*family == wire::family::local) return client;
  const bool v4 = *family == wire::family::inet;
  if (!v4 && *family != wire::family::inet6) return std::nullopt;
  // A client whose address can't be read must not pass for one that has none.
  const auto parsed = base::IpAddress::parse(without_tag(*address));
  if (!parsed || parsed->is_v4() != v4) return std::nullopt;
  client.address = *parsed;
  return client;
}

std::optional<FieldData> read_field(std::string_view data) {
  wire::FieldReader reader(data);
  const auto name = reader.text();
  const auto value = reader.text();
  if (!name || !value) return std::nullopt;
  return FieldData{*name, *value};
}

std::optional<std::string_view> read_first_text(std::string_view data) {
  return wire::FieldReader(data).text();
}

void MacroTable::define(std::string_view data) {
  if (data.empty()) return;
  const wire::Event* const event = wire::find_event(static_cast<wire::Command>(data.front()));
  if (event == nullptr) return;
  const std::size_t place = place_of(event->stage);
  stages_[place] = data.substr(1);
  begun_[place] = false;
}

void MacroTable::begin(wire::Stage stage) {
  const std::size_t place = place_of(stage);
  clear_from(begun_[place] ? place : place + 1);
  begun_[place] = true;
}

void MacroTable::end_message() {
  clear_from(place_of(wire::Stage::mail));
}

void MacroTable::clear() {
  clear_from(0);
}

void MacroTable::clear_from(std::size_t place) {
  for (; place < stages_.size(); ++place) {
    stages_[place].clear();
    begun_[place] = false;
  }
}

std::optional<std::string> MacroTable::find(std::string_view name) const {
  for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) {
    if (auto value = find_in(*stage, name)) return value;
  }
  return std::nullopt;
}

void append_packet(std::string& out, wire::Response reply, std::string_view data) {
  wire::append_packet(out, static_cast<char>(reply), data);
}

void append_answer(std::string& out, const policy::Judgement& judgement,
                   const NegotiatedOptions& negotiated, std::string_view job_id, log::Sink& sink) {
  PacketEditor editor(out, negotiated.actions);
  apply(judgement, editor, negotiated.transfer(), job_id, sink);
  editor.close(judgement.action);
}

}  // namespace dmarc::milter
