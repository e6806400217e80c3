// The milter protocol on the wire, for both of its sides: packets, their contents, the negotiation.
// Version 6, as Sendmail 8.14 and Postfix speak it; docs/milter-protocol.md describes it. No
// sockets and no order of events here; that is milter/conversation.h for the filter and
// milter/client/client.h for the MTA.
//
//   std::string out = wire::packet('H', wire::Fields().text("mx.example.org").take());
//
//   std::string_view octets = ...;
//   while (auto packet = take_packet(octets)) ...   // views into what was received
//
//   wire::PacketBuffer in;                           // the same, keeping what is not whole yet
//   in.append(octets_from_the_socket);
//   while (auto packet = in.next()) ...
//
// A packet is a length (4 octets, network order, counting all that follows), a code, and data.
// Texts in the data end with a NUL.
//
// Threads: values and pure functions.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::milter::wire {

/// What the MTA sends.
enum class Command : char {
  abort = 'A',
  body = 'B',
  connect = 'C',
  macro = 'D',
  end_of_message = 'E',
  helo = 'H',
  quit_new_connection = 'K',
  header = 'L',
  mail = 'M',
  end_of_header = 'N',
  negotiate = 'O',
  quit = 'Q',
  rcpt = 'R',
  data = 'T',
  unknown = 'U',
};

/// What the filter sends. The first group ends an event, the second asks for changes at the end of
/// a message.
enum class Response : char {
  accept = 'a',
  proceed = 'c',
  discard = 'd',
  connection_failed = 'f',
  reject = 'r',
  skip = 's',
  tempfail = 't',
  reply_code = 'y',
  shutdown = '4',

  progress = 'p',
  add_recipient = '+',
  add_recipient_with_parameters = '2',
  remove_recipient = '-',
  replace_body = 'b',
  change_sender = 'e',
  add_header = 'h',
  insert_header = 'i',
  change_header = 'm',
  quarantine = 'q',
  negotiate = 'O',
};

/// What the filter may ask for at the end of a message.
namespace action {
inline constexpr std::uint32_t add_headers = 0x01;
inline constexpr std::uint32_t add_recipients = 0x04;
inline constexpr std::uint32_t change_headers = 0x10;
inline constexpr std::uint32_t quarantine = 0x20;
/// The filter names the macros that it wants.
inline constexpr std::uint32_t choose_macros = 0x100;
/// Everything that Postfix offers.
inline constexpr std::uint32_t all = 0x1ff;
}  // namespace action

/// Events that are not sent, and events that are sent but not answered.
namespace protocol {
inline constexpr std::uint32_t no_connect = 0x01;
inline constexpr std::uint32_t no_helo = 0x02;
inline constexpr std::uint32_t no_mail = 0x04;
inline constexpr std::uint32_t no_rcpt = 0x08;
inline constexpr std::uint32_t no_body = 0x10;
inline constexpr std::uint32_t no_headers = 0x20;
inline constexpr std::uint32_t no_end_of_header = 0x40;
inline constexpr std::uint32_t silent_header = 0x80;
inline constexpr std::uint32_t no_unknown = 0x100;
inline constexpr std::uint32_t no_data = 0x200;
inline constexpr std::uint32_t skip = 0x400;
inline constexpr std::uint32_t silent_connect = 0x1000;
inline constexpr std::uint32_t silent_helo = 0x2000;
inline constexpr std::uint32_t silent_mail = 0x4000;
inline constexpr std::uint32_t silent_rcpt = 0x8000;
inline constexpr std::uint32_t silent_data = 0x10000;
inline constexpr std::uint32_t silent_unknown = 0x20000;
inline constexpr std::uint32_t silent_end_of_header = 0x40000;
inline constexpr std::uint32_t silent_body = 0x80000;
/// The blank after the colon of a header field is part of the value.
inline constexpr std::uint32_t leading_space = 0x100000;
/// Everything that Postfix offers.
inline constexpr std::uint32_t all = 0x1fffff;
}  // namespace protocol

/// What kind of address the SMTP client has.
namespace family {
inline constexpr char unknown = 'U';
inline constexpr char local = 'L';
inline constexpr char inet = '4';
inline constexpr char inet6 = '6';
}  // namespace family

inline constexpr std::uint32_t protocol_version = 6;
/// The first that has a negotiation.
inline constexpr std::uint32_t oldest_version = 2;

/// The largest packet that the MTA sends: a body chunk. Longer bodies go in several.
inline constexpr std::size_t max_chunk = 65535;

/// The largest packet that is accepted. The protocol has no limit. Postfix cuts a header field at
/// 60,000 octets, other MTAs may not; filters send replacement bodies in chunks of at most 1 MiB.
inline constexpr std::size_t max_packet = 1024 * 1024 + 16;

struct Packet {
  char code = 0;
  std::string data;
};

/// A whole packet, ready to be written.
std::string packet(char code, std::string_view data = {});
void append_packet(std::string& out, char code, std::string_view data);
inline std::string packet(Command command, std::string_view data = {}) {
  return packet(static_cast<char>(command), data);
}

/// Puts the data of a packet together.
class Fields {
 public:
  Fields& number(std::uint32_t value);
  Fields& port(std::uint16_t value);
  Fields& octet(char value);
  Fields& text(std::string_view value);  ///< up to the first NUL, which can't be sent
  Fields& octets(std::string_view value);
  std::string take() { return std::move(data_); }

 private:
  std::string data_;
};

/// Takes the data of a packet apart, from the front. Nothing when less is left than asked for.
class FieldReader {
 public:
  explicit FieldReader(std::string_view data) : rest_(data) {}
  std::optional<std::uint32_t> number();
  std::optional<std::uint16_t> port();
  std::optional<char> octet();
  std::optional<std::string_view> text();
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

enum class PacketError {
  empty_packet,  ///< a length of 0: not even a code
  too_long,      ///< more than max_packet
};

std::string_view describe(PacketError error);

/// A packet inside of what was received.
struct PacketView {
  char code = 0;
  std::string_view data;
};

/// Takes the first packet off `octets`; nothing, and nothing taken, when it is not whole yet. After
/// an error the stream is unusable.
tl::expected<std::optional<PacketView>, PacketError> take_packet(std::string_view& octets);

/// Cuts a stream of octets into packets.
class PacketBuffer {
 public:
  void append(std::string_view octets) { pending_ += octets; }
  /// The next whole packet; nothing when more octets are needed.
  tl::expected<std::optional<Packet>, PacketError> next();
  bool empty() const { return pending_.empty(); }

 private:
  std::string pending_;
};

/// The stages of a session for which a filter may choose the macros.
enum class Stage : std::uint32_t {
  connect = 0,
  helo = 1,
  mail = 2,
  rcpt = 3,
  data = 4,
  end_of_message = 5,
  end_of_header = 6,
};

inline constexpr std::size_t stage_count = 7;

/// What the MTA tells of, and how it is negotiated.
struct Event {
  Command command;
  Stage stage;             ///< whose macros it brings
  std::uint32_t unwanted;  ///< the step with which a filter declines it
  std::uint32_t silent;    ///< the step with which a filter promises not to answer
};

/// Null for a command that is not an event.
const Event* find_event(Command command);

/// Both sides of the negotiation have this form.
struct Negotiation {
  std::uint32_t version = protocol_version;
  std::uint32_t actions = action::all;
  std::uint32_t protocol = protocol::all;
  /// From the filter: the names of the macros it wants, by stage, instead of the MTA's choice.
  std::map<Stage, std::vector<std::string>> macros;
};

std::string encode(const Negotiation& negotiation);
/// Nothing when the data is cut off.
std::optional<Negotiation> decode_negotiation(std::string_view data);

}  // namespace dmarc::milter::wire
