#include "milter/reply_packets.h"

#include <optional>
#include <utility>

#include "filter/editor.h"

namespace dmarc::milter {
namespace {

using wire::Fields;
using wire::Reply;

class PacketEditor final : public filter::Editor {
 public:
  PacketEditor(std::string& out, std::uint32_t allowed) : out_(out), allowed_(allowed) {}

  bool insert_on_top(const policy::InsertedField& field) override {
    return ask(wire::action::add_headers, Reply::insert_header,
               Fields().number(0).text(field.name).text(field.value));
  }

  // A field whose value becomes empty is removed.
  bool remove(std::string_view name, std::size_t index) override {
    return ask(wire::action::change_headers, Reply::change_header,
               Fields().number(static_cast<std::uint32_t>(index)).text(name).text(""));
  }

  bool hold(const std::string& reason) override {
    return ask(wire::action::quarantine, Reply::quarantine, Fields().text(reason));
  }

  bool add_recipient(const std::string& address) override {
    return ask(wire::action::add_recipients, Reply::add_recipient, Fields().text(address));
  }

  bool reply(int code, const std::string& enhanced, const std::string& text) override {
    reply_ = Fields().text(std::to_string(code) + " " + enhanced + " " + text).take();
    return true;
  }

  void close(policy::Action action) {
    if (reply_) return append_packet(out_, Reply::reply_code, *reply_);
    append_packet(out_, reply_for(action));
  }

 private:
  static Reply reply_for(policy::Action action) {
    switch (action) {
      case policy::Action::accept:
        return Reply::accept;
      case policy::Action::proceed:
        return Reply::proceed;
      case policy::Action::reject:
        return Reply::reject;
      case policy::Action::tempfail:
        break;
    }
    return Reply::tempfail;
  }

  bool ask(std::uint32_t action, Reply request, Fields& data) {
    if ((allowed_ & action) == 0) return false;
    append_packet(out_, request, data.take());
    return true;
  }

  std::string& out_;
  const std::uint32_t allowed_;
  std::optional<std::string> reply_;
};

}  // namespace

void append_packet(std::string& out, wire::Reply reply, std::string_view data) {
  wire::append_packet(out, static_cast<char>(reply), data);
}

void append_answer(std::string& out, const policy::Judgement& judgement,
                   std::uint32_t allowed_actions, std::string_view job_id, log::Sink& sink) {
  PacketEditor editor(out, allowed_actions);
  apply(judgement, editor, job_id, sink);
  editor.close(judgement.action);
}

}  // namespace dmarc::milter
