#include "receiving/unpack.h"

#include <algorithm>

#include "base/ascii.h"
#include "receiving/archives.h"
#include "receiving/limits.h"
#include "receiving/mail_parts.h"

namespace dmarc::receiving {
namespace {

/// "Name: value" (RFC 5322 section 2.2 "Header Fields"), with the characters that names have.
bool begins_with_field(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  const std::string_view name = text.substr(0, colon);
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return base::is_alnum(c) || c == '-' || c == '_'; });
}

std::string within(const std::string& place, const std::string& name) {
  return name.empty() ? place : place + ": " + base::printable(name, 200);
}

}  // namespace

Form form_of(std::string_view head) {
  if (head.starts_with("\x1f\x8b")) return Form::gzip;
  if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) return Form::zip;
  if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) return Form::xml;
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (head.starts_with(mark)) head.remove_prefix(mark.size());
  const auto first = std::find_if_not(head.begin(), head.end(),
                                      [](char c) { return base::is_space(c) || c == '\0'; });
  head.remove_prefix(static_cast<std::size_t>(first - head.begin()));
  if (head.empty()) return Form::undecided;
  if (head.front() == '<') return Form::xml;
  if (head.starts_with("From ")) return Form::mailbox;
  return begins_with_field(head) ? Form::mail : Form::unknown;
}

std::string Budget::refusal() const {
  if (files > max_packed_files)
    return "more than " + std::to_string(max_packed_files) + " files in one input";
  if (unpacked > max_unpacked_octets)
    return "more than " + std::to_string(max_unpacked_octets >> 20) + " MiB when unpacked";
  if (unpacked > unpacked_unsuspicious && unpacked / max_ratio > packed)
    return "unpacks to more than " + std::to_string(max_ratio) + " times its size";
  return {};
}

Content::Content(std::string place, FindingSink sink)
    : place_(std::move(place)), sink_(std::move(sink)), budget_(own_budget_) {}

Content::Content(std::string place, FindingSink sink, Budget& budget, unsigned depth)
    : place_(std::move(place)), sink_(std::move(sink)), budget_(budget), depth_(depth) {
  if (depth_ > max_packing_depth)
    refuse("packed in more than " + std::to_string(max_packing_depth) + " layers");
}

bool Content::add(std::string_view chunk) {
  if (over_) return false;
  if (!is_outermost()) {
    budget_.unpacked += chunk.size();
    if (const std::string reason = budget_.refusal(); !reason.empty()) refuse(reason);
    if (over_) return false;
  }
  if (form_ != Form::undecided) {
    take(chunk);
    return !over_;
  }
  held_ += chunk;
  if (held_.size() >= head_octets) begin();
  return !over_;
}

void Content::finish() {
  if (!over_ && form_ == Form::undecided) begin();
  if (over_) return;
  over_ = true;
  if (reader_) {
    sink_({place_, reader_->finish()});
  } else if (mailbox_) {
    mailbox_->finish();
  } else {
    finish_packed();
  }
}

void Content::begin() {
  form_ = form_of(held_);
  const std::string head = std::move(held_);
  held_.clear();
  if (form_ == Form::undecided)
    refuse("empty");
  else if (form_ == Form::unknown)
    refuse("neither XML, gzip, zip, a mail nor a mailbox");
  else if (form_ == Form::xml)
    reader_.emplace();
  else if (form_ == Form::mailbox)
    mailbox_.emplace(make_mailbox());
  if (!over_) take(head);
}

void Content::take(std::string_view chunk) {
  if (reader_) {
    reader_->add(chunk);
    return;
  }
  if (mailbox_) {
    mailbox_->add(chunk);
    return;
  }
  if (chunk.size() > max_packed_octets - held_.size()) {
    refuse("a mail or archive of more than " + std::to_string(max_packed_octets >> 20) + " MiB");
    return;
  }
  held_ += chunk;
}

void Content::refuse(std::string reason) {
  if (over_) return;
  over_ = true;
  sink_({place_, tl::unexpected(Problem{0, std::move(reason)})});
}

Mailbox Content::make_mailbox() {
  return Mailbox([this](std::string_view message, std::uint64_t number, bool is_whole) {
    read_message(message, number, is_whole);
  });
}

/// One of a mailbox. In a mailbox of the outermost layer each has limits of its own.
void Content::read_message(std::string_view message, std::uint64_t number, bool is_whole) {
  const std::string place = within(place_, "message " + std::to_string(number));
  Budget own;
  Budget& budget = is_outermost() ? own : budget_;
  ++budget.files;
  if (is_outermost()) own.packed = message.size();
  Content inner(place, sink_, budget, depth_ + 1);
  if (!is_whole)
    inner.refuse("a mail of more than " + std::to_string(max_packed_octets >> 20) + " MiB");
  inner.add(message);
  inner.finish();
}

void Content::finish_packed() {
  if (is_outermost()) budget_.packed = held_.size();
  std::string problem;
  std::optional<Content> inner;
  const auto begin_inner = [&](const std::string& name) {
    ++budget_.files;
    inner.emplace(within(place_, name), sink_, budget_, depth_ + 1);
    return budget_.refusal().empty();
  };
  const auto end_inner = [&](const std::string& reason) {
    if (!inner) return;
    if (reason.empty())
      inner->finish();
    else
      inner->refuse(reason);
  };
  const auto take_inner = [&](std::string_view piece) { return inner->add(piece); };
  if (form_ == Form::gzip) {
    begin_inner({});
    end_inner(unpack_gzip(held_, take_inner));
  } else if (form_ == Form::zip) {
    problem = unpack_zip(held_, {begin_inner, take_inner, end_inner});
  } else {
    problem = report_parts(held_, [&](const std::string& name, std::string_view octets) {
      const bool goes_on = begin_inner(name);
      inner->add(octets);
      inner->finish();
      return goes_on;
    });
  }
  if (problem.empty()) problem = budget_.files > max_packed_files ? budget_.refusal() : "";
  if (!problem.empty()) sink_({place_, tl::unexpected(Problem{0, problem})});
}

}  // namespace dmarc::receiving
