#include "sending/curl/transfer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <new>

#include "base/ascii.h"

namespace dmarc::sending {

/// One run, as libcurl's callbacks see it.
struct Upload {
  std::string_view rest = {};
  const Transport::Commit* commit = nullptr;
  Transfer::Result result = {};
  std::array<char, CURL_ERROR_SIZE> problem = {};
  bool is_committed = false;
  std::size_t received = 0;
  /// No exception may pass through libcurl.
  std::exception_ptr thrown = nullptr;
};

namespace {

bool may_finish(Upload& upload) {
  try {
    upload.is_committed = (*upload.commit)();
  } catch (...) {
    upload.thrown = std::current_exception();
  }
  upload.result.called_off = !upload.is_committed;
  return upload.is_committed;
}

std::size_t give_content(char* buffer, std::size_t size, std::size_t count, void* user) {
  Upload& upload = *static_cast<Upload*>(user);
  upload.result.is_begun = true;
  const std::size_t octets = std::min(size * count, upload.rest.size());
  const bool is_last = octets == upload.rest.size();
  if (is_last && !upload.is_committed && !may_finish(upload)) return CURL_READFUNC_ABORT;
  std::memcpy(buffer, upload.rest.data(), octets);
  upload.rest.remove_prefix(octets);
  return octets;
}

/// An SMTP reply or an HTTP status; not a field of an HTTP header.
bool is_reply(std::string_view line) {
  if (line.starts_with("HTTP/")) return true;
  return line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3, base::is_digit);
}

/// "250-text" is followed by further lines of the same reply (RFC 5321 section 4.2.1).
bool goes_on(std::string_view line) {
  return line.size() > 3 && line[3] == '-';
}

void note_reply(std::string& answer, std::string_view line) {
  if (!goes_on(answer)) {
    answer = line;
    return;
  }
  if (answer.size() < max_answer)
    answer.append(" ").append(line.substr(std::min<std::size_t>(line.size(), 4)));
  if (!goes_on(line)) answer[3] = ' ';
}

std::size_t take_line(char* data, std::size_t size, std::size_t count, void* user) {
  const std::string_view line = base::trim({data, size * count});
  // 221 answers the QUIT after a refusal, which is what counts.
  if (is_reply(line) && !line.starts_with("221"))
    note_reply(static_cast<Upload*>(user)->result.answer, line);
  return size * count;
}

std::size_t drop(char*, std::size_t size, std::size_t count, void* user) {
  std::size_t& received = static_cast<Upload*>(user)->received;
  received += size * count;
  return received <= max_response ? size * count : 0;
}

}  // namespace

void CurlList::add(const std::string& text) {
  curl_slist* const longer = curl_slist_append(list_, text.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  list_ = longer;
}

Transfer::Transfer(const char* protocols, TimeLimits limits)
    : upload_(std::make_unique<Upload>()), handle_(curl_easy_init()) {
  if (!handle_) throw std::runtime_error("libcurl can't be used");
  set(CURLOPT_PROTOCOLS_STR, protocols);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(limits.all.count()));
  set(CURLOPT_ERRORBUFFER, upload_->problem.data());
  set(CURLOPT_READFUNCTION, give_content);
  set(CURLOPT_READDATA, upload_.get());
  set(CURLOPT_HEADERFUNCTION, take_line);
  set(CURLOPT_HEADERDATA, upload_.get());
  set(CURLOPT_WRITEFUNCTION, drop);
  set(CURLOPT_WRITEDATA, upload_.get());
}

Transfer::~Transfer() = default;

Transfer::Result Transfer::run(std::string_view content, const Transport::Commit& commit) {
  *upload_ = Upload{.rest = content, .commit = &commit};
  Result& result = upload_->result;
  result.code = curl_easy_perform(handle_.get());
  if (upload_->thrown) std::rethrow_exception(upload_->thrown);
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &result.status);
  // What the server has said explains a refusal, but not a connection that broke.
  if (result.code != CURLE_OK && result.status < 400) {
    const bool is_explained = upload_->problem.front() != '\0';
    result.answer = is_explained ? upload_->problem.data() : curl_easy_strerror(result.code);
  }
  result.answer = base::printable(result.answer, max_answer);
  return result;
}

}  // namespace dmarc::sending
