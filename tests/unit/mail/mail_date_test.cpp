#include "mail/mail_date.h"

#include <gtest/gtest.h>

namespace dmarc::mail {
namespace {

TEST(MailDate, is_that_of_RFC_5322) {
  EXPECT_EQ(mail_date(0), "Thu, 1 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(mail_date(1790000000), "Mon, 21 Sep 2026 14:13:20 +0000");
  EXPECT_EQ(mail_date(1582934399), "Fri, 28 Feb 2020 23:59:59 +0000");
  EXPECT_EQ(mail_date(1582934400), "Sat, 29 Feb 2020 00:00:00 +0000");
}

}  // namespace
}  // namespace dmarc::mail
