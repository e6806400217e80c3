#include "config/documentation.h"

#include <algorithm>

#include "base/ascii.h"
#include "config/options.h"

namespace dmarc::config {
namespace {

constexpr char quote = '`';

/// A hyphen in a name or a value is one that people copy, so it has to stay a minus sign.
std::string roff_character(char c, bool literal) {
  if (c == '\\') return "\\e";
  if (c == '-' && literal) return "\\-";
  return std::string(1, c);
}

constexpr std::size_t text_width = 78;

constexpr std::string_view sample_opening =
    "# Configuration of dmarcd, and of OpenDMARC, whose options keep their names and\n"
    "# meaning.\n"
    "#\n"
    "# One option a line: its name, blanks, its value; `#` begins a comment. A line such\n"
    "# as `#Background true` shows the default, or an example where there is none:\n"
    "# remove the `#` to change it. opendmarc.conf(5) says more about every option.\n"
    "# `dmarcd -n` checks the file; `systemctl reload dmarcd` makes a change take effect.\n";

std::string comment(std::string_view text) {
  std::string lines;
  for (const std::string& line : wrap(plain_text(text), text_width))
    lines += "# " + line + "\n";
  return lines;
}

std::string sample_entry(const Option& option) {
  const std::string_view value = option.example.empty() ? option.default_value : option.example;
  return "\n" + comment(option.summary) + (option.in_sample == InSample::active ? "" : "#") +
         std::string(option.name) + " " + std::string(value) + "\n";
}

constexpr std::string_view manual_opening =
    R"(.TH OPENDMARC.CONF 5 2026-11-23 dmarcd "File Formats Manual"
.SH NAME
opendmarc.conf \- configuration of the DMARC filter dmarcd
.SH SYNOPSIS
.B /etc/opendmarc.conf
.SH DESCRIPTION
The file says how
.BR dmarcd (8)
judges mail and what it does with the verdict.
It is the file of OpenDMARC: every option of that program is known here under
the same name and means the same.
Without the file, or with an empty one, every option has its default, and only
.B Socket
has to be given, here or with the flag
.BR \-p .
.PP
Each line is the name of an option, blanks and a value that goes on to the end
of the line.
Blanks around the value are dropped, those inside it stay.
.B #
begins a comment wherever it stands; there are no quotes and no escapes.
Upper and lower case are the same in names.
When an option is given more than once the last line counts: values do not add
up.
Lines may end with CR LF.
.PP
Kinds of values:
.TP
.B boolean
.BR true ,
.B yes
or
.BR 1 ;
.BR false ,
.B no
or
.BR 0 .
Only the first character is looked at, in either case.
.TP
.B number
Decimal; with a leading
.B 0
octal, with
.B 0x
hexadecimal.
.TP
.B list
Parts separated by commas.
Each ends at the first blank after its start.
.TP
.B list file
The path of a file, see
.B LIST FILES
below.
.TP
.B choice
One of the words named with the option, in either case.
.PP
On a reload (SIGHUP or SIGUSR1) the file is read again.
If it is correct, connections that begin later use it; if not, the error is
logged and nothing changes.
Options marked
.I start only
need a restart.
.SH OPTIONS
)";

constexpr std::string_view manual_closing = R"(.SH LIST FILES
One entry a line: the first word counts, the rest of the line is ignored.
.B #
begins a comment.
Blank lines, and blanks before an entry, are ignored.
A list file that can't be read stops the start.
Lists are read again on a reload.
.SH DIAGNOSTICS
A file with an error stops the start with exit status 78 and a line on standard
error:
.PP
.RS
.nf
dmarcd: /etc/opendmarc.conf: configuration error at line 7: unrecognized
parameter "RejectFailure"; did you mean "RejectFailures"?
.fi
.RE
.PP
The text after the line number begins with
.BR "unrecognized parameter" ,
.B required value missing
or
.BR "illegal value" ;
line 0 and
.B error reading configuration file
mean that there was nothing to read.
.B dmarcd \-n
checks the file, shows settings that trust more than they must, and ends.
.PP
What is correct but may not be what was meant is logged as a warning once the
filter has started: options that do nothing in this version, an option that is
given twice, entries of a list that can't be understood.
.SH FILES
.TP
.I /etc/opendmarc.conf
Read when no file is given with
.BR \-c .
.TP
.I /etc/resolv.conf
The DNS servers that are asked unless
.B Nameservers
is set.
.SH EXAMPLES
A filter for Postfix behind OpenDKIM, which rejects what the policies of domain
owners ask to reject:
.PP
.RS
.nf
Socket inet:8893@127.0.0.1
UserID opendmarc
Syslog true
IgnoreAuthenticatedClients true
RequiredHeaders true
RejectFailures true
SPFIgnoreResults true
SPFSelfValidate true
.fi
.RE
.PP
and in
.IR main.cf :
.PP
.RS
.nf
smtpd_milters = inet:127.0.0.1:8891, inet:127.0.0.1:8893
non_smtpd_milters = $smtpd_milters
milter_default_action = accept
.fi
.RE
.SH SEE ALSO
.BR dmarcd (8)
.PP
RFC 9989, Domain-based Message Authentication, Reporting, and Conformance
)";

std::string_view type_name(Type type) {
  switch (type) {
    case Type::boolean:
      return "boolean";
    case Type::integer:
      return "number";
    case Type::mode:
      return "octal number";
    case Type::seconds:
      return "seconds";
    case Type::path:
      return "path";
    case Type::list:
      return "list";
    case Type::servers:
      return "addresses";
    case Type::list_file:
      return "list file";
    case Type::choice:
      return "choice";
    case Type::text:
      break;
  }
  return "text";
}

/// Sentences begin on lines of their own, which is how roff knows them.
std::string sentence(std::string_view text) {
  std::string roff;
  for (const std::string& line : wrap(text, text_width)) {
    if (line.starts_with('.') || line.starts_with('\'')) roff += "\\&";
    roff += line + "\n";
  }
  return roff;
}

std::string manual_paragraph(std::string_view text) {
  constexpr std::string_view gap = ". ";
  const std::string marked = roff_text(text);
  std::string roff;
  for (std::string_view rest = marked; !rest.empty();) {
    const std::size_t end = std::min(rest.find(gap), rest.size());
    roff += sentence(rest.substr(0, end + 1));
    rest.remove_prefix(std::min(end + gap.size(), rest.size()));
  }
  return roff;
}

std::string manual_paragraphs(std::string_view text) {
  constexpr std::string_view gap = "\n\n";
  std::string roff;
  while (!text.empty()) {
    const std::size_t end = text.find(gap);
    if (!roff.empty()) roff += ".IP\n";
    roff += manual_paragraph(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + gap.size());
  }
  return roff;
}

/// The line under the name: type, default, when a change takes effect.
std::string facts(const Option& option) {
  std::string text(type_name(option.type));
  text += option.default_value.empty() ? ", not set by default"
                                       : ", default `" + std::string(option.default_value) + "`";
  if (option.reload == Reload::at_start) text += ", start only";
  return "(" + text + ")";
}

std::string manual_entry(const Option& option) {
  std::string roff = ".TP\n.B " + std::string(option.name) + "\n" +
                     manual_paragraph(facts(option)) + ".br\n" + manual_paragraph(option.summary);
  if (option.effect == Effect::never)
    return roff + manual_paragraph("Has no effect: " + std::string(option.details) + ".");
  if (!option.details.empty()) roff += manual_paragraphs(option.details);
  return roff;
}

}  // namespace

std::string plain_text(std::string_view text) {
  std::string plain(text);
  std::erase(plain, quote);
  return plain;
}

std::string roff_text(std::string_view text) {
  std::string roff;
  bool literal = false;
  for (const char c : text) {
    if (c == quote) {
      literal = !literal;
      roff += literal ? "\\fB" : "\\fR";
    } else {
      roff += roff_character(c, literal);
    }
  }
  return roff;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (const std::string_view word : base::split(text, ' ')) {
    std::string& line = lines.back();
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      lines.emplace_back(word);
    } else {
      if (!line.empty()) line += ' ';
      line += word;
    }
  }
  return lines;
}

std::string sample_file() {
  std::string text = plain_text(sample_opening);
  for (const Section& section : sections) {
    std::string entries;
    for (const Option& option : section.options) {
      if (option.in_sample != InSample::absent) entries += sample_entry(option);
    }
    if (!entries.empty()) text += "\n\n# ---- " + std::string(section.heading) + "\n" + entries;
  }
  return text;
}

std::string manual_page() {
  std::string page(manual_opening);
  for (const Section& section : sections) {
    page += ".SS " + std::string(section.heading) + "\n";
    for (const Option& option : section.options)
      page += manual_entry(option);
  }
  page += manual_closing;
  return page;
}

}  // namespace dmarc::config
