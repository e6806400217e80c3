// A file that looks like the Public Suffix List: a few real suffixes and enough others to be
// believed.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <dmarc/public_suffixes.h>

namespace dmarc::test {

/// Writes `text` to a file of this test and returns its path.
inline std::string write_file(std::string_view text) {
  const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::string path = ::testing::TempDir() + test->test_suite_name() + '.' + test->name();
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

inline std::string suffix_list_text() {
  std::string text = "com\nuk\nco.uk\nexample\n*.ck\n!www.ck\nxn--p1ai\nhosting.example\n";
  for (int i = 0; i < 1200; ++i)
    text += "filler" + std::to_string(i) + '\n';
  return text;
}

inline std::shared_ptr<const PublicSuffixes> suffix_list() {
  const std::string path = write_file(suffix_list_text());
  auto list = PublicSuffixes::load(path);
  std::filesystem::remove(path);
  if (!list) throw std::runtime_error(list.error());
  return *list;
}

}  // namespace dmarc::test
