#include <dmarc/evaluate.h>

namespace dmarc {

std::string_view to_string(Result result) {
  switch (result) {
    case Result::none:
      return "none";
    case Result::pass:
      return "pass";
    case Result::fail:
      return "fail";
    case Result::temperror:
      return "temperror";
    case Result::permerror:
      return "permerror";
  }
  return "";
}

std::string_view to_string(AlignmentOutcome outcome) {
  switch (outcome) {
    case AlignmentOutcome::strict:
      return "strict";
    case AlignmentOutcome::relaxed:
      return "relaxed";
    case AlignmentOutcome::not_aligned:
      return "not aligned";
    case AlignmentOutcome::unknown:
      return "unknown";
    case AlignmentOutcome::not_needed:
      return "not needed";
  }
  return "";
}

std::string_view to_string(PolicySource source) {
  switch (source) {
    case PolicySource::p:
      return "p";
    case PolicySource::sp:
      return "sp";
    case PolicySource::np:
      return "np";
  }
  return "";
}

Policy Verdict::disposition() const {
  return result == Result::fail ? policy.value_or(Policy::none) : Policy::none;
}

Policy Verdict::default_disposition() const {
  return disposition() == Policy::none ? Policy::none : Policy::quarantine;
}

}  // namespace dmarc
