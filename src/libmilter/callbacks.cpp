// What libmilter calls, one function for each event: translation to and from filter::Session, and
// nothing more. No exception leaves any of them.

#include <libmilter/mfapi.h>
#include <netinet/in.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "filter/editor.h"
#include "filter/internal_error.h"
#include "filter/wait.h"
#include "libmilter/glue.h"
#include "milter/negotiated_options.h"

namespace dmarc::libmilter {
namespace {

using filter::Response;

// ---- negotiation

/// Names the macros that are wanted; only for an MTA that offered to listen.
void request_macros(Context context, unsigned long actions) {
  if ((actions & SMFIF_SETSYMLIST) == 0) return;
  for (const auto& [stage, names] : milter::wanted_macros()) {
    std::string list;
    for (const std::string& name : names)
      list += list.empty() ? name : " " + name;
    smfi_setsymlist(context, static_cast<int>(stage), list.data());
  }
}

// ---- the end of a message

// libmilter takes char* but does not write to it; a copy costs less than a doubt.
class MessageEditor final : public filter::Editor {
 public:
  explicit MessageEditor(Context context) : context_(context) {}

  bool insert_on_top(const std::string& name, const std::string& value) override {
    std::string name_copy = name;
    std::string value_copy = value;
    return smfi_insheader(context_, 0, name_copy.data(), value_copy.data()) == MI_SUCCESS;
  }

  bool remove(std::string_view name, std::size_t index) override {
    std::string copy(name);
    return smfi_chgheader(context_, copy.data(), static_cast<int>(index), nullptr) == MI_SUCCESS;
  }

  bool hold(const std::string& reason) override {
    std::string copy = reason;
    return smfi_quarantine(context_, copy.data()) == MI_SUCCESS;
  }

  bool add_recipient(const std::string& address) override {
    std::string copy = address;
    return smfi_addrcpt(context_, copy.data()) == MI_SUCCESS;
  }

  bool reply(int code, const std::string& enhanced, const std::string& text) override {
    std::string code_copy = std::to_string(code);
    std::string enhanced_copy = enhanced;
    std::string text_copy = text;
    return smfi_setreply(context_, code_copy.data(), enhanced_copy.data(), text_copy.data()) ==
           MI_SUCCESS;
  }

 private:
  Context context_;
};

int status_of(policy::Action action) {
  switch (action) {
    case policy::Action::accept:
      return SMFIS_ACCEPT;
    case policy::Action::proceed:
      return SMFIS_CONTINUE;
    case policy::Action::reject:
      return SMFIS_REJECT;
    case policy::Action::tempfail:
      break;
  }
  return SMFIS_TEMPFAIL;
}

/// Passes the changes on and gives the value to return to libmilter.
int apply(Context context, const filter::Transfer& transfer, const policy::Judgement& judgement) {
  MessageEditor editor(context);
  filter::apply(judgement, editor, transfer, job_id_of(context), *options().engine.sink);
  return status_of(judgement.action);
}

// ---- events

// For events without a reply.
constexpr sfsistat no_reply = SMFIS_NOREPLY;

sfsistat status_of(Response response) {
  switch (response) {
    case Response::proceed:
      return SMFIS_CONTINUE;
    case Response::accept:
      return SMFIS_ACCEPT;
    case Response::skip:
      return SMFIS_SKIP;
    case Response::tempfail:
      break;
  }
  return SMFIS_TEMPFAIL;
}

std::optional<base::IpAddress> address_of(const sockaddr* address) {
  const void* octets = nullptr;
  std::size_t size = 0;
  if (address != nullptr && address->sa_family == AF_INET) {
    octets = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
    size = sizeof(in_addr);
  } else if (address != nullptr && address->sa_family == AF_INET6) {
    octets = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
    size = sizeof(in6_addr);
  }
  return base::IpAddress::from_octets({static_cast<const char*>(octets), size});
}

/// Runs the part of a callback that may throw.
template <class Work>
sfsistat guarded(Context context, Work work) noexcept {
  try {
    return work();
  } catch (...) {
    log_exception(context);
    return SMFIS_TEMPFAIL;
  }
}

/// The same for an event without a reply: the failure is told at the end of the message.
template <class Work>
sfsistat guarded_silent(Context context, Work work) noexcept {
  Connection* const connection = connection_of(context);
  if (connection == nullptr) return no_reply;
  try {
    connection->session.advance();  // what the DNS has answered since the last event
    work(connection->session);
  } catch (...) {
    log_exception(context);
    connection->failed = true;
  }
  return no_reply;
}

sfsistat on_negotiate(Context context, unsigned long offered_actions, unsigned long offered_steps,
                      unsigned long, unsigned long, unsigned long* actions, unsigned long* steps,
                      unsigned long* spare, unsigned long* spare_too) noexcept {
  return guarded(context, [&]() -> sfsistat {
    *spare = *spare_too = 0;
    auto environment = options().engine.environment();
    const auto negotiated = milter::negotiate_options(
        static_cast<std::uint32_t>(offered_actions), static_cast<std::uint32_t>(offered_steps),
        milter::situation_of(*environment, over_tcp()));
    if (!negotiated) {
      options().engine.sink->write(log::make<log::Id::actions_missing>(
          milter::hexadecimal(static_cast<std::uint32_t>(offered_actions)),
          milter::hexadecimal(milter::required_actions())));
      return SMFIS_REJECT;
    }
    *actions = negotiated->actions;
    *steps = negotiated->steps;
    request_macros(context, negotiated->actions);
    remember_negotiation(context, {*negotiated, std::move(environment)});
    return SMFIS_CONTINUE;
  });
}

sfsistat on_connect(Context context, char* host, sockaddr* address) noexcept {
  return guarded(context, [&]() -> sfsistat {
    forget_connection(context);
    std::optional<ConnectionLimit::Admission> admission =
        options().engine.connection_limit->admit();
    if (!admission) return SMFIS_TEMPFAIL;
    const Negotiation negotiation = negotiation_of(context);
    auto connection = std::make_unique<Connection>(negotiation.environment_for_client(),
                                                   *std::move(admission), negotiation.options);
    const Response response = connection->session.connect(host, address_of(address));
    smfi_setpriv(context, connection.release());
    return status_of(response);
  });
}

sfsistat on_helo(Context context, char* name) noexcept {
  return guarded_silent(context, [&](Session& session) { session.helo(name); });
}

sfsistat on_mail(Context context, char** arguments) noexcept {
  Connection* const connection = connection_of(context);
  if (connection == nullptr) return SMFIS_TEMPFAIL;
  connection->failed = false;
  connection->job_id.clear();
  const sfsistat status = guarded(context, [&]() -> sfsistat {
    const Macros macros = macros_of(context);
    connection->job_id = macros("i").value_or("");
    connection->admission.begin_message();
    return status_of(connection->session.mail(arguments[0], macros));
  });
  forget_macros_of_mail(context);
  return status;
}

sfsistat on_recipient(Context context, char** arguments) noexcept {
  return guarded_silent(context, [&](Session& session) { session.recipient(arguments[0]); });
}

sfsistat on_header(Context context, char* name, char* value) noexcept {
  return guarded_silent(context, [&](Session& session) { session.header(name, value); });
}

sfsistat on_end_of_header(Context context) noexcept {
  return guarded_silent(context, [](Session& session) { session.end_of_header(); });
}

sfsistat on_body(Context context, unsigned char* octets, std::size_t size) noexcept {
  Connection* const connection = connection_of(context);
  if (connection == nullptr || connection->failed) return SMFIS_CONTINUE;
  return guarded(context, [&]() -> sfsistat {
    connection->session.advance();  // what the DNS has answered since the last event
    const Response response =
        connection->session.body({reinterpret_cast<const char*>(octets), size});
    return response == Response::skip && !connection->negotiated.can_skip() ? SMFIS_CONTINUE
                                                                            : status_of(response);
  });
}

sfsistat on_end_of_message(Context context) noexcept {
  Connection* const connection = connection_of(context);
  if (connection == nullptr || connection->failed) return SMFIS_TEMPFAIL;
  return guarded(context, [&]() -> sfsistat {
    return apply(
        context, connection->negotiated.transfer(),
        filter::wait_for_judgement(connection->session, connection->wakeup, macros_of(context)));
  });
}

sfsistat on_abort(Context context) noexcept {
  if (Connection* const connection = connection_of(context)) connection->session.abort();
  return SMFIS_CONTINUE;
}

sfsistat on_close(Context context) noexcept {
  forget_connection(context);
  return SMFIS_CONTINUE;
}

// The name in libmilter's own log lines, which OpenDMARC's users know.
constexpr char filter_name[] = "OpenDMARC Filter";

smfiDesc callbacks(char* name) {
  smfiDesc description{};
  description.xxfi_name = name;
  description.xxfi_version = SMFI_VERSION;
  description.xxfi_flags = milter::required_actions();
  description.xxfi_connect = on_connect;
  description.xxfi_helo = on_helo;
  description.xxfi_envfrom = on_mail;
  description.xxfi_envrcpt = on_recipient;
  description.xxfi_header = on_header;
  description.xxfi_eoh = on_end_of_header;
  description.xxfi_body = on_body;
  description.xxfi_eom = on_end_of_message;
  description.xxfi_abort = on_abort;
  description.xxfi_close = on_close;
  description.xxfi_negotiate = on_negotiate;
  return description;
}

}  // namespace

bool register_callbacks() {
  std::string name(filter_name);
  return smfi_register(callbacks(name.data())) == MI_SUCCESS;
}

Connection* connection_of(Context context) {
  return static_cast<Connection*>(smfi_getpriv(context));
}

void forget_connection(Context context) {
  delete connection_of(context);
  smfi_setpriv(context, nullptr);
}

Macros macros_of(Context context) {
  return [context](std::string_view name) -> std::optional<std::string> {
    std::string symbol = name.size() == 1 ? std::string(name) : "{" + std::string(name) + "}";
    if (const char* const value = smfi_getsymval(context, symbol.data())) return value;
    const Connection* const connection = connection_of(context);
    if (name == "i" && connection != nullptr && !connection->job_id.empty())
      return connection->job_id;
    return std::nullopt;
  };
}

std::string job_id_of(Context context) {
  return macros_of(context)("i").value_or(std::string(filter::unknown_job_id));
}

void log_exception(Context context) noexcept {
  filter::log_current_exception(*options().engine.sink, job_id_of(context));
}

}  // namespace dmarc::libmilter
