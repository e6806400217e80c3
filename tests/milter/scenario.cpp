#include "scenario.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "base/ascii.h"
#include "base/read_file.h"

namespace dmarc::test {
namespace {

// Longer than any limit of the daemon that a scenario has to pass.
constexpr std::size_t max_repetition = 5'000'000;

constexpr std::array<std::string_view, 15> action_keywords{
    "CLIENT", "HELO", "AUTH", "MAIL",         "RCPT", "DATA",    ".",     "RSET",
    "QUIT",   "DROP", "NEXT", "UNKNOWN-SMTP", "SET",  "WITHOUT", "CHUNKS"};

bool is_action(std::string_view word) {
  return std::find(action_keywords.begin(), action_keywords.end(), word) != action_keywords.end();
}

std::pair<std::string_view, std::string_view> first_word(std::string_view text) {
  const std::size_t end = text.find(' ');
  if (end == std::string_view::npos) return {text, {}};
  return {text.substr(0, end), base::trim(text.substr(end))};
}

int hex_digit(char c) {
  if (base::is_digit(c)) return c - '0';
  const char low = base::to_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/// Reads a scenario line by line; the section that a line belongs to decides what it means.
class Reader {
 public:
  explicit Reader(std::string name) : name_(std::move(name)) {}

  void read(std::string_view text) {
    for (const std::string_view line : base::split(text, '\n')) {
      ++line_;
      if (line.starts_with('#')) continue;
      if (line.empty() || base::is_blank(line.front()))
        content(line);
      else
        heading(line);
    }
    finish_case();
    finish_scene();
  }

  std::vector<Scene> take() { return std::move(scenes_); }

 private:
  enum class Section { none, configuration, zone, file, every_case, case_ };

  [[noreturn]] void fail(const std::string& why) const {
    throw ScenarioError(name_ + ":" + std::to_string(line_) + ": " + why);
  }

  void heading(std::string_view line) {
    finish_case();
    const std::size_t colon = line.find(':');
    const std::string_view word = line.substr(0, colon);
    const std::string_view rest =
        colon == std::string_view::npos ? "" : base::trim(line.substr(colon + 1));
    if (word == "configuration") {
      finish_scene();
      scene_.configuration.clear();
      section_ = Section::configuration;
    } else if (word == "zone") {
      finish_scene();
      scene_.zone.clear();
      section_ = Section::zone;
    } else if (word == "file") {
      finish_scene();
      file_ = rest;
      section_ = Section::file;
    } else if (word == "every case") {
      every_case_.clear();
      section_ = Section::every_case;
    } else if (word == "case") {
      case_ = Case{std::string(rest), line_, every_case_};
      section_ = Section::case_;
    } else {
      fail("\"" + std::string(word) + "\" is no section");
    }
  }

  void content(std::string_view line) {
    const std::string text(base::trim(line));
    switch (section_) {
      case Section::none:
        if (!text.empty()) fail("a section has to come first");
        break;
      case Section::configuration:
        scene_.configuration += text + "\n";
        break;
      case Section::zone:
        scene_.zone += text + "\n";
        break;
      case Section::file:
        scene_.files[file_] += text + "\n";
        break;
      case Section::every_case:
        step(every_case_, text);
        break;
      case Section::case_:
        step(case_.actions, text);
        break;
    }
  }

  void step(std::vector<Action>& actions, std::string_view text) {
    if (text.empty()) return;
    const auto [word, rest] = first_word(text);
    if (is_action(word)) {
      actions.push_back({std::string(word), unescape(rest), {}, line_, {}});
      return;
    }
    if (actions.empty()) fail("an action has to come first");
    if (word == "|")
      add_content(actions.back(), 1, text.substr(std::min<std::size_t>(text.size(), 2)));
    else if (word == "|*")
      add_content(actions.back(), number(first_word(rest).first), first_word(rest).second);
    else
      expectation(actions.back().expected, word, rest);
  }

  void add_content(Action& action, std::size_t times, std::string_view line) const {
    if (action.keyword != "DATA") fail("message lines belong below DATA");
    action.content.insert(action.content.end(), times, unescape(line));
  }

  void expectation(Expectations& expected, std::string_view word, std::string_view rest) {
    if (word == "<")
      expected.answer = rest;
    else if (word == "+")
      expected.added.emplace_back(rest);
    else if (word == "-")
      expected.removed.emplace_back(unescape(rest));
    else if (word == "hold")
      expected.hold = rest;
    else if (word == "log")
      expected.logged.emplace_back(rest);
    else if (word == "no-log")
      expected.not_logged.emplace_back(rest);
    else if (word == "recipient")
      expected.recipient = rest;
    else if (word == "history")
      expected.recorded.emplace_back(rest);
    else if (word == "no-history")
      expected.not_recorded.emplace_back(rest);
    else if (word == "chunks")
      expected.chunks = number(rest);
    else if (word == "within")
      expected.within = milliseconds(rest);
    else
      fail("\"" + std::string(word) + "\" is neither an action nor an expectation");
  }

  std::size_t number(std::string_view text) const {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > max_repetition)
      fail("\"" + std::string(text) + "\" is no number");
    return value;
  }

  std::chrono::milliseconds milliseconds(std::string_view text) const {
    if (!text.ends_with("ms")) fail("a time is written as 500ms");
    return std::chrono::milliseconds(number(text.substr(0, text.size() - 2)));
  }

  /// \xHH is an octet, \\ a backslash, \{N TEXT} means TEXT N times.
  std::string unescape(std::string_view text) const {
    std::string result;
    while (!text.empty()) {
      if (text.front() != '\\') {
        result += text.front();
        text.remove_prefix(1);
      } else if (text.starts_with("\\\\")) {
        result += '\\';
        text.remove_prefix(2);
      } else if (text.starts_with("\\x") && text.size() >= 4) {
        result += static_cast<char>(hex_digit(text[2]) * 16 + hex_digit(text[3]));
        text.remove_prefix(4);
      } else if (text.starts_with("\\{")) {
        result += repetition(text);
      } else {
        fail("unknown escape; a backslash is written \\\\");
      }
    }
    return result;
  }

  std::string repetition(std::string_view& text) const {
    const std::size_t end = text.find('}');
    const std::size_t blank = text.find(' ');
    if (end == std::string_view::npos || blank > end) fail("\\{N TEXT} is not closed");
    const std::size_t times = number(text.substr(2, blank - 2));
    const std::string_view piece = text.substr(blank + 1, end - blank - 1);
    std::string result;
    for (std::size_t i = 0; i < times; ++i)
      result += piece;
    text.remove_prefix(end + 1);
    return result;
  }

  void finish_case() {
    if (section_ != Section::case_) return;
    for (const Action& action : case_.actions)
      if (action.keyword == "." && !action.expected.answer) {
        line_ = action.line;
        fail("the end of a message needs an answer: < accept");
      }
    scene_.cases.push_back(std::move(case_));
    section_ = Section::none;
  }

  /// Cases so far were played with the sections so far; the next ones start a new run.
  void finish_scene() {
    if (scene_.cases.empty()) return;
    scenes_.push_back(scene_);
    scene_.cases.clear();
  }

  std::string name_;
  unsigned line_ = 0;
  Section section_ = Section::none;
  std::string file_;
  std::vector<Action> every_case_;
  Case case_;
  Scene scene_;
  std::vector<Scene> scenes_;
};

}  // namespace

std::vector<Scene> parse_scenario(std::string_view text, const std::string& name) {
  Reader reader(name);
  reader.read(text);
  return reader.take();
}

std::vector<Scene> read_scenario(const std::string& path) {
  const auto text = base::read_file(path);
  if (!text) throw ScenarioError(path + ": " + base::error_text(text.error()));
  return parse_scenario(*text, path);
}

}  // namespace dmarc::test
