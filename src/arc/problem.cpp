#include "arc/problem.h"

namespace dmarc::arc {
namespace {

std::string_view clause_of(const Problem& problem) {
  switch (problem.fault) {
    case Fault::too_many_sets:
      return " occurs more than 50 times";
    case Fault::too_many_keys:
      return " needs a key more than are looked up";
    case Fault::instance:
      return " has no instance from 1 to 50";
    case Fault::duplicate:
      return " occurs twice";
    case Fault::missing:
      return " is missing";
    case Fault::cv:
      return " has no cv= that belongs there";
    case Fault::chain_failed:
      return " says that the chain had failed before";
    case Fault::names_fields:
      return " has h=";
    case Fault::covers_seal:
      return " names ARC-Seal in h=";
    case Fault::signature:
      break;
  }
  return ": ";
}

}  // namespace

std::string_view name_of(SetField field) {
  switch (field) {
    case SetField::auth_results:
      return "ARC-Authentication-Results";
    case SetField::message_signature:
      return "ARC-Message-Signature";
    case SetField::seal:
      return "ARC-Seal";
  }
  return "";
}

std::string describe(const Problem& problem) {
  std::string text(name_of(problem.field));
  if (problem.instance != 0) text += ' ' + std::to_string(problem.instance);
  text += clause_of(problem);
  if (problem.fault == Fault::signature) text += dkim::describe(problem.signature);
  return text;
}

}  // namespace dmarc::arc
