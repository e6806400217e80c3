#include "milter/client/client.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace dmarc::milter::client {
namespace {

using wire::Command;
using wire::Stage;
namespace flag = wire::protocol;

/// Postfix cuts longer header values.
constexpr std::size_t max_header_value = 60000;

tl::unexpected<Error> protocol_error(std::string text) {
  return tl::unexpected(Error{Error::Kind::protocol, std::move(text)});
}

/// The macros that Postfix sends unless the filter asks for others (main.cf, milter_*_macros).
std::vector<std::string> default_macros(Stage stage) {
  switch (stage) {
    case Stage::connect:
      return {"j", "{daemon_name}", "{daemon_addr}", "v", "_"};
    case Stage::helo:
      return {"{tls_version}", "{cipher}", "{cipher_bits}", "{cert_subject}", "{cert_issuer}"};
    case Stage::mail:
      return {"i",           "{auth_type}", "{auth_authen}", "{auth_author}",
              "{mail_addr}", "{mail_host}", "{mail_mailer}", "{dmarcd_probe}"};
    case Stage::rcpt:
      return {"i", "{rcpt_addr}", "{rcpt_host}", "{rcpt_mailer}"};
    case Stage::data:
    case Stage::end_of_header:
    case Stage::end_of_message:
      return {"i"};
  }
  return {};
}

std::string_view without_braces(std::string_view name) {
  if (name.size() >= 2 && name.front() == '{' && name.back() == '}')
    return name.substr(1, name.size() - 2);
  return name;
}

/// The form of a header value in the protocol: lines end with LF alone, and a blank after the colon
/// is sent only to filters that ask for it. A tab stays.
std::string header_value(std::string_view value, bool leading_space) {
  if (!leading_space && value.starts_with(' ')) value.remove_prefix(1);
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\r' && i + 1 < value.size() && value[i + 1] == '\n') continue;
    text += value[i];
  }
  return text.substr(0, max_header_value);
}

std::string command_arguments(std::string_view path, const std::vector<std::string>& parameters) {
  wire::Fields fields;
  fields.text(path);
  for (const std::string& parameter : parameters)
    fields.text(parameter);
  return fields.take();
}

/// True if an answer to the event applies to the connection, not to one message.
bool is_of_connection(const wire::Event& event) {
  return event.command == Command::connect || event.command == Command::helo;
}

}  // namespace

Client::Client(Stream stream, wire::Negotiation negotiated, std::size_t chunk)
    : stream_(std::move(stream)), negotiated_(std::move(negotiated)), chunk_(chunk) {}

tl::expected<Client, Error> Client::connect_to(const io::SocketSpec& spec, const Options& options) {
  auto socket = milter::client::connect_to(spec, options.timeout);
  if (!socket) return tl::unexpected(Error{Error::Kind::unreachable, socket.error()});
  Stream stream(std::move(*socket), options.timeout);
  stream.queue(wire::packet(Command::negotiate, wire::encode(options.offer)));
  auto packet = stream.receive();
  if (!packet) return tl::unexpected(packet.error());
  if (packet->code != static_cast<char>(wire::Response::negotiate))
    return protocol_error("the filter did not answer the negotiation");
  auto wanted = wire::decode_negotiation(packet->data);
  if (!wanted) return protocol_error("the filter's answer to the negotiation is cut off");
  if (wanted->version > options.offer.version)
    return protocol_error("the filter wants protocol version " + std::to_string(wanted->version));
  if ((wanted->actions & ~options.offer.actions) != 0)
    return protocol_error("the filter wants actions that were not offered");
  if ((wanted->protocol & ~options.offer.protocol) != 0)
    return protocol_error("the filter wants protocol steps that were not offered");
  return Client(std::move(stream), std::move(*wanted), options.chunk);
}

bool Client::leading_space() const {
  return (negotiated_.protocol & flag::leading_space) != 0;
}

void Client::queue_macros(const wire::Event& event) {
  const auto chosen = negotiated_.macros.find(event.stage);
  wire::Fields fields;
  fields.octet(static_cast<char>(event.command));
  bool any = false;
  for (const std::string& name :
       chosen == negotiated_.macros.end() ? default_macros(event.stage) : chosen->second) {
    const auto known = macros_.find(std::string(without_braces(name)));
    if (known == macros_.end()) continue;
    fields.text(name).text(known->second);
    any = true;
  }
  if (any) stream_.queue(wire::packet(Command::macro, fields.take()));
}

tl::expected<Response, Error> Client::await_answer(Edits* edits) {
  for (;;) {
    const auto packet = stream_.receive();
    if (!packet) return tl::unexpected(packet.error());
    auto answer = read_response(*packet);
    if (!answer) return protocol_error(answer.error());
    if (*answer) return std::move(**answer);
    if (packet->code == static_cast<char>(wire::Response::progress)) continue;
    if (edits == nullptr)
      return protocol_error("unexpected answer \"" + base::printable({&packet->code, 1}) + "\"");
    const auto taken = read_edit(*packet, *edits);
    if (!taken) return protocol_error(taken.error());
    if (!*taken)
      return protocol_error("unknown request \"" + base::printable({&packet->code, 1}) + "\"");
  }
}

/// Keeps an answer that decides more than its event.
Response Client::note(const wire::Event& event, Response answer) {
  const bool final = answer.kind != Response::Kind::proceed && answer.kind != Response::Kind::skip;
  if (is_of_connection(event) && final)
    done_ = Done::connection;
  else if (answer.kind == Response::Kind::accept || answer.kind == Response::Kind::discard)
    done_ = Done::message;
  else
    return answer;
  done_answer_ = answer;
  return answer;
}

Client::Result Client::tell(Command command, std::string_view data) {
  const wire::Event& row = *wire::find_event(command);
  if (done_ != Done::nothing) return done_answer_;
  if ((negotiated_.protocol & row.unwanted) != 0) return Response{};
  queue_macros(row);
  stream_.queue(wire::packet(command, data));
  if ((negotiated_.protocol & row.silent) != 0) return Response{};
  auto answer = await_answer(nullptr);
  if (!answer) return answer;
  return note(row, std::move(*answer));
}

Client::Result Client::connect(std::string_view host, const std::optional<base::IpAddress>& address,
                               std::uint16_t port) {
  wire::Fields fields;
  fields.text(host);
  if (address)
    fields.octet(address->is_v4() ? '4' : '6').port(port).text(address->text());
  else
    fields.octet('U');
  return tell(Command::connect, fields.take());
}

Client::Result Client::helo(std::string_view name) {
  return tell(Command::helo, wire::Fields().text(name).take());
}

Client::Result Client::mail(std::string_view path, const std::vector<std::string>& parameters) {
  skip_body_ = false;
  chunks_sent_ = 0;
  return tell(Command::mail, command_arguments(path, parameters));
}

Client::Result Client::rcpt(std::string_view path, const std::vector<std::string>& parameters) {
  return tell(Command::rcpt, command_arguments(path, parameters));
}

Client::Result Client::data() {
  return tell(Command::data, {});
}

Client::Result Client::header(std::string_view name, std::string_view value) {
  return tell(Command::header,
              wire::Fields().text(name).text(header_value(value, leading_space())).take());
}

Client::Result Client::end_of_header() {
  return tell(Command::end_of_header, {});
}

Client::Result Client::body(std::string_view octets) {
  Response answer;
  while (!octets.empty() && !skip_body_ && answer.kind == Response::Kind::proceed) {
    if ((negotiated_.protocol & flag::no_body) == 0) ++chunks_sent_;
    auto next = tell(Command::body, octets.substr(0, chunk_));
    if (!next) return next;
    answer = std::move(*next);
    skip_body_ = answer.kind == Response::Kind::skip;
    octets.remove_prefix(std::min(octets.size(), chunk_));
  }
  return answer;
}

tl::expected<EndOfMessage, Error> Client::end_of_message() {
  if (done_ != Done::nothing) {
    if (done_ == Done::message) done_ = Done::nothing;
    return EndOfMessage{done_answer_, {}};
  }
  const wire::Event& row = *wire::find_event(Command::end_of_message);
  queue_macros(row);
  stream_.queue(wire::packet(row.command));
  EndOfMessage end;
  auto answer = await_answer(&end.edits);
  if (!answer) return tl::unexpected(answer.error());
  end.answer = std::move(*answer);
  // The MTA writes a blank behind the colon, unless the filter brings its own.
  for (HeaderEdit& edit : end.edits.header)
    if (!leading_space() && !edit.removes()) edit.value.insert(0, 1, ' ');
  return end;
}

Client::Result Client::unknown(std::string_view command) {
  return tell(Command::unknown, wire::Fields().text(command).take());
}

tl::expected<void, Error> Client::abort() {
  if (done_ == Done::connection) return {};
  done_ = Done::nothing;
  skip_body_ = false;
  stream_.queue(wire::packet(Command::abort));
  return stream_.flush();
}

tl::expected<void, Error> Client::quit_new_connection() {
  done_ = Done::nothing;
  skip_body_ = false;
  stream_.queue(wire::packet(Command::quit_new_connection));
  return stream_.flush();
}

void Client::quit() {
  stream_.queue(wire::packet(Command::quit));
  // A filter that is gone already is not an error.
  static_cast<void>(stream_.flush());
  stream_.close();
}

}  // namespace dmarc::milter::client
