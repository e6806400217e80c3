// What SMTP and https by libcurl have in common: one upload with its limits. Private to this
// folder.
//
//   Transfer transfer("smtp,smtps", {});
//   transfer.set(CURLOPT_URL, "smtp://127.0.0.1:25");
//   const auto result = transfer.run(message, commit);
//
// Only the protocols named are spoken, redirects are not followed, proxies and .netrc files of the
// environment are not used, no signal handler is needed.
//
// Threads: belongs to one thread.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sending/transport.h"

namespace dmarc::sending {

/// Together well below the lease of a report (store/outbox.h).
struct TimeLimits {
  std::chrono::milliseconds connect{30'000};
  std::chrono::milliseconds all{300'000};
};

/// What is kept of one line that the other side says.
inline constexpr std::size_t max_answer = 500;

/// Octets of a server's answer to an upload that are read (and dropped).
inline constexpr std::size_t max_response = 65'536;

/// Texts as libcurl takes them; to be kept until the transfer is over.
class CurlList {
 public:
  CurlList() = default;
  ~CurlList() { curl_slist_free_all(list_); }
  CurlList(const CurlList&) = delete;
  CurlList& operator=(const CurlList&) = delete;

  void add(const std::string& text);
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

struct Upload;

class Transfer {
 public:
  struct Result {
    CURLcode code = CURLE_OK;
    long status = 0;          ///< the last reply or status code; 0 without one
    std::string answer;       ///< its line, or what went wrong, in printable ASCII
    bool is_begun = false;    ///< the other side has asked for the content
    bool called_off = false;  ///< by Commit
  };

  Transfer(const char* protocols, TimeLimits limits);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Throws std::runtime_error when the library refuses, which only a lack of memory or a library
  /// built without the feature makes it do.
  template <typename Value>
  void set(CURLoption option, Value value) {
    if (const CURLcode code = curl_easy_setopt(handle_.get(), option, value); code != CURLE_OK)
      throw std::runtime_error(curl_easy_strerror(code));
  }

  /// What `commit` throws comes out of here.
  Result run(std::string_view content, const Transport::Commit& commit);

 private:
  struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  /// What libcurl's callbacks work on. They are called once more when the handle ends its
  /// connection.
  std::unique_ptr<Upload> upload_;
  std::unique_ptr<CURL, Cleanup> handle_;
};

}  // namespace dmarc::sending
