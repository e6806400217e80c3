#include <dmarc/resolver.h>

namespace dmarc::dns {

std::string_view to_string(Type type) {
  switch (type) {
    case Type::a:
      return "A";
    case Type::cname:
      return "CNAME";
    case Type::ptr:
      return "PTR";
    case Type::mx:
      return "MX";
    case Type::txt:
      return "TXT";
    case Type::aaaa:
      return "AAAA";
  }
  return "";
}

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::records:
      return "records";
    case Outcome::no_data:
      return "no data";
    case Outcome::no_such_name:
      return "no such name";
    case Outcome::temporary_failure:
      return "temporary failure";
  }
  return "";
}

std::string_view describe(Failure failure) {
  switch (failure) {
    case Failure::none:
      return "no failure";
    case Failure::timeout:
      return "no answer in time";
    case Failure::servfail:
      return "the server answered SERVFAIL";
    case Failure::refused:
      return "the server refused to answer";
    case Failure::malformed:
      return "the answer could not be decoded";
    case Failure::network:
      return "no server could be reached";
    case Failure::alias:
      return "a CNAME loop or too long a chain of CNAMEs";
    case Failure::budget:
      return "too many questions for one message";
  }
  return "";
}

Answer Answer::failed(Failure failure) {
  Answer answer;
  answer.failure = failure;
  return answer;
}

}  // namespace dmarc::dns
