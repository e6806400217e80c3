// A scenario file, read: configurations, zones, and cases that play a mail conversation. README.md
// beside this file describes the format.
//
//   std::vector<Scene> scenes = read_scenario(path);   // throws ScenarioError
//
// Threads: values.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc::test {

/// The file can't be understood: "FILE:LINE: why".
struct ScenarioError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What has to be so after an action. In texts "*" stands for anything.
struct Expectations {
  std::optional<std::string> answer;
  std::vector<std::string> added;    ///< fields above the message, from the top
  std::vector<std::string> removed;  ///< fields that are gone
  std::optional<std::string> hold;
  std::optional<std::string> recipient;  ///< that is added
  std::vector<std::string> logged;
  std::vector<std::string> not_logged;
  std::vector<std::string> recorded;  ///< lines of the history file
  std::vector<std::string> not_recorded;
  std::optional<std::size_t> chunks;  ///< of the body, that the filter has let come
  std::optional<std::chrono::milliseconds> within;
};

/// One thing that the MTA does.
struct Action {
  std::string keyword;  ///< "CLIENT", "MAIL", ".", ...
  std::string argument;
  std::vector<std::string> content;  ///< of DATA: the lines of the message
  unsigned line = 0;
  Expectations expected;
};

struct Case {
  std::string title;
  unsigned line = 0;
  std::vector<Action> actions;
};

/// Cases that share one run of the daemon.
struct Scene {
  std::string configuration;
  std::string zone;
  std::map<std::string, std::string> files;  ///< by name, written into the folder of the run
  std::vector<Case> cases;
};

std::vector<Scene> read_scenario(const std::string& path);
/// The same from text; `name` is the file's name for errors.
std::vector<Scene> parse_scenario(std::string_view text, const std::string& name);

}  // namespace dmarc::test
