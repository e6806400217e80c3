// The lists of reporting URIs in the tags rua and ruf (RFC 9989 section 4.8 "Formal Definition",
// dmarc-urilist).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dmarc {

struct UriList {
  /// The valid URIs as published, without the obsolete size suffix ("!10m").
  std::vector<std::string> uris;
  /// One clause for each URI that was dropped, and for the excess.
  std::vector<std::string> problems;
};

/// Reads a comma-separated list. A bad URI is dropped, the others survive; past `max_uris` valid
/// URIs, or as many problems, the rest is ignored.
UriList parse_uri_list(std::string_view value, std::size_t max_uris);

/// The syntax of RFC 3986 with a scheme, without "," and "!" (which RFC 9989 wants encoded); a
/// mailto URI must name a mailbox, an http or https URI a host. Other schemes are valid here,
/// whether or not anybody can report to them.
bool is_report_uri(std::string_view uri);

/// RFC 9989 section 4.8, obs-dmarc-uri: "!" digits [k/m/g/t] limited the size of a report.
/// Receivers ignore it; histories and databases of OpenDMARC's have it still.
std::string_view without_size_suffix(std::string_view uri);

}  // namespace dmarc
