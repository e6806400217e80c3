// Finds the reports in what they come in: XML, gzip, zip, mails with attachments, mailboxes of such
// mails, and each of these in another. What it is is told from its first octets, not from its name.
//
//   Content content("reports.mbox", [](Finding finding) { ... });
//   while (read(chunk)) content.add(chunk);
//   content.finish();
//
// The sink is called for every report, and for everything that can't be read, with the place where
// it was found: "reports.mbox: message 3: report.zip: example.org.xml".
//
// Memory: XML and mailboxes are read as they come; a mail and an archive are held whole.
// Limits: receiving/limits.h; of a mailbox each mail has them anew.
// Threads: one.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "receiving/mailbox.h"
#include "receiving/report_reader.h"

namespace dmarc::receiving {

struct Finding {
  std::string place;
  tl::expected<ReadReport, Problem> result;
};
using FindingSink = std::function<void(Finding finding)>;

enum class Form { undecided, xml, gzip, zip, mail, mailbox, unknown };

/// What begins with these octets; `undecided` for none at all.
Form form_of(std::string_view head);

/// What one input has used up of its limits.
struct Budget {
  std::uint64_t packed = 0;
  std::uint64_t unpacked = 0;
  std::size_t files = 0;

  /// Why no more may come out; empty if it may.
  std::string refusal() const;
};

class Content {
 public:
  /// Enough to tell a form.
  static constexpr std::size_t head_octets = 1024;

  Content(std::string place, FindingSink sink);
  /// Inside another; the budget outlives it.
  Content(std::string place, FindingSink sink, Budget& budget, unsigned depth);

  /// False when no more is wanted.
  bool add(std::string_view chunk);
  void finish();

 private:
  bool is_outermost() const { return depth_ == 0; }
  bool is_over() const { return over_; }
  void begin();
  void take(std::string_view chunk);
  void refuse(std::string reason);
  void finish_packed();
  Mailbox make_mailbox();
  void read_message(std::string_view message, std::uint64_t number, bool is_whole);

  std::string place_;
  FindingSink sink_;
  Budget own_budget_;
  Budget& budget_;
  unsigned depth_ = 0;
  Form form_ = Form::undecided;
  std::string held_;  ///< the head until the form is known; then what is packed
  std::optional<ReportReader> reader_;
  std::optional<Mailbox> mailbox_;
  bool over_ = false;
};

}  // namespace dmarc::receiving
