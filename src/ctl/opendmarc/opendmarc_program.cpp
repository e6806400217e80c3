#include "ctl/opendmarc/opendmarc_program.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <ostream>

#include "config/configuration.h"
#include "store/database.h"

namespace dmarc::ctl {
namespace {

constexpr std::array<const OpendmarcProgram*, 5> programs{&opendmarc_expire, &opendmarc_import,
                                                          &opendmarc_importstats, &opendmarc_params,
                                                          &opendmarc_reports};

constexpr std::array common_options{PerlOption{"help", "", "print help and exit"},
                                    PerlOption{"verbose", "", "verbose output"},
                                    PerlOption{"version", "", "print version and exit"}};

std::vector<PerlOption> all_options(const OpendmarcProgram& program) {
  std::vector<PerlOption> all(program.options.begin(), program.options.end());
  std::copy(common_options.begin(), common_options.end(), std::back_inserter(all));
  return all;
}

void print_usage(std::ostream& err, const OpendmarcProgram& program,
                 std::span<const PerlOption> options) {
  err << program.name << ": usage: " << program.name << " [options]";
  if (!program.operands.empty()) err << " " << program.operands;
  err << "\n";
  for (const PerlOption& option : options) {
    std::string form = "--" + std::string(option.name);
    if (!option.value.empty()) form.append("=").append(option.value);
    form.resize(std::max<std::size_t>(form.size() + 1, 24), ' ');
    err << "\t" << form << option.help << "\n";
  }
}

}  // namespace

const OpendmarcProgram* find_opendmarc_program(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const auto* const found = std::find_if(programs.begin(), programs.end(),
                                         [name](const auto* row) { return row->name == name; });
  return found == programs.end() ? nullptr : *found;
}

int run_opendmarc_program(const OpendmarcProgram& program, const std::vector<std::string>& words,
                          Terminal terminal) {
  const std::vector<PerlOption> options = all_options(program);
  const auto given = PerlOptions::parse(options, words);
  if (!given || given->flag("help")) {
    if (!given) terminal.err << given.error() << "\n";
    print_usage(terminal.err, program, options);
    return given ? status::ok : opendmarc_failure;
  }
  if (given->flag("version")) {
    terminal.out << program.name << " v" << config::defaults().policy.version << "\n";
    return status::ok;
  }
  if (!program.operands.empty() && given->operands().empty()) {
    print_usage(terminal.err, program, options);
    return opendmarc_failure;
  }
  try {
    return program.run(*given, terminal);
  } catch (const store::Error& failure) {
    return opendmarc_error(terminal, program.name, failure.what());
  }
}

int opendmarc_error(Terminal terminal, std::string_view program, std::string_view problem) {
  terminal.err << program << ": " << problem << "\n";
  return opendmarc_failure;
}

}  // namespace dmarc::ctl
