#include "config/test_dns_data.h"

#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace dmarc::config {
namespace {

TEST(TestDnsData, a_name_without_a_text_is_an_error_with_its_line) {
  EXPECT_EQ(parse_test_dns_data("a.example x\nb.example\n").error(),
            "line 2: a name without a text");
  EXPECT_EQ(parse_test_dns_data("b.example # text").error(), "line 1: a name without a text");
}

TEST(TestDnsData, a_name_that_is_none_is_an_error) {
  EXPECT_EQ(parse_test_dns_data("a..example x").error(), "line 1: empty label");
}

TEST(TestDnsData, errors_name_the_file) {
  const test::TemporaryFolder folder;
  EXPECT_EQ(read_test_dns_data(folder.path("absent")).error(),
            folder.path("absent") + ": can't load fake DNS data: No such file or directory");
  const std::string path = folder.write("bad", "name");
  EXPECT_EQ(read_test_dns_data(path).error(),
            path + ": can't load fake DNS data: line 1: a name without a text");
}

}  // namespace
}  // namespace dmarc::config
