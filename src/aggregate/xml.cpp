#include "aggregate/xml.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/utf8.h"
#include "dkim/fault.h"

namespace dmarc::aggregate {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

/// Whether a well-formed sequence is a character of XML 1.0 (section 2.2 "Characters").
bool is_xml_character(std::string_view sequence) {
  if (sequence.size() == 1) {
    const char c = sequence[0];
    return !base::is_control(c) || c == '\t' || c == '\n' || c == '\r' || c == '\x7f';
  }
  return sequence != "\xef\xbf\xbe" && sequence != "\xef\xbf\xbf";
}

std::string_view reference(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\r':
      return "&#13;";  // a parser would make LF of it
    default:
      return {};
  }
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = base::utf8_sequence(text);
    const std::string_view sequence = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(sequence.size());
    if (length == 0 || !is_xml_character(sequence))
      result += replacement;
    else if (const std::string_view escape = reference(sequence[0]); !escape.empty())
      result += escape;
    else
      result += sequence;
  }
  return result;
}

void XmlWriter::open_root(std::string_view name, std::string_view name_space) {
  line("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
  const std::string space = name_space.empty() ? "" : " xmlns=\"" + xml_escaped(name_space) + "\"";
  line("<" + std::string(name) + space + ">");
  ++depth_;
}

void XmlWriter::open(std::string_view name) {
  line("<" + std::string(name) + ">");
  ++depth_;
}

void XmlWriter::close(std::string_view name) {
  --depth_;
  line("</" + std::string(name) + ">");
}

void XmlWriter::element(std::string_view name, std::string_view value) {
  const std::string tag(name);
  line("<" + tag + ">" + xml_escaped(value) + "</" + tag + ">");
}

void XmlWriter::line(const std::string& text) {
  sink_(std::string(2 * depth_, ' ') + text + "\n");
}

// --- The report ----------------------------------------------------------------------------------

namespace {

/// The words that RFC 9990 has for results of DKIM (section 3.1.1.12); OpenDMARC records more.
std::string_view dkim_word(history::AuthCode code) {
  switch (code) {
    case history::AuthCode::none:
    case history::AuthCode::pass:
    case history::AuthCode::fail:
    case history::AuthCode::policy:
    case history::AuthCode::neutral:
    case history::AuthCode::temperror:
    case history::AuthCode::permerror:
      return to_string(code);
    case history::AuthCode::nxdomain:
      return to_string(history::AuthCode::permerror);  // there is no key
    case history::AuthCode::discard:
      return to_string(history::AuthCode::fail);
    default:
      return to_string(history::AuthCode::neutral);  // nothing was found out
  }
}

/// The words for results of SPF (section 3.1.1.13).
std::string_view spf_word(history::AuthCode code) {
  return code == history::AuthCode::softfail ? to_string(code) : dkim_word(code);
}

std::string_view pass_or_fail(bool aligned) {
  return aligned ? "pass" : "fail";
}

bool is_at_or_below(std::string_view name, std::string_view domain) {
  if (base::iequals(name, domain)) return true;
  return name.size() > domain.size() && name[name.size() - domain.size() - 1] == '.' &&
         base::iequals(name.substr(name.size() - domain.size()), domain);
}

/// Smaller comes first (RFC 9990 section 3.1.3 "DKIM Signatures in Aggregate Reports").
int rank(const history::DkimSignature& signature, std::string_view from,
         std::string_view policy_domain) {
  if (signature.result != history::AuthCode::pass) return 3;
  if (base::iequals(signature.domain, from)) return 0;
  const bool is_related =
      is_at_or_below(signature.domain, policy_domain) || is_at_or_below(from, signature.domain);
  return is_related ? 1 : 2;
}

}  // namespace

std::string_view to_string(Disposition disposition) {
  constexpr std::array<std::string_view, 4> words{"none", "pass", "quarantine", "reject"};
  return words.at(static_cast<std::size_t>(disposition));
}

std::vector<history::DkimSignature> listed_signatures(const Row& row,
                                                      std::string_view policy_domain) {
  std::vector<history::DkimSignature> list = row.dkim;
  std::stable_sort(list.begin(), list.end(), [&](const auto& a, const auto& b) {
    return rank(a, row.header_from, policy_domain) < rank(b, row.header_from, policy_domain);
  });
  if (list.size() > max_listed_signatures) list.resize(max_listed_signatures);
  return list;
}

ReportXml::ReportXml(TextSink sink, const ReportMetadata& metadata,
                     const history::PublishedPolicy& policy)
    : xml_(std::move(sink)), policy_domain_(policy.domain), format_(metadata.format) {
  xml_.open_root("feedback", is_old() ? "" : aggregate_namespace);
  xml_.element("version", "1.0");
  write_metadata(metadata);
  is_old() ? write_old_policy(policy) : write_policy(policy);
}

void ReportXml::write_metadata(const ReportMetadata& metadata) {
  xml_.open("report_metadata");
  xml_.element("org_name", metadata.org_name);
  xml_.element("email", metadata.email);
  if (!metadata.extra_contact_info.empty())
    xml_.element("extra_contact_info", metadata.extra_contact_info);
  xml_.element("report_id", metadata.report_id);
  xml_.open("date_range");
  xml_.element("begin", std::to_string(metadata.period.begin));
  xml_.element("end", std::to_string(metadata.period.end));
  xml_.close("date_range");
  if (!is_old()) xml_.element("generator", metadata.generator);
  xml_.close("report_metadata");
}

/// RFC 9990 section 3.1.1.5 "Policy Published": what the record said, whether in test mode or not.
void ReportXml::write_policy(const history::PublishedPolicy& policy) {
  xml_.open("policy_published");
  xml_.element("domain", policy.domain);
  xml_.element("p", to_string(policy.p.value_or(Policy::none)));
  if (policy.sp) xml_.element("sp", to_string(*policy.sp));
  if (policy.np) xml_.element("np", to_string(*policy.np));
  xml_.element("adkim", to_string(policy.adkim));
  xml_.element("aspf", to_string(policy.aspf));
  if (policy.discovery) {
    const bool is_psl = *policy.discovery == DiscoveryMethod::psl;
    xml_.element("discovery_method", is_psl ? "psl" : "treewalk");
  }
  if (!policy.fo.empty()) xml_.element("fo", to_string(policy.fo));
  if (policy.testing) xml_.element("testing", *policy.testing ? "y" : "n");
  xml_.close("policy_published");
}

/// RFC 7489 Appendix C "DMARC XML Schema" has all of these, and no others.
void ReportXml::write_old_policy(const history::PublishedPolicy& policy) {
  const Policy p = policy.p.value_or(Policy::none);
  xml_.open("policy_published");
  xml_.element("domain", policy.domain);
  xml_.element("adkim", to_string(policy.adkim));
  xml_.element("aspf", to_string(policy.aspf));
  xml_.element("p", to_string(p));
  xml_.element("sp", to_string(policy.sp.value_or(p)));
  xml_.element("pct", "100");
  xml_.element("fo", policy.fo.empty() ? "0" : to_string(policy.fo));
  xml_.close("policy_published");
}

void ReportXml::add(const Row& row) {
  xml_.open("record");
  xml_.open("row");
  xml_.element("source_ip", row.source_ip);
  xml_.element("count", std::to_string(row.count));
  write_evaluated(row);
  xml_.close("row");
  xml_.open("identifiers");
  xml_.element("header_from", row.header_from);
  xml_.element("envelope_from", row.envelope_from);
  xml_.close("identifiers");
  write_results(row);
  xml_.close("record");
}

void ReportXml::write_evaluated(const Row& row) {
  xml_.open("policy_evaluated");
  const bool passed = row.disposition == Disposition::pass;
  xml_.element("disposition", to_string(is_old() && passed ? Disposition::none : row.disposition));
  xml_.element("dkim", pass_or_fail(row.dkim_aligned));
  xml_.element("spf", pass_or_fail(row.spf_aligned));
  for (const policy::OverrideReason& reason : row.reasons) {
    xml_.open("reason");
    const bool unknown = is_old() && reason.type == policy::OverrideType::policy_test_mode;
    xml_.element("type", to_string(unknown ? policy::OverrideType::other : reason.type));
    if (!reason.comment.empty())
      xml_.element("comment", reason.comment);
    else if (unknown)
      xml_.element("comment", to_string(reason.type));
    xml_.close("reason");
  }
  xml_.close("policy_evaluated");
}

void ReportXml::write_results(const Row& row) {
  xml_.open("auth_results");
  for (const history::DkimSignature& signature : listed_signatures(row, policy_domain_)) {
    xml_.open("dkim");
    xml_.element("domain", signature.domain);
    xml_.element("selector", signature.selector);
    xml_.element("result", dkim_word(signature.result));
    if (signature.fault != dkim::Fault::none)
      xml_.element("human_result", dkim::describe(signature.fault));
    xml_.close("dkim");
  }
  write_spf(row);
  xml_.close("auth_results");
}

/// RFC 9990 has no scope but "mfrom", so a result of HELO is without one. Of a row without any
/// result it is said that there is none: many readers drop a row without results, some the whole
/// report. RFC 7489 wants a result of SPF, and its scope, in each row.
void ReportXml::write_spf(const Row& row) {
  if (!is_old() && !row.spf && !row.helo_spf && !row.dkim.empty()) return;
  const bool is_helo = !row.spf && row.envelope_from.empty();
  std::string domain = is_helo ? row.helo : row.envelope_from;
  if (domain.empty())
    domain = "[" + row.source_ip + "]";  // what stands for a client without a name
  xml_.open("spf");
  xml_.element("domain", domain);
  if (row.spf || is_old()) xml_.element("scope", is_helo ? "helo" : "mfrom");
  xml_.element("result",
               spf_word(row.spf.value_or(row.helo_spf.value_or(history::AuthCode::none))));
  xml_.close("spf");
}

void ReportXml::finish() {
  xml_.close("feedback");
}

}  // namespace dmarc::aggregate
