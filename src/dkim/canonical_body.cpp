#include "dkim/canonical_body.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/ascii.h"
#include "dkim/unchanged_text.h"

namespace dmarc::dkim {
namespace {

constexpr std::string_view line_end = "\r\n";

/// Collects short pieces of a canonical form, so that the sink is called seldom; long ones go to it
/// without a copy.
class Output {
 public:
  explicit Output(const BodyCanonicalizer::Sink& sink) : sink_(sink) {}

  void add(std::string_view octets) {
    if (size_ + octets.size() > buffer_.size()) flush();
    if (octets.size() > buffer_.size() / 8) {
      flush();
      return sink_(octets);
    }
    octets.copy(buffer_.data() + size_, octets.size());
    size_ += octets.size();
  }
  void flush() {
    if (size_ > 0) sink_({buffer_.data(), size_});
    size_ = 0;
  }

 private:
  const BodyCanonicalizer::Sink& sink_;
  std::size_t size_ = 0;
  std::array<char, 4096> buffer_;
};

std::string_view line_ends(std::uint64_t count) {
  static constexpr auto many = [] {
    std::array<char, 512> text{};
    for (std::size_t i = 0; i < text.size(); ++i)
      text[i] = i % 2 == 0 ? '\r' : '\n';
    return text;
  }();
  return {many.data(), static_cast<std::size_t>(std::min<std::uint64_t>(count * 2, many.size()))};
}

}  // namespace

void BodyCanonicalizer::update(std::string_view chunk, const Sink& sink) {
  if (chunk.empty()) return;
  if (form_ == CanonicalForm::simple)
    simple(chunk, sink);
  else
    relaxed(chunk, sink);
}

/// `put` gets what waited for text to follow.
template <typename Put>
void BodyCanonicalizer::text_follows(Put&& put) {
  content_ = true;
  while (line_ends_ > 0) {
    const std::string_view ends = line_ends(line_ends_);
    put(ends);
    line_ends_ -= ends.size() / line_end.size();
  }
  if (std::exchange(blank_, false)) put(std::string_view(" "));
}

/// Of a CR at the end of the chunk before, now that it is known what follows.
template <typename Put>
void BodyCanonicalizer::resolve_carriage_return(std::string_view& chunk, Put&& put) {
  if (!std::exchange(carriage_return_, false)) return;
  if (chunk.starts_with('\n')) {
    blank_ = false;
    ++line_ends_;
    chunk.remove_prefix(1);
  } else {
    text_follows(put);
    put(std::string_view("\r"));
  }
}

// All but the line ends at the end goes to the sink as it is.
void BodyCanonicalizer::simple(std::string_view chunk, const Sink& sink) {
  resolve_carriage_return(chunk, sink);
  if (chunk.ends_with('\r')) {
    carriage_return_ = true;
    chunk.remove_suffix(1);
  }
  std::uint64_t at_end = 0;
  for (; chunk.ends_with(line_end); ++at_end)
    chunk.remove_suffix(line_end.size());
  if (!chunk.empty()) {
    text_follows(sink);
    sink(chunk);
  }
  line_ends_ += at_end;
}

void BodyCanonicalizer::relaxed(std::string_view chunk, const Sink& sink) {
  Output out(sink);
  const auto put = [&](std::string_view octets) { out.add(octets); };
  resolve_carriage_return(chunk, put);
  while (!chunk.empty()) {
    std::size_t done = 1;
    if (base::is_blank(chunk.front())) {
      blank_ = true;
    } else if (chunk.front() != '\r') {
      text_follows(put);
      done = unchanged_text(chunk);  // the first octet at least
      put(chunk.substr(0, done));
    } else if (chunk.size() == 1) {
      carriage_return_ = true;
    } else if (chunk[1] == '\n') {
      blank_ = false;
      ++line_ends_;
      done = 2;
    } else {
      text_follows(put);
      put("\r");
    }
    chunk.remove_prefix(done);
  }
  out.flush();
}

// Section 3.4.3: an empty body is one line end; section 3.4.4: it stays empty. A last line without
// its line end gets one.
void BodyCanonicalizer::finish(const Sink& sink) {
  std::string_view nothing;
  resolve_carriage_return(nothing, sink);
  if (form_ == CanonicalForm::simple || content_) sink(line_end);
}

void BodyHash::update(std::string_view chunk) {
  canonicalizer_.update(chunk, [this](std::string_view octets) { take(octets); });
}

crypto::Digest BodyHash::finish() {
  canonicalizer_.finish([this](std::string_view octets) { take(octets); });
  return hash_.finish();
}

void BodyHash::take(std::string_view octets) {
  hash_.update(octets);
  length_ += octets.size();
}

void BodyHashes::want(CanonicalForm form) {
  auto& stream = streams_[static_cast<std::size_t>(form)];
  if (!stream) stream.emplace(form);
}

void BodyHashes::update(std::string_view chunk) {
  for (auto& stream : streams_)
    if (stream) stream->hash.update(chunk);
}

void BodyHashes::finish() {
  for (auto& stream : streams_)
    if (stream) stream->digest = stream->hash.finish();
  finished_ = true;
}

}  // namespace dmarc::dkim
