#include "support/upload_server.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "base/decimal.h"
#include "base/read_file.h"
#include "support/data.h"

namespace dmarc::test {
namespace {

struct Pipe {
  base::UniqueFd read, write;

  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    read.reset(ends[0]);
    write.reset(ends[1]);
  }
};

std::string first_line(int fd) {
  std::string line;
  for (char c = 0; ::read(fd, &c, 1) == 1 && c != '\n';)
    line += c;
  return line;
}

}  // namespace

UploadServer::UploadServer(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{support_folder() + "/upload_server", folder_.path()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  Pipe input;
  Pipe output;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input.read.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output.write.get(), STDOUT_FILENO);
  const int error =
      ::posix_spawn(&pid_, words[0].c_str(), &files, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) throw std::runtime_error(words[0] + ": " + base::error_text(error));
  input_ = std::move(input.write);
  output.write.reset();
  const auto port = base::parse_decimal<std::uint16_t>(first_line(output.read.get()));
  if (!port) throw std::runtime_error(words[0] + " does not listen");
  port_ = *port;
}

UploadServer::~UploadServer() {
  input_.reset();
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

std::string UploadServer::log() const {
  return base::read_file(folder_.path("log")).value_or("");
}

std::string UploadServer::content() const {
  return base::read_file(folder_.path("content")).value_or("");
}

}  // namespace dmarc::test
