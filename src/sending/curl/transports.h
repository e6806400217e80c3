// What libcurl sends: mail by SMTP, to the local MTA or a smart host (RFC 5321; STARTTLS: RFC 3207;
// AUTH: RFC 4954), and report files by https, to those who ask for it with an "https:" URI.
//
//   auto transport = SmtpTransport::make(settings.smtp);
//   (*transport)->send({"", {"dmarc@example.org"}}, message);
//
//   HttpsPost post(base::is_public);
//   post.send("https://reports.example.org/dmarc", gzip_octets, commit);
//
// Only the protocols named are spoken, redirects are not followed, proxies and .netrc files of the
// environment are not used, no signal handler is needed.
//
// Threads: each object belongs to one thread. Limits: TimeLimits, max_answer, max_response.
#pragma once

#include <curl/curl.h>
#include <tl/expected.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <dmarc/ip_address.h>

#include "sending/settings.h"
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

/// What both have in common: one upload with its limits.
///
///   Transfer transfer("smtp,smtps", {});
///   transfer.set(CURLOPT_URL, "smtp://127.0.0.1:25");
///   const auto result = transfer.run(message, commit);
class Transfer {
 public:
  struct Result {
    CURLcode code = CURLE_OK;
    long status = 0;          ///< the last reply or status code; 0 without one
    std::string answer;       ///< its line, or what went wrong, in printable ASCII
    bool is_begun = false;    ///< the other side has asked for the content
    bool called_off = false;  ///< by Commit
    std::string command;      ///< of SMTP, the word that was answered last: "RCPT"
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

/// The connection is kept for further messages.
class SmtpTransport final : public Transport {
 public:
  /// Reads the password. The error is one line.
  static tl::expected<std::unique_ptr<SmtpTransport>, std::string> make(const SmtpServer& server,
                                                                        TimeLimits limits = {});

  /// A 5xx answer to MAIL, RCPT or the message is final. What the server says of us, before that
  /// or to AUTH, is a matter for the administrator, so the message waits.
  Outcome send(const Envelope& envelope, std::string_view message, const Commit& commit) override;
  using Transport::send;

 private:
  SmtpTransport(const SmtpServer& server, std::string password, TimeLimits limits);

  Transfer transfer_;
};

/// The URI was chosen by somebody else, who must not reach what only this host can reach (attack
/// RPT-07): the address that is really connected to must be a public one.
class HttpsPost {
 public:
  /// Whether an address may be connected to.
  using AddressRule = bool (*)(const base::IpAddress&);

  /// `ca_file` may be empty for the system's authorities.
  explicit HttpsPost(AddressRule rule, const std::string& ca_file = {}, TimeLimits limits = {});

  /// Sent with a 2xx answer; later with 408, 429 and 5xx; otherwise failed.
  Outcome send(const std::string& url, std::string_view gzip, const Transport::Commit& commit);

 private:
  Transfer transfer_;
  AddressRule rule_;
};

}  // namespace dmarc::sending
