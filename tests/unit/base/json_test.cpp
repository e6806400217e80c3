#include "base/json.h"

#include <gtest/gtest.h>

namespace dmarc::base {
namespace {

using namespace std::string_literals;

TEST(Json, scalars_are_written_as_they_are) {
  EXPECT_EQ(Json().text(), "null");
  EXPECT_EQ(Json(true).text(), "true");
  EXPECT_EQ(Json(-5).text(), "-5");
  EXPECT_EQ(Json(std::size_t{18446744073709551615U}).text(), "18446744073709551615");
  EXPECT_EQ(Json("text").text(), "\"text\"");
}

TEST(Json, objects_and_arrays_nest_and_keep_their_order) {
  const Json value = Json::object()
                         .set("b", 1)
                         .set("a", Json::array({"x", "y"}))
                         .set("empty", Json::object())
                         .set("none", Json::array());
  EXPECT_EQ(value.text(),
            "{\n  \"b\": 1,\n  \"a\": [\n    \"x\",\n    \"y\"\n  ],\n"
            "  \"empty\": {},\n  \"none\": []\n}");
}

TEST(Json, quotes_backslashes_and_controls_are_escaped) {
  EXPECT_EQ(Json("\"\\/").text(), "\"\\\"\\\\/\"");
  EXPECT_EQ(Json("\n\x1b\x7f").text(), "\"\\u000a\\u001b\\u007f\"");
  EXPECT_EQ(Json("a\0b"s).text(), "\"a\\u0000b\"");
  EXPECT_EQ(Json::object().set("\"", 1).text(), "{\n  \"\\\"\": 1\n}");
}

TEST(Json, characters_outside_ascii_are_escaped) {
  EXPECT_EQ(Json("\u00fc \u20ac \u202e").text(), "\"\\u00fc \\u20ac \\u202e\"");
  EXPECT_EQ(Json("\U0001f4e7").text(), "\"\\ud83d\\udce7\"");
}

TEST(Json, each_octet_that_is_no_utf_8_becomes_a_replacement_character) {
  EXPECT_EQ(Json("\xff").text(), "\"\\ufffd\"");
  EXPECT_EQ(Json("a\xc3").text(), "\"a\\ufffd\"");
  EXPECT_EQ(Json("\xc0\xaf").text(), "\"\\ufffd\\ufffd\"") << "overlong";
  EXPECT_EQ(Json("\xed\xa0\x80").text(), "\"\\ufffd\\ufffd\\ufffd\"") << "surrogate";
  EXPECT_EQ(Json("\xf4\x90\x80\x80").text(), "\"\\ufffd\\ufffd\\ufffd\\ufffd\"") << "past U+10FFFF";
  EXPECT_EQ(Json("\xe2\x82z").text(), "\"\\ufffd\\ufffdz\"") << "cut off";
}

}  // namespace
}  // namespace dmarc::base
