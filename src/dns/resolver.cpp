#include <utility>

#include <dmarc/resolver.h>

namespace dmarc::dns {
namespace {

/// Of a resolver that has nothing to divide.
class UnlimitedAsker final : public AsyncResolver::Asker {
 public:
  explicit UnlimitedAsker(AsyncResolver& resolver) : resolver_(resolver) {}

  void resolve(const Question& question, AsyncResolver::Callback done) override {
    resolver_.resolve(question, std::move(done));
  }
  bool is_waiting(const Question&) const override { return false; }

 private:
  AsyncResolver& resolver_;
};

}  // namespace

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
    case Failure::own_limit:
      return "a limit of this server was reached";
  }
  return "";
}

std::unique_ptr<AsyncResolver::Asker> AsyncResolver::open() {
  return std::make_unique<UnlimitedAsker>(*this);
}

Answer Answer::failed(Failure failure) {
  Answer answer;
  answer.failure = failure;
  return answer;
}

}  // namespace dmarc::dns
