// The DNS of a scenario of the SPF suite: fixed data, plus questions that time out.
#pragma once

#include <set>
#include <string_view>

#include <dmarc/zone.h>

namespace dmarc::test {

class SpfSuiteZone final : public dns::AsyncResolver {
 public:
  /// Adds one record; `data` in the form of dns::Answer::records.
  void add(const dns::Name& owner, dns::Type type, std::string data);
  /// Makes the name exist without data.
  void add_empty(const dns::Name& owner);
  /// Questions for this name and type have no answer.
  void add_timeout(const dns::Name& owner, dns::Type type);
  /// Questions for this name have no answer, apart from types that have records.
  void add_timeout(const dns::Name& owner);

  void resolve(const dns::Question& question, Callback done) override;

 private:
  bool times_out(const dns::Question& question, const dns::Answer& answer) const;

  dns::Zone zone_;
  std::set<dns::Name> silent_names_;
  std::set<std::pair<dns::Name, dns::Type>> silent_questions_;
};

}  // namespace dmarc::test
