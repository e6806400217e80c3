// A filter that plays a script: it answers each packet it gets with what the test wrote down, and
// keeps what it got.
//
//   ScriptedFilter filter({"O" + negotiation, "c", ...});
//   auto client = Client::connect_to(filter.spec(), {});
//   ...
//   EXPECT_EQ(filter.commands(), "OCH");
//
// One connection on a UNIX socket in a temporary folder; macros are not answered and don't use up a
// line of the script. A line is any number of packets; an empty line answers nothing. When the
// script is over the connection is closed. The client has to close its end before what came in is
// looked at.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "io/socket_spec.h"
#include "milter/wire.h"

namespace dmarc::test {

class ScriptedFilter {
 public:
  explicit ScriptedFilter(std::vector<std::string> script) : script_(std::move(script)) {
    std::string folder = "/tmp/scripted-filter-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) std::abort();
    folder_ = folder;
    path_ = folder_ + "/socket";
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 1) != 0)
      std::abort();
    thread_ = std::thread([this] { play(); });
  }

  ~ScriptedFilter() {
    finish();
    ::unlink(path_.c_str());
    ::rmdir(folder_.c_str());
  }

  io::SocketSpec spec() const { return *io::parse_socket_to_connect(path_); }

  /// Ends the script; afterwards what came in can be looked at.
  void finish() {
    if (!thread_.joinable()) return;
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }

  const std::vector<milter::wire::Packet>& received() {
    finish();
    return received_;
  }

  /// The codes of what came in.
  std::string commands() {
    std::string codes;
    for (const auto& packet : received())
      codes += packet.code;
    return codes;
  }

 private:
  void play() {
    base::UniqueFd peer(::accept(listener_.get(), nullptr, nullptr));
    if (!peer) return;
    milter::wire::PacketBuffer buffer;
    std::size_t line = 0;
    std::array<char, 4096> octets;
    for (;;) {
      const ssize_t got = ::read(peer.get(), octets.data(), octets.size());
      if (got <= 0) return;
      buffer.append({octets.data(), static_cast<std::size_t>(got)});
      for (auto next = buffer.next(); next && *next; next = buffer.next()) {
        received_.push_back(**next);
        if ((*next)->code == 'D') continue;
        if (line == script_.size()) return;
        const std::string& answer = script_[line++];
        // The client may be gone already; what it sent is still read.
        if (!answer.empty()) ::send(peer.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
      }
    }
  }

  std::vector<std::string> script_;
  std::string folder_;
  std::string path_;
  base::UniqueFd listener_;
  std::vector<milter::wire::Packet> received_;
  std::thread thread_;
};

}  // namespace dmarc::test
