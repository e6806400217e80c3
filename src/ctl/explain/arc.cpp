// dmarcctl arc: does the ARC chain of a message validate, and where does it break?

#include <array>
#include <ctime>
#include <optional>
#include <ostream>
#include <string>

#include <dmarc/header_field.h>

#include "arc/check.h"
#include "base/ascii.h"
#include "base/json.h"
#include "ctl/input.h"
#include "ctl/subcommand.h"
#include "ctl/terminal.h"
#include "dkim/key_cache.h"

namespace dmarc::ctl {
namespace {

constexpr std::array flags{config_flag, nameserver_flag, zone_flag, json_flag};

constexpr std::array<ExitStatus, 7> statuses{{
    {status::ok, "the chain passes"},
    {1, "it fails"},
    {2, "the message has no ARC fields"},
    {status::usage, "wrong arguments"},
    {status::no_input, "the message or the zone file can't be read"},
    {status::temporary_failure, "it fails because the look-up of a key did"},
    {status::config, "the configuration or the zone file is wrong"},
}};

int exit_status(const arc::Result& result) {
  switch (result.chain) {
    case arc::ChainStatus::pass:
      return status::ok;
    case arc::ChainStatus::none:
      return 2;
    case arc::ChainStatus::fail:
      break;
  }
  return result.problem->is_temporary() ? status::temporary_failure : 1;
}

std::string outcome(const std::optional<dkim::Fault>& fault) {
  if (!fault) return "not looked at";
  return *fault == dkim::Fault::none ? "pass" : std::string(dkim::describe(*fault));
}

/// One result of the first sealer, as he wrote it.
std::string text_of(const mail::MethodResult& result) {
  std::string text = result.method + "=" + std::string(result.word());
  for (const mail::Property& property : result.properties)
    text += " " + property.type + "." + property.name + "=" + property.value;
  return text;
}

Outline outline_of(const arc::SetResult& set) {
  Outline node("set " + std::to_string(set.seal.instance));
  Outline& seal = node.add("seal", outcome(set.seal_fault));
  seal.add("sealer", set.seal.domain.text());
  seal.add("key", set.seal.key_name.text() + " (" + set.seal.algorithm + ")");
  seal.add("chain before", to_string(set.seal.cv));
  Outline& message = node.add("message signature", outcome(set.message_fault));
  if (set.message_signer) message.add("signer", set.message_signer->text());
  return node;
}

std::string outline_text(const arc::Result& result) {
  Outline outline("ARC: " + std::string(to_string(result.chain)));
  if (result.problem) outline.add("reason", describe(*result.problem));
  if (result.chain == arc::ChainStatus::pass)
    outline.add(result.oldest_pass == 0
                    ? "unchanged since set 1"
                    : "unchanged since set " + std::to_string(result.oldest_pass));
  for (auto set = result.sets.rbegin(); set != result.sets.rend(); ++set)
    outline.add(outline_of(*set));
  if (result.first_results) {
    Outline& first = outline.add("found by", result.first_results->authserv_id);
    for (const mail::MethodResult& each : result.first_results->results)
      first.add(base::printable(text_of(each)));
  }
  return outline.text();
}

base::Json json_of(const arc::SetResult& set) {
  auto json = base::Json::object();
  json.set("instance", set.seal.instance)
      .set("sealer", set.seal.domain.text())
      .set("selector", set.seal.selector.text())
      .set("algorithm", set.seal.algorithm)
      .set("cv", to_string(set.seal.cv))
      .set("seal", outcome(set.seal_fault))
      .set("message_signer",
           set.message_signer ? base::Json(set.message_signer->text()) : base::Json())
      .set("message_signature", outcome(set.message_fault));
  return json;
}

std::string json_text(const arc::Result& result) {
  auto sets = base::Json::array();
  for (const arc::SetResult& set : result.sets)
    sets.push(json_of(set));
  auto first = base::Json::array();
  if (result.first_results)
    for (const mail::MethodResult& each : result.first_results->results)
      first.push(text_of(each));
  return base::Json::object()
             .set("chain", to_string(result.chain))
             .set("reason", result.problem ? base::Json(describe(*result.problem)) : base::Json())
             .set("temporary", result.problem && result.problem->is_temporary())
             .set("oldest_pass", result.oldest_pass)
             .set("sets", std::move(sets))
             .set("first_results", std::move(first))
             .text() +
         "\n";
}

int run(const Arguments& arguments, Terminal terminal) {
  const auto fail = [&](const InputError& error) {
    return failure(terminal, "arc", error.text, error.status);
  };
  if (arguments.operands().size() != 1)
    return usage_error(terminal, "arc", "one message is wanted");
  const auto message = read_message(arguments.operands().front());
  if (!message) return fail(message.error());
  const auto settings = read_configuration(arguments);
  if (!settings) return fail(settings.error());
  print_warnings(terminal.err, *settings);
  const auto resolver = make_resolver(arguments, *settings);
  if (!resolver) return fail(resolver.error());

  dns::LookupSession lookups(**resolver, {.timeout = settings->dns.timeout});
  std::size_t body = 0;
  const mail::HeaderBlock header = mail::split_header_block(*message, body);
  dkim::KeyCache keys;
  const arc::Result result = arc::verify(header, std::string_view(*message).substr(body),
                                         {.now = std::time(nullptr)}, keys, lookups);
  terminal.out << (arguments.has("json") ? json_text(result) : outline_text(result));
  return exit_status(result);
}

}  // namespace

const Subcommand arc_subcommand{
    "arc", "validate the ARC chain of a message and show each set", "FILE", flags, statuses, run};

}  // namespace dmarc::ctl
