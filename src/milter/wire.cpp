#include "milter/wire.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"

namespace dmarc::milter::wire {
namespace {

constexpr std::size_t length_octets = 4;

std::array<char, length_octets> network_order(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::uint32_t from_network_order(std::string_view octets) {
  std::uint32_t value = 0;
  for (const char c : octets.substr(0, length_octets))
    value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::vector<std::string> macro_names(std::string_view list) {
  std::vector<std::string> names;
  std::string name;
  for (const char c : list) {
    if (!base::is_space(c) && c != ',') {
      name += c;
    } else if (!name.empty()) {
      names.push_back(std::exchange(name, {}));
    }
  }
  if (!name.empty()) names.push_back(name);
  return names;
}

}  // namespace

std::string packet(char code, std::string_view data) {
  std::string result;
  append_packet(result, code, data);
  return result;
}

void append_packet(std::string& out, char code, std::string_view data) {
  const auto length = network_order(static_cast<std::uint32_t>(data.size() + 1));
  out.append(length.begin(), length.end());
  out += code;
  out += data;
}

Fields& Fields::number(std::uint32_t value) {
  const auto octets = network_order(value);
  data_.append(octets.begin(), octets.end());
  return *this;
}

Fields& Fields::port(std::uint16_t value) {
  data_ += static_cast<char>(value >> 8);
  data_ += static_cast<char>(value & 0xff);
  return *this;
}

Fields& Fields::octet(char value) {
  data_ += value;
  return *this;
}

Fields& Fields::text(std::string_view value) {
  data_ += value.substr(0, value.find('\0'));
  data_ += '\0';
  return *this;
}

Fields& Fields::octets(std::string_view value) {
  data_ += value;
  return *this;
}

std::optional<std::uint32_t> FieldReader::number() {
  if (rest_.size() < length_octets) return std::nullopt;
  const std::uint32_t value = from_network_order(rest_);
  rest_.remove_prefix(length_octets);
  return value;
}

std::optional<std::uint16_t> FieldReader::port() {
  const auto high = octet();
  const auto low = octet();
  if (!high || !low) return std::nullopt;
  return static_cast<std::uint16_t>(static_cast<unsigned char>(*high) << 8 |
                                    static_cast<unsigned char>(*low));
}

std::optional<char> FieldReader::octet() {
  if (rest_.empty()) return std::nullopt;
  const char value = rest_.front();
  rest_.remove_prefix(1);
  return value;
}

std::optional<std::string_view> FieldReader::text() {
  const std::size_t end = rest_.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view value = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return value;
}

tl::expected<std::optional<PacketView>, PacketError> take_packet(std::string_view& octets) {
  if (octets.size() < length_octets) return std::nullopt;
  const std::size_t length = from_network_order(octets);
  if (length == 0) return tl::unexpected(PacketError::empty_packet);
  if (length > max_packet) return tl::unexpected(PacketError::too_long);
  if (octets.size() < length_octets + length) return std::nullopt;
  const PacketView packet{octets[length_octets], octets.substr(length_octets + 1, length - 1)};
  octets.remove_prefix(length_octets + length);
  return packet;
}

tl::expected<std::optional<Packet>, PacketError> PacketBuffer::next() {
  std::string_view octets = pending_;
  const auto taken = take_packet(octets);
  if (!taken) return tl::unexpected(taken.error());
  if (!*taken) return std::nullopt;
  Packet packet{(*taken)->code, std::string((*taken)->data)};
  pending_.erase(0, pending_.size() - octets.size());
  return packet;
}

std::string_view describe(PacketError error) {
  switch (error) {
    case PacketError::empty_packet:
      return "a packet without a code";
    case PacketError::too_long:
      return "a packet that is too long";
  }
  return "";
}

const Event* find_event(Command command) {
  using namespace protocol;
  static constexpr std::array<Event, 10> events{{
      {Command::connect, Stage::connect, no_connect, silent_connect},
      {Command::helo, Stage::helo, no_helo, silent_helo},
      {Command::mail, Stage::mail, no_mail, silent_mail},
      {Command::rcpt, Stage::rcpt, no_rcpt, silent_rcpt},
      {Command::data, Stage::data, no_data, silent_data},
      {Command::header, Stage::end_of_header, no_headers, silent_header},
      {Command::end_of_header, Stage::end_of_header, no_end_of_header, silent_end_of_header},
      {Command::body, Stage::end_of_message, no_body, silent_body},
      {Command::end_of_message, Stage::end_of_message, 0, 0},
      {Command::unknown, Stage::data, no_unknown, silent_unknown},
  }};
  const auto found = std::ranges::find(events, command, &Event::command);
  return found == events.end() ? nullptr : &*found;
}

std::string encode(const Negotiation& negotiation) {
  Fields fields;
  fields.number(negotiation.version).number(negotiation.actions).number(negotiation.protocol);
  for (const auto& [stage, names] : negotiation.macros) {
    std::string list;
    for (const std::string& name : names)
      list += list.empty() ? name : " " + name;
    fields.number(static_cast<std::uint32_t>(stage)).text(list);
  }
  return fields.take();
}

std::optional<Negotiation> decode_negotiation(std::string_view data) {
  FieldReader reader(data);
  const auto newest = reader.number();
  const auto actions = reader.number();
  const auto protocol = reader.number();
  if (!newest || !actions || !protocol) return std::nullopt;
  Negotiation result{*newest, *actions, *protocol, {}};
  while (!reader.at_end()) {
    const auto stage = reader.number();
    const auto list = reader.text();
    if (!stage || !list) return std::nullopt;
    result.macros[static_cast<Stage>(*stage)] = macro_names(*list);
  }
  return result;
}

}  // namespace dmarc::milter::wire
