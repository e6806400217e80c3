#include "milter/conversation.h"

#include <algorithm>
#include <utility>

#include "filter/internal_error.h"
#include "milter/packets.h"

namespace dmarc::milter {
namespace {

using wire::Command;
using wire::Response;

Response response_for(filter::Response response, const NegotiatedOptions& negotiated) {
  switch (response) {
    case filter::Response::skip:
      return negotiated.can_skip() ? Response::skip : Response::proceed;
    case filter::Response::proceed:
      return Response::proceed;
    case filter::Response::accept:
      return Response::accept;
    case filter::Response::tempfail:
      break;
  }
  return Response::tempfail;
}

}  // namespace

Conversation::Conversation(const EngineOptions& options, bool slow_acknowledgements,
                           filter::Wake wake, const io::Clock& clock)
    : options_(options),
      slow_acknowledgements_(slow_acknowledgements),
      wake_(std::move(wake)),
      clock_(clock),
      macros_([this](std::string_view name) { return table_.find(name); }) {}

void Conversation::receive(std::string_view& octets, std::string& answers) {
  while (state_ == State::open) {
    const auto packet = wire::take_packet(octets);
    if (!packet) state_ = State::closed;
    if (!packet || !*packet) return;
    act_on(**packet, answers);
  }
}

void Conversation::act_on(const wire::PacketView& packet, std::string& answers) {
  const auto command = static_cast<Command>(packet.code);
  if (command == Command::negotiate) return negotiate(packet.data, answers);
  const wire::Event* const event = wire::find_event(command);
  if (event != nullptr && negotiated_) return hear(*event, packet.data, answers);
  if (command == Command::macro && negotiated_) return table_.define(packet.data);
  if (command == Command::abort && negotiated_) {
    if (session_) session_->abort();
    table_.end_message();
  } else if (command == Command::quit_new_connection && negotiated_) {
    begin_anew();
    table_.clear();
  } else {
    state_ = State::closed;
  }
}

void Conversation::negotiate(std::string_view data, std::string& answers) {
  const auto offer = wire::decode_negotiation(data);
  if (negotiated_ || !offer || offer->version < wire::oldest_version) {
    state_ = State::closed;
    return;
  }
  negotiated_for_ = options_.environment();
  negotiated_ = negotiate_options(offer->actions, offer->protocol,
                                  situation_of(*negotiated_for_, slow_acknowledgements_));
  if (!negotiated_) {
    options_.sink->write(log::make<log::Id::actions_missing>(hexadecimal(offer->actions),
                                                             hexadecimal(required_actions())));
    state_ = State::closed;
    return;
  }
  wire::Negotiation answer{std::min(offer->version, wire::protocol_version),
                           negotiated_->actions,
                           negotiated_->steps,
                           {}};
  if ((negotiated_->actions & wire::action::choose_macros) != 0) answer.macros = wanted_macros();
  append_packet(answers, Response::negotiate, wire::encode(answer));
}

void Conversation::hear(const wire::Event& event, std::string_view data, std::string& answers) {
  // HELO has no macros of interest, and OpenDMARC's tests send those of MAIL before it.
  if (event.command != Command::helo) table_.begin(event.stage);
  if (event.command == Command::end_of_message) return end_message(data, answers);
  filter::Response response = filter::Response::tempfail;
  try {
    response = tell_session(event, data);
  } catch (...) {
    fail();
  }
  if (state_ == State::closed || (negotiated_->steps & event.silent) != 0) return;
  append_packet(answers, response_for(response, *negotiated_));
}

filter::Response Conversation::tell_session(const wire::Event& event, std::string_view data) {
  switch (event.command) {
    case Command::connect:
      return connect(data);
    case Command::helo: {
      const auto name = read_first_text(data);
      if (!name) state_ = State::closed;
      return name && session_ ? session_->helo(*name) : filter::Response::proceed;
    }
    case Command::mail:
      return mail(data);
    case Command::rcpt:
      recipient(data);
      break;
    case Command::header:
      header(data);
      break;
    case Command::end_of_header:
      if (session_) session_->end_of_header();
      break;
    case Command::body:
      if (session_) return session_->body(data);
      break;
    default:
      break;  // of no use to this filter
  }
  return refused_ ? filter::Response::tempfail : filter::Response::proceed;
}

std::shared_ptr<const filter::Environment> Conversation::environment_for_client() const {
  auto current = options_.environment();
  return negotiated_->cover(*current) ? current : negotiated_for_;
}

filter::Response Conversation::connect(std::string_view data) {
  begin_anew();
  const auto client = read_client(data);
  if (!client) {
    state_ = State::closed;
    return filter::Response::tempfail;
  }
  auto admission = options_.connection_limit->admit();
  refused_ = !admission;
  if (refused_) return filter::Response::tempfail;
  admission_.emplace(*std::move(admission));
  session_.emplace(environment_for_client(), wake_, negotiated_->transfer(), clock_);
  return session_->connect(client->host, client->address);
}

filter::Response Conversation::mail(std::string_view data) {
  failed_ = false;
  const auto path = read_first_text(data);
  if (!path) state_ = State::closed;
  if (!path || !session_) return filter::Response::tempfail;
  admission_->begin_message();
  return session_->mail(*path, macros_);
}

void Conversation::recipient(std::string_view data) {
  const auto path = read_first_text(data);
  if (!path) state_ = State::closed;
  if (path && session_) session_->recipient(*path);
}

void Conversation::header(std::string_view data) {
  const auto field = read_field(data);
  if (!field) state_ = State::closed;
  if (field && session_) session_->header(field->name, field->value);
}

/// `data` may be the last piece of the body.
void Conversation::end_message(std::string_view data, std::string& answers) {
  if (!session_ || failed_) return defer(answers);
  try {
    if (!data.empty()) session_->body(data);
    conclude(session_->end_of_message(macros_), answers);
  } catch (...) {
    fail();
    defer(answers);
  }
}

void Conversation::advance(std::string& answers) {
  if (!session_ || state_ == State::closed) return;
  const bool waited = std::exchange(state_, State::open) == State::judging;
  try {
    auto judgement = session_->advance();
    if (waited) conclude(judgement, answers);
  } catch (...) {
    fail();
    if (waited) defer(answers);
  }
}

void Conversation::conclude(const std::optional<policy::Judgement>& judgement,
                            std::string& answers) {
  if (!judgement) {
    state_ = State::judging;
    return;
  }
  append_answer(answers, *judgement, *negotiated_, job_id(), *options_.sink);
  table_.end_message();
}

void Conversation::defer(std::string& answers) {
  if (session_) session_->abort();
  table_.end_message();
  append_packet(answers, Response::tempfail);
}

void Conversation::begin_anew() {
  session_.reset();
  admission_.reset();
  refused_ = false;
  failed_ = false;
}

void Conversation::fail() noexcept {
  filter::log_current_exception(*options_.sink, job_id());
  failed_ = true;
}

std::string Conversation::job_id() const {
  return table_.find("i").value_or(std::string(filter::unknown_job_id));
}

void Conversation::settle() {
  if (admission_ && session_ && !session_->in_message()) admission_->settle();
}

}  // namespace dmarc::milter
