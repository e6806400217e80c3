#include "dkim/fault.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace dmarc::dkim {
namespace {

TEST(DkimFault, each_has_a_name_and_a_reason_of_its_own) {
  std::set<std::string_view> names;
  std::set<std::string_view> reasons;
  for (int i = 0; i <= static_cast<int>(Fault::key_strict); ++i) {
    const auto fault = static_cast<Fault>(i);
    EXPECT_TRUE(names.insert(name_of(fault)).second) << name_of(fault);
    EXPECT_TRUE(reasons.insert(describe(fault)).second) << describe(fault);
    EXPECT_EQ(describe(fault).empty(), fault == Fault::none);
    EXPECT_EQ(code_of(fault) == Code::pass, fault == Fault::none);
    EXPECT_EQ(code_of(fault) == Code::temperror, fault == Fault::lookup_failed);
  }
}

TEST(DkimFault, words) {
  EXPECT_EQ(to_string(code_of(Fault::body_hash)), "fail");
  EXPECT_EQ(to_string(code_of(Fault::key_too_short)), "policy");
  EXPECT_EQ(to_string(code_of(Fault::blanks_lost)), "neutral");
  EXPECT_EQ(to_string(code_of(Fault::key_not_found)), "permerror");
  EXPECT_EQ(to_string(code_of(Fault::lookup_failed)), "temperror");
  EXPECT_EQ(to_string(code_of(Fault::none)), "pass");
}

}  // namespace
}  // namespace dmarc::dkim
