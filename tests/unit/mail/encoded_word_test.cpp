#include "mail/encoded_word.h"

#include <gtest/gtest.h>

namespace dmarc::mail {
namespace {

TEST(EncodedWord, both_encodings_are_decoded) {
  EXPECT_EQ(decode_encoded_words("a =?utf-8?Q?=3Cx=40y=3E_z?= b"), "a <x@y> z b");
  EXPECT_EQ(decode_encoded_words("=?UTF-8?b?PHhAeT4=?=c"), "<x@y>c");
  EXPECT_EQ(decode_encoded_words("=?iso-8859-1*de?q?=FC?="), "\xfc");
}

TEST(EncodedWord, blanks_between_two_of_them_go) {
  EXPECT_EQ(decode_encoded_words("=?u?q?a?=\r\n =?u?q?b?= c =?u?q?d?="), "ab c d");
}

TEST(EncodedWord, broken_encodings_are_decoded_as_far_as_they_go) {
  EXPECT_EQ(decode_encoded_words("=?u?q?a=4x=4?="), "a=4x=4");
  EXPECT_EQ(decode_encoded_words("=?u?b?P*H h\nA?="), "<x@");
  EXPECT_EQ(decode_encoded_words("=?u?q?a b@c?="), "a b@c");
}

TEST(EncodedWord, what_is_none_stays) {
  for (const std::string_view text :
       {"", "plain", "=?", "=?u?q?open", "=?u?x?a?=", "=?u?qq?a?=", "?=", "=?=?=?"})
    EXPECT_EQ(decode_encoded_words(text), text);
  EXPECT_EQ(decode_encoded_words("=?=?u?q?a?="), "=?a") << "the second opening begins the word";
}

}  // namespace
}  // namespace dmarc::mail
