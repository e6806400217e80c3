#include "player.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/ascii.h"
#include "base/decimal.h"
#include "file_tail.h"
#include "match.h"
#include "milter/client/client.h"

namespace dmarc::test {
namespace {

using milter::client::Client;
using milter::client::Response;

/// A step did not go as the scenario says.
struct Mismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string between_brackets(const std::string& path) {
  const std::size_t open = path.find('<');
  const std::size_t close = path.rfind('>');
  if (open == std::string::npos || close == std::string::npos || close < open) return path;
  return path.substr(open + 1, close - open - 1);
}

/// "<path> PARAMETER PARAMETER": the path may hold blanks in quotes or brackets.
std::pair<std::string, std::vector<std::string>> path_and_parameters(const std::string& text) {
  const std::size_t close = text.rfind('>');
  const std::size_t end = text.find(' ', close == std::string::npos ? 0 : close);
  std::vector<std::string> parameters;
  if (end == std::string::npos) return {text, parameters};
  const std::string_view rest = std::string_view(text).substr(end);
  for (const std::string_view word : base::split(rest, ' '))
    if (!word.empty()) parameters.emplace_back(word);
  return {text.substr(0, end), parameters};
}

class Player {
 public:
  Player(const DaemonProcess& daemon, const std::map<std::string, std::string>& words)
      : daemon_(daemon),
        words_(words),
        log_place_(daemon.log_size()),
        history_(with_words("{folder}/history", words)) {}

  void play(const Action& action) {
    const auto started = std::chrono::steady_clock::now();
    edits_ = {};
    answer_.reset();
    act(action);
    const auto took = std::chrono::steady_clock::now() - started;
    check_answer(action);
    check_chunks(action.expected);
    check_edits(action.expected);
    check_log(action.expected);
    check_history(action.expected);
    if (action.expected.within && took > *action.expected.within)
      throw Mismatch("took longer than the time allowed");
  }

  /// The MTA takes leave, if the scenario did not say how.
  void finish() {
    if (client_) client_->quit();
  }

 private:
  /// What the filter has accepted already and hears no more of.
  enum class Settled { nothing, message, connection };

  void act(const Action& action) {
    const std::string& word = action.keyword;
    if (word == "CLIENT") return client(action.argument);
    if (word == "SET") return set_macro(action.argument);
    if (word == "WITHOUT") return withhold(action.argument);
    if (word == "CHUNKS") return cut_bodies(action.argument);
    if (!client_) throw Mismatch("there is no connection: CLIENT has to come first");
    if (std::exchange(finished_message_, false) && word != "NEXT" && word != "DROP")
      done(client_->abort());
    if (word == "HELO") return took(client_->helo(action.argument));
    if (word == "AUTH") return log_in(action.argument);
    if (word == "MAIL") return mail(action.argument);
    if (word == "RCPT") return rcpt(action.argument);
    if (word == "DATA") return data(action.content);
    if (word == ".") return end_of_message();
    if (word == "UNKNOWN-SMTP") return took(client_->unknown(action.argument));
    leave(word);
  }

  void leave(const std::string& word) {
    message_ended();
    if (word == "RSET") return done(client_->abort());
    settled_ = Settled::nothing;
    if (word == "NEXT") return done(client_->quit_new_connection());
    if (word == "QUIT") client_->quit();
    client_.reset();
  }

  void message_ended() {
    queue_id_set_ = false;
    if (settled_ == Settled::message) settled_ = Settled::nothing;
  }

  /// "name [address]"; "[unspec]" is a client without an IP address.
  void client(const std::string& argument) {
    const std::size_t bracket = argument.rfind(" [");
    if (bracket == std::string::npos || !argument.ends_with(']'))
      throw Mismatch("a client is written as: name [address]");
    const std::string address = argument.substr(bracket + 2, argument.size() - bracket - 3);
    if (!client_) open();
    set_default_macro("j", "mx.example.net");
    set_default_macro("daemon_name", "mx.example.net");
    set_default_macro("v", "Postfix 3.7.11");
    set_default_macro("_", argument);
    took(client_->connect(argument.substr(0, bracket), base::IpAddress::parse(address)));
  }

  void open() {
    Client::Options options;
    options.timeout = patience;
    options.offer.protocol &= ~withheld_;
    if (chunk_ != 0) options.chunk = chunk_;
    auto connected = Client::connect_to(daemon_.socket(), options);
    if (!connected) throw Mismatch("no connection: " + connected.error().text);
    client_ = std::move(*connected);
  }

  /// What an old MTA does not offer in the negotiation.
  void withhold(const std::string& argument) {
    namespace flag = milter::wire::protocol;
    if (client_) throw Mismatch("WITHOUT has to come before CLIENT");
    for (const std::string_view word : base::split(argument, ' ')) {
      if (word == "leading-blanks")
        withheld_ |= flag::leading_space;
      else if (word == "skip")
        withheld_ |= flag::skip;
      else
        throw Mismatch("nothing that can be left out: " + std::string(word));
    }
  }

  void cut_bodies(const std::string& octets) {
    if (client_) throw Mismatch("CHUNKS has to come before CLIENT");
    chunk_ = base::parse_decimal<std::size_t>(octets).value_or(0);
    if (chunk_ == 0) throw Mismatch("no size of chunks: " + octets);
  }

  void log_in(const std::string& user) {
    client_->set_macro("auth_type", "PLAIN");
    client_->set_macro("auth_authen", user);
  }

  /// A macro that the scenario sets is no longer set by us; without a value the MTA does not send
  /// it.
  void set_macro(const std::string& argument) {
    const std::size_t blank = argument.find(' ');
    const std::string name = argument.substr(0, blank);
    const std::string value = blank == std::string::npos ? "" : argument.substr(blank + 1);
    chosen_macros_[name] = with_words(value, words_);
    if (client_) apply_macro(name);
  }

  void apply_macro(const std::string& name) {
    const std::string& value = chosen_macros_[name];
    if (value.empty())
      client_->clear_macro(name);
    else
      client_->set_macro(name, value == "\"\"" ? "" : value);
  }

  void set_default_macro(const std::string& name, const std::string& value) {
    if (chosen_macros_.contains(name))
      apply_macro(name);
    else
      client_->set_macro(name, value);
  }

  void mail(const std::string& argument) {
    const auto [path, parameters] = path_and_parameters(argument);
    client_->clear_macro("i");
    set_default_macro("mail_addr", between_brackets(path));
    took(client_->mail(path, parameters));
    sent_ = {};
  }

  void rcpt(const std::string& argument) {
    const auto [path, parameters] = path_and_parameters(argument);
    set_queue_id();
    client_->set_macro("rcpt_addr", between_brackets(path));
    took(client_->rcpt(path, parameters));
  }

  /// Postfix has a queue id from the first recipient on: here Q1, Q2, ... in each case.
  void set_queue_id() {
    if (!queue_id_set_) ++messages_;
    queue_id_set_ = true;
    set_default_macro("i", "Q" + std::to_string(messages_));
  }

  void data(const std::vector<std::string>& content) {
    set_queue_id();
    took(client_->data());
    sent_ = {};
    header_ended_ = false;
    const auto blank_line = std::find(content.begin(), content.end(), "");
    for (auto line = content.begin(); line != blank_line;) {
      std::string field = *line++;
      while (line != blank_line && base::is_blank(line->front()))
        field += "\r\n" + *line++;
      add_field(field);
    }
    for (const mail::HeaderField& field : sent_)
      took(client_->header(field.name, field.value));
    if (blank_line == content.end()) return;
    end_header();
    std::string body;
    for (auto line = blank_line + 1; line != content.end(); ++line)
      body += *line + "\r\n";
    took(client_->body(body));
  }

  void add_field(std::string_view field) {
    const std::size_t colon = field.find(':');
    if (colon == std::string::npos) throw Mismatch("no header field: " + std::string(field));
    sent_.add(field.substr(0, colon), field.substr(colon + 1));
  }

  void end_header() {
    header_ended_ = true;
    took(client_->end_of_header());
  }

  void end_of_message() {
    if (!header_ended_) end_header();
    auto end = client_->end_of_message();
    if (!end) throw Mismatch("end of message: " + end.error().text);
    answer_ = end->answer;
    edits_ = std::move(end->edits);
    message_ended();
    finished_message_ = true;
  }

  void took(const Client::Result& answer) {
    if (!answer) throw Mismatch(answer.error().text);
    answer_ = *answer;
  }

  void done(const tl::expected<void, milter::client::Error>& result) {
    if (!result) throw Mismatch(result.error().text);
  }

  void check_answer(const Action& action) {
    if (!answer_) return;
    // Where nothing is said, the conversation has to go on, or was accepted before. That no more of
    // a body is needed is no end of it.
    if (!action.expected.answer && answer_->kind == Response::Kind::skip) return;
    const std::string usual = settled_ == Settled::nothing ? "continue" : "accept";
    const std::string wanted = with_words(action.expected.answer.value_or(usual), words_);
    if (!matches(answer_text(*answer_), wanted))
      throw Mismatch("answer: " + answer_text(*answer_) + "\n    expected: " + wanted);
    if (answer_->kind != Response::Kind::accept || action.keyword == ".") return;
    const bool of_connection = action.keyword == "CLIENT" || action.keyword == "HELO";
    if (of_connection || settled_ == Settled::connection)
      settled_ = Settled::connection;
    else
      settled_ = Settled::message;
  }

  void check_chunks(const Expectations& expected) {
    if (!expected.chunks || client_->chunks_sent() == *expected.chunks) return;
    throw Mismatch("chunks of the body: " + std::to_string(client_->chunks_sent()));
  }

  void check_edits(const Expectations& expected) {
    const auto problem = header_difference(sent_, milter::client::apply(edits_.header, sent_),
                                           resolved(expected.added), resolved(expected.removed));
    if (problem) throw Mismatch(*problem);
    if (edits_.quarantine.value_or("") != with_words(expected.hold.value_or(""), words_))
      throw Mismatch("hold: " + edits_.quarantine.value_or("none"));
    std::vector<std::string> added;
    if (expected.recipient) added.push_back(*expected.recipient);
    if (edits_.added_recipients != added) throw Mismatch("other recipients were added");
  }

  void check_log(const Expectations& expected) {
    for (const std::string& pattern : resolved(expected.logged)) {
      const auto fits = [&](const std::string& line) { return matches(line, pattern); };
      if (!daemon_.wait_for_log(log_place_, fits))
        throw Mismatch("no log line: " + pattern + log_text());
    }
    for (const std::string& pattern : resolved(expected.not_logged))
      for (const std::string& line : daemon_.log_since(log_place_))
        if (matches(line, pattern)) throw Mismatch("unexpected log line: " + line);
  }

  /// The daemon writes a record before it answers, so there is nothing to wait for.
  void check_history(const Expectations& expected) {
    const std::vector<std::string> lines = history_.lines();
    const auto is_recorded = [&](const std::string& pattern) {
      return std::ranges::any_of(lines, [&](const auto& line) { return matches(line, pattern); });
    };
    for (const std::string& pattern : resolved(expected.recorded))
      if (!is_recorded(pattern)) throw Mismatch("no line in the history file: " + pattern);
    for (const std::string& pattern : resolved(expected.not_recorded))
      if (is_recorded(pattern)) throw Mismatch("unexpected line in the history file: " + pattern);
  }

  std::string log_text() const {
    std::string text = "\n    log:";
    for (const std::string& line : daemon_.log_since(log_place_))
      text += "\n      " + line;
    return text;
  }

  std::vector<std::string> resolved(std::vector<std::string> texts) const {
    for (std::string& text : texts)
      text = with_words(std::move(text), words_);
    return texts;
  }

  const DaemonProcess& daemon_;
  const std::map<std::string, std::string>& words_;
  std::size_t log_place_;
  const FileTail history_;
  std::optional<Client> client_;
  std::map<std::string, std::string> chosen_macros_;
  std::uint32_t withheld_ = 0;
  std::size_t chunk_ = 0;  ///< 0: as Postfix cuts a body
  unsigned messages_ = 0;
  bool queue_id_set_ = false;
  bool header_ended_ = false;
  /// Postfix ends a finished message with an abort too; libmilter takes a change of clients only
  /// from MTAs that don't.
  bool finished_message_ = false;
  Settled settled_ = Settled::nothing;
  mail::HeaderBlock sent_;
  std::optional<Response> answer_;
  milter::client::Edits edits_;
};

}  // namespace

std::optional<std::string> play(const Case& scenario_case, const DaemonProcess& daemon,
                                const std::map<std::string, std::string>& words) {
  Player player(daemon, words);
  for (const Action& action : scenario_case.actions) {
    try {
      player.play(action);
    } catch (const Mismatch& mismatch) {
      return "line " + std::to_string(action.line) + ", " + action.keyword + ": " + mismatch.what();
    }
  }
  player.finish();
  return std::nullopt;
}

std::string with_words(std::string text, const std::map<std::string, std::string>& words) {
  for (const auto& [name, value] : words) {
    const std::string placeholder = "{" + name + "}";
    for (std::size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos;
         at += value.size())
      text.replace(at, placeholder.size(), value);
  }
  return text;
}

}  // namespace dmarc::test
