// Aggregate reports as XML (RFC 9990 section 3 "DMARC Feedback" and Appendix A "DMARC XML Schema"),
// or in the form of RFC 7489 Appendix C, for readers that know no other.
//
//   aggregate::ReportXml xml(sink, metadata, policy);
//   for (const aggregate::Row& row : rows) xml.add(row);
//   xml.finish();
//
// Rows are written as they are added, so a report may have any number of them. The schema requires
// at least one.
//
// Threads: an object belongs to one thread.
// Limits: max_listed_signatures.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "aggregate/period.h"
#include "aggregate/row.h"
#include "history/entry.h"

namespace dmarc::aggregate {

/// Takes text as it comes, in whole lines.
using TextSink = std::function<void(std::string_view)>;

/// `text` with markup characters written as references. Values may hold any octets: what XML can't
/// hold (control characters, octets that are not UTF-8, U+FFFE and U+FFFF) becomes U+FFFD, one for
/// each octet or character.
std::string xml_escaped(std::string_view text);

/// XML 1.0, one element a line. Element names are our own words.
class XmlWriter {
 public:
  explicit XmlWriter(TextSink sink) : sink_(std::move(sink)) {}

  /// The declaration, and the root element in its namespace, which may be empty.
  void open_root(std::string_view name, std::string_view name_space);
  void open(std::string_view name);
  void close(std::string_view name);
  void element(std::string_view name, std::string_view value);

 private:
  void line(const std::string& text);

  TextSink sink_;
  std::size_t depth_ = 0;
};

inline constexpr std::string_view aggregate_namespace = "urn:ietf:params:xml:ns:dmarc-2.0";

/// Signatures listed of one message (RFC 9990 section 3.1.3 "DKIM Signatures in Aggregate Reports":
/// no more than 100).
inline constexpr std::size_t max_listed_signatures = 100;

/// That of RFC 7489 has no namespace and fewer words: what passes has the disposition "none", there
/// are always `sp`, `pct`, `fo` and an SPF result with its scope, and no test mode.
enum class ReportFormat { rfc9990, rfc7489 };

/// RFC 9990 section 3.1.1.3 "Report Metadata".
struct ReportMetadata {
  std::string org_name;
  std::string email;
  std::string extra_contact_info;  ///< may be empty
  std::string report_id;
  Period period;
  std::string generator;  ///< "dmarcd 0.2.0"
  ReportFormat format = ReportFormat::rfc9990;
};

class ReportXml {
 public:
  /// Writes everything before the first row.
  ReportXml(TextSink sink, const ReportMetadata& metadata, const history::PublishedPolicy& policy);

  void add(const Row& row);
  void finish();

 private:
  void write_metadata(const ReportMetadata& metadata);
  void write_policy(const history::PublishedPolicy& policy);
  void write_old_policy(const history::PublishedPolicy& policy);
  void write_evaluated(const Row& row);
  void write_results(const Row& row);
  void write_spf(const Row& row);

  bool is_old() const { return format_ == ReportFormat::rfc7489; }

  XmlWriter xml_;
  std::string policy_domain_;
  ReportFormat format_;
};

std::string_view to_string(Disposition disposition);

/// The signatures that a report lists of one message, in its order: those that pass and are the
/// From domain's, those that pass and belong to the same organization, others that pass, the rest;
/// at most max_listed_signatures. For a domain below the policy's, "the same organization" is what
/// lies below the policy domain.
std::vector<history::DkimSignature> listed_signatures(const Row& row,
                                                      std::string_view policy_domain);

}  // namespace dmarc::aggregate
