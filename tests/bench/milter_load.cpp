// milter_load --socket SPEC [--connections N] [--seconds S] [--messages N] [--per-session N]
//             [--round-trip MS] [--seed N] [--sender ADDRESS] [--message FILE] [--passes TEXT]
// milter_load --zone
//
// Plays the MTA: keeps N connections busy with the mail of mail_mix.h, for S seconds or N messages,
// whichever ends first, and prints what it saw as one line of JSON. Macros before each event and
// waiting for answers are as in Postfix 3.7; what needs no answer leaves together with what
// follows. The content comes a round trip to the SMTP client after DATA, which a client that
// pipelines sends with MAIL and RCPT. With --message it is always this message, in RFC 5322 form,
// from a client that no record of the mix permits. --zone prints the DNS data of the mix.
//
// Exit status 0; 1 when the filter closed connections or deferred mail; 2 for wrong arguments and a
// filter that can't be reached. Whether it judged rightly shows in "passes", the messages to which
// a field with TEXT ("dmarc=pass") was added, and "expected_passes", which may differ by the
// messages under way at the end.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>

#include "base/decimal.h"
#include "base/unique_fd.h"
#include "mail_mix.h"
#include "milter/client/delivery.h"
#include "milter/client/stream.h"
#include "milter/wire.h"

namespace dmarc::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
namespace wire = milter::wire;
using wire::Command;

struct Plan {
  io::SocketSpec socket;
  std::size_t connections = 1;
  std::size_t seconds = 5;
  std::size_t messages = std::numeric_limits<std::size_t>::max();
  std::size_t per_session = 1;
  std::size_t round_trip = 0;  ///< to the SMTP client, in milliseconds
  std::uint32_t seed = 1;
  std::string sender;   ///< of every message, instead of the one of the mix
  std::string message;  ///< the file of the one message that there is, instead of the mix
  std::string passes = "dmarc=pass";
};

/// Where the messages come from.
class Mail {
 public:
  explicit Mail(const Plan& plan) : mix_(plan.seed) {
    if (plan.message.empty()) return;
    std::ifstream file(plan.message, std::ios::binary);
    if (!file) throw std::runtime_error(plan.message + ": can't be read");
    milter::client::set_content(only_.emplace(),
                                std::string(std::istreambuf_iterator<char>(file), {}));
  }

  BenchMessage next() {
    if (!only_) return mix_.next();
    BenchMessage message;
    message.client = "198.51.100.66";
    message.helo = "client.example";
    message.sender = "bounces@client.example";
    message.header = mail::HeaderBlock(only_->header);
    message.body = only_->body;
    message.passes = true;
    return message;
  }

 private:
  MailMix mix_;
  std::optional<milter::client::SmtpMessage> only_;
};

struct Tally {
  std::vector<double> dialogue, end_of_message;  ///< milliseconds
  std::size_t messages = 0, errors = 0, passes = 0, expected_passes = 0;
};

std::string macros(Command stage,
                   std::initializer_list<std::pair<std::string_view, std::string>> values) {
  wire::Fields fields;
  fields.octet(static_cast<char>(stage));
  for (const auto& [name, value] : values)
    fields.text(name).text(value);
  return wire::packet(Command::macro, fields.take());
}

/// One event for the filter; the answer to it is awaited unless the filter asked for silence.
struct Event {
  std::string octets;
  std::uint32_t skipped_by = 0;   ///< the protocol flag with which the filter does not get it
  std::uint32_t silenced_by = 0;  ///< the flag with which it does not answer
};

/// A connection of the MTA to the filter, over and over.
class Connection {
 public:
  Connection(const Plan& plan, Mail& mail, Tally& tally, int poller)
      : plan_(plan), mail_(mail), tally_(tally), poller_(poller) {
    open();
  }

  /// The socket is ready for something.
  void proceed(std::uint32_t events) {
    if (events & EPOLLOUT) flush();
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive();
  }

  /// Goes on when what it waits for has come from the SMTP client.
  void proceed_when_due() {
    if (content_due_ && next_ == content_ && content_is_here()) advance();
  }

 private:
  void open() {
    auto socket = milter::client::connect_to(plan_.socket, std::chrono::seconds(30));
    if (!socket) throw std::runtime_error(socket.error());
    socket_ = std::move(*socket);
    input_ = {};
    output_.clear();
    sent_ = 0;
    left_ = plan_.per_session;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = this;
    ::epoll_ctl(poller_, EPOLL_CTL_ADD, socket_.get(), &event);
    start_ = Clock::now();
    queue_.clear();
    next_ = 0;
    negotiated_ = false;
    output_ = wire::packet(Command::negotiate, wire::encode(wire::Negotiation{}));
    take_message();
    flush();
  }

  void take_message() {
    message_ = mail_.next();
    if (!plan_.sender.empty()) message_.sender = plan_.sender;
  }

  void begin_session() {
    add({macros(Command::connect, {{"j", "mx.receiver.example"},
                                   {"{daemon_name}", "mx.receiver.example"},
                                   {"{daemon_addr}", "192.0.2.25"},
                                   {"v", "Postfix 3.7.11"}}) +
             wire::packet(Command::connect, wire::Fields()
                                                .text("mail.sender.example")
                                                .octet('4')
                                                .port(25000)
                                                .text(message_.client)
                                                .take()),
         wire::protocol::no_connect, wire::protocol::silent_connect});
    add({macros(Command::helo, {}) +
             wire::packet(Command::helo, wire::Fields().text(message_.helo).take()),
         wire::protocol::no_helo, wire::protocol::silent_helo});
  }

  void begin_message() {
    const std::string id = "4B" + std::to_string(tally_.messages);
    add({macros(Command::mail, {{"i", id}, {"{mail_addr}", message_.sender}}) +
             wire::packet(Command::mail, wire::Fields().text("<" + message_.sender + ">").take()),
         wire::protocol::no_mail, wire::protocol::silent_mail});
    add({macros(Command::rcpt, {{"i", id}, {"{rcpt_addr}", "user@receiver.example"}}) +
             wire::packet(Command::rcpt, wire::Fields().text("<user@receiver.example>").take()),
         wire::protocol::no_rcpt, wire::protocol::silent_rcpt});
    add({macros(Command::data, {{"i", id}}) + wire::packet(Command::data), wire::protocol::no_data,
         wire::protocol::silent_data});
    content_ = queue_.size();
    content_due_.reset();
    for (const mail::HeaderField& field : message_.header)
      add({wire::packet(Command::header,
                        wire::Fields().text(field.name).text(value_of(field)).take()),
           wire::protocol::no_headers, wire::protocol::silent_header});
    add({macros(Command::end_of_header, {{"i", id}}) + wire::packet(Command::end_of_header),
         wire::protocol::no_end_of_header, wire::protocol::silent_end_of_header});
    for (std::size_t sent = 0; sent < message_.body.size(); sent += wire::max_chunk)
      add({wire::packet(Command::body,
                        std::string_view(message_.body).substr(sent, wire::max_chunk)),
           wire::protocol::no_body, wire::protocol::silent_body});
    add({macros(Command::end_of_message, {{"i", id}}) + wire::packet(Command::end_of_message)});
  }

  /// Without the blank after the colon for a filter that does not want it.
  std::string_view value_of(const mail::HeaderField& field) const {
    const bool shortened =
        !(protocol_ & wire::protocol::leading_space) && field.value.starts_with(' ');
    return std::string_view(field.value).substr(shortened ? 1 : 0);
  }

  void add(Event event) {
    if (!(event.skipped_by & protocol_)) queue_.push_back(std::move(event));
  }

  /// Asked for the first time, it says when that will be.
  bool content_is_here() {
    if (plan_.round_trip == 0) return true;
    if (!content_due_) content_due_ = Clock::now() + std::chrono::milliseconds(plan_.round_trip);
    return Clock::now() >= *content_due_;
  }

  /// Queues everything up to the next event that is answered.
  void advance() {
    while (next_ < queue_.size()) {
      if (next_ == content_ && !content_is_here()) break;
      const Event& event = queue_[next_++];
      output_ += event.octets;
      if (next_ == queue_.size()) end_of_message_ = Clock::now();
      if (!(event.silenced_by & protocol_)) break;
    }
    flush();
  }

  void flush() {
    while (sent_ < output_.size()) {
      const ssize_t count =
          ::send(socket_.get(), output_.data() + sent_, output_.size() - sent_, MSG_NOSIGNAL);
      if (count < 0 && errno == EAGAIN) return;
      if (count < 0) return fail();
      sent_ += static_cast<std::size_t>(count);
    }
    output_.clear();
    sent_ = 0;
  }

  void receive() {
    std::array<char, 16384> buffer;
    for (;;) {
      const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) return fail();
      input_.append({buffer.data(), static_cast<std::size_t>(count)});
      const int socket = socket_.get();
      for (auto packet = input_.next(); packet && *packet; packet = input_.next()) {
        take(**packet);
        if (socket_.get() != socket) return;  // a new session has begun
      }
    }
  }

  void take(const wire::Packet& packet) {
    if (!negotiated_) {
      const auto answer = wire::decode_negotiation(packet.data);
      if (!answer) return fail();
      protocol_ = answer->protocol;
      negotiated_ = true;
      begin_session();
      begin_message();
      return advance();
    }
    switch (static_cast<wire::Response>(packet.code)) {
      case wire::Response::insert_header:
      case wire::Response::add_header:
        tally_.passes += packet.data.find(plan_.passes) != std::string::npos;
        return;
      case wire::Response::accept:
      case wire::Response::proceed:
        return next_ < queue_.size() ? advance() : finish();
      case wire::Response::skip:
        next_ = queue_.size() - 1;  // the end of the message
        return advance();
      default:
        return fail();
    }
  }

  void finish() {
    const auto now = Clock::now();
    tally_.dialogue.push_back(Milliseconds(now - start_).count());
    tally_.end_of_message.push_back(Milliseconds(now - end_of_message_).count());
    ++tally_.messages;
    tally_.expected_passes += message_.passes;
    if (--left_ == 0) return renew();
    start_ = now;
    queue_.clear();
    next_ = 0;
    const std::string client = message_.client;
    take_message();
    message_.passes = message_.passes && message_.client == client;
    begin_message();
    advance();
  }

  void fail() {
    ++tally_.errors;
    renew();
  }

  void renew() {
    const std::string quit = wire::packet(Command::quit);
    ::send(socket_.get(), quit.data(), quit.size(), MSG_NOSIGNAL);
    socket_.reset();
    open();
  }

  const Plan& plan_;
  Mail& mail_;
  Tally& tally_;
  const int poller_;
  base::UniqueFd socket_;
  wire::PacketBuffer input_;
  std::string output_;
  std::size_t sent_ = 0;
  std::size_t left_ = 0;
  bool negotiated_ = false;
  std::uint32_t protocol_ = 0;
  BenchMessage message_;
  std::vector<Event> queue_;
  std::size_t next_ = 0;
  std::size_t content_ = 0;  ///< the first event of the message itself
  std::optional<Clock::time_point> content_due_;
  Clock::time_point start_, end_of_message_;
};

double quantile(std::vector<double>& values, double part) {
  if (values.empty()) return 0;
  const auto place =
      values.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, place);
  return *place;
}

int run(const Plan& plan) {
  const base::UniqueFd poller(::epoll_create1(0));
  Mail mail(plan);
  Tally tally;
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i < plan.connections; ++i)
    connections.push_back(std::make_unique<Connection>(plan, mail, tally, poller.get()));
  const auto start = Clock::now();
  const auto end = start + std::chrono::seconds(plan.seconds);
  const int patience = plan.round_trip == 0 ? 100 : 1;  // milliseconds
  std::array<epoll_event, 64> events;
  while (Clock::now() < end && tally.messages < plan.messages) {
    const int ready = ::epoll_wait(poller.get(), events.data(), events.size(), patience);
    for (int i = 0; i < ready; ++i)
      static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr)
          ->proceed(events[static_cast<std::size_t>(i)].events);
    for (const auto& connection : connections)
      connection->proceed_when_due();
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::cout << "{\"messages\": " << tally.messages << ", \"errors\": " << tally.errors
            << ", \"passes\": " << tally.passes
            << ", \"expected_passes\": " << tally.expected_passes
            << ", \"per_second\": " << static_cast<double>(tally.messages) / seconds
            << ", \"dialogue_p50\": " << quantile(tally.dialogue, 0.5)
            << ", \"dialogue_p99\": " << quantile(tally.dialogue, 0.99)
            << ", \"end_of_message_p50\": " << quantile(tally.end_of_message, 0.5)
            << ", \"end_of_message_p99\": " << quantile(tally.end_of_message, 0.99) << "}\n";
  return tally.errors == 0 ? 0 : 1;
}

std::optional<Plan> read_plan(const std::vector<std::string>& words) {
  Plan plan;
  bool has_socket = false;
  const std::map<std::string, std::size_t*> numbers{{"--connections", &plan.connections},
                                                    {"--seconds", &plan.seconds},
                                                    {"--messages", &plan.messages},
                                                    {"--per-session", &plan.per_session},
                                                    {"--round-trip", &plan.round_trip}};
  const std::map<std::string, std::string*> texts{
      {"--sender", &plan.sender}, {"--message", &plan.message}, {"--passes", &plan.passes}};
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const std::string& value = words[i + 1];
    if (const auto text = texts.find(words[i]); text != texts.end()) {
      *text->second = value;
      continue;
    }
    if (words[i] == "--socket") {
      const auto spec = io::parse_socket_to_connect(value);
      if (!spec) return std::nullopt;
      plan.socket = *spec;
      has_socket = true;
      continue;
    }
    const auto number = base::parse_decimal<std::uint32_t>(value);
    if (!number || *number == 0) return std::nullopt;
    if (words[i] == "--seed")
      plan.seed = *number;
    else if (const auto place = numbers.find(words[i]); place != numbers.end())
      *place->second = *number;
    else
      return std::nullopt;
  }
  return has_socket && words.size() % 2 == 0 ? std::optional(plan) : std::nullopt;
}

}  // namespace
}  // namespace dmarc::bench

int main(int argc, char* argv[]) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words == std::vector<std::string>{"--zone"}) {
    std::cout << dmarc::bench::mix_zone();
    return 0;
  }
  const auto plan = dmarc::bench::read_plan(words);
  if (!plan) {
    std::cerr << "usage: milter_load --socket SPEC [--connections N] [--seconds S] [--messages N]"
                 " [--per-session N] [--round-trip MS] [--seed N] [--sender ADDRESS]"
                 " [--message FILE] [--passes TEXT]\n       milter_load --zone\n";
    return 2;
  }
  try {
    return dmarc::bench::run(*plan);
  } catch (const std::runtime_error& error) {
    std::cerr << "milter_load: " << error.what() << '\n';
    return 2;
  }
}
