#include "ctl/dmarcctl.h"

#include <algorithm>
#include <array>
#include <ostream>

#include "base/ascii.h"
#include "config/configuration.h"
#include "ctl/opendmarc/opendmarc_program.h"
#include "store/database.h"

namespace dmarc::ctl {
namespace {

constexpr std::array<const Subcommand*, 16> subcommands{
    &check_subcommand,  &explain_subcommand, &spf_subcommand,    &dkim_subcommand,
    &arc_subcommand,    &probe_subcommand,   &import_subcommand, &expire_subcommand,
    &params_subcommand, &db_subcommand,      &report_subcommand, &reports_subcommand,
    &bounce_subcommand, &submit_subcommand,  &read_subcommand,   &senders_subcommand};

const Subcommand* find(std::string_view name) {
  const auto found = std::find_if(subcommands.begin(), subcommands.end(),
                                  [name](const Subcommand* row) { return row->name == name; });
  return found == subcommands.end() ? nullptr : *found;
}

void pad(std::ostream& out, std::string_view text, std::size_t width) {
  out << text << std::string(width > text.size() ? width - text.size() : 1, ' ');
}

void print_overview(std::ostream& out) {
  out << "usage: dmarcctl SUBCOMMAND [OPTIONS] ...\n\n";
  for (const Subcommand* row : subcommands) {
    out << "  ";
    pad(out, row->name, 10);
    out << row->summary << "\n";
  }
  out << "\n\"dmarcctl help SUBCOMMAND\" has the options and exit statuses of each; "
         "see also dmarcctl(8).\n";
}

void print_help(std::ostream& out, const Subcommand& row) {
  out << "usage: dmarcctl " << row.name << " [OPTIONS] " << row.operands << "\n\n"
      << row.summary << "\n\noptions:\n";
  for (const Flag& flag : row.flags) {
    std::string form = "--" + std::string(flag.name);
    if (!flag.value.empty()) form += " " + std::string(flag.value);
    out << "  ";
    pad(out, form, 26);
    out << flag.help << "\n";
  }
  out << "\nexit status:\n";
  for (const ExitStatus& exit : row.statuses) {
    out << "  ";
    pad(out, std::to_string(exit.value), 6);
    out << exit.meaning << "\n";
  }
}

int unknown_subcommand(Terminal terminal, std::string_view name) {
  std::vector<std::string_view> names;
  for (const Subcommand* row : subcommands)
    names.push_back(row->name);
  terminal.err << "dmarcctl: unknown subcommand " << base::printable(name);
  if (const std::string_view near = base::nearest(name, names); !near.empty())
    terminal.err << " (did you mean " << near << "?)";
  terminal.err << "; see \"dmarcctl help\"\n";
  return status::usage;
}

int help(const std::vector<std::string>& words, Terminal terminal) {
  if (words.empty()) {
    print_overview(terminal.out);
    return status::ok;
  }
  const Subcommand* row = find(words.front());
  if (row == nullptr) return unknown_subcommand(terminal, words.front());
  print_help(terminal.out, *row);
  return status::ok;
}

}  // namespace

int dmarcctl(const std::vector<std::string>& words, Terminal terminal) {
  if (words.empty()) {
    print_overview(terminal.err);
    return status::usage;
  }
  const std::string& name = words.front();
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  if (name == "help" || name == "--help") return help(rest, terminal);
  if (name == "--version") {
    terminal.out << "dmarcctl " << config::defaults().policy.version << "\n";
    return status::ok;
  }
  const Subcommand* row = find(name);
  if (row == nullptr) return unknown_subcommand(terminal, name);
  if (std::find(rest.begin(), rest.end(), "--help") != rest.end()) {
    print_help(terminal.out, *row);
    return status::ok;
  }
  const auto arguments = Arguments::parse(row->flags, rest);
  if (!arguments) return usage_error(terminal, row->name, arguments.error());
  try {
    return row->run(*arguments, terminal);
  } catch (const store::Error& error) {
    return failure(terminal, row->name, error.what(), status::unavailable);
  }
}

int run_as(std::string_view path, const std::vector<std::string>& words, Terminal terminal) {
  const OpendmarcProgram* program = find_opendmarc_program(path);
  return program != nullptr ? run_opendmarc_program(*program, words, terminal)
                            : dmarcctl(words, terminal);
}

}  // namespace dmarc::ctl
