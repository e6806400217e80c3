#include "receiving/unpack.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <zlib.h>

#include <cerrno>
#include <cstdint>

#include "receiving/input.h"
#include "receiving/limits.h"
#include "support/data.h"
#include "support/temporary_folder.h"

namespace dmarc::receiving {
namespace {

std::string plain_report() {
  return test::read_data("received-reports/plain.xml");
}

/// "place: id-1" or "place: the reason", one line for each finding.
class Found {
 public:
  FindingSink sink() {
    return [this](const Finding& finding) {
      text_ += finding.place + ": " +
               (finding.result ? finding.result->report.report_id : finding.result.error().reason) +
               "\n";
    };
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string find(std::string_view octets, std::size_t piece = 1000) {
  Found found;
  Content content("in", found.sink());
  for (std::size_t at = 0; at < octets.size(); at += piece)
    if (!content.add(octets.substr(at, piece))) break;
  content.finish();
  return found.text();
}

std::string gzipped(std::string_view octets) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, octets.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(octets.data()));
  stream.avail_in = static_cast<uInt>(octets.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

void append_little(std::string& text, std::uint64_t value, int octets) {
  for (; octets > 0; --octets, value >>= 8)
    text += static_cast<char>(value & 0xFF);
}

/// Files stored as they are (APPNOTE.TXT sections 4.3.7 and 4.3.12). `flags` 1: encrypted.
std::string zipped(const std::vector<std::pair<std::string, std::string>>& files, int flags = 0) {
  std::string archive;
  std::string directory;
  for (const auto& [name, content] : files) {
    const auto offset = archive.size();
    std::string fields;
    append_little(fields, 10, 2);
    append_little(fields, static_cast<std::uint64_t>(flags), 2);
    append_little(fields, 0, 6);
    append_little(
        fields,
        crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())),
        4);
    append_little(fields, content.size(), 4);
    append_little(fields, content.size(), 4);
    append_little(fields, name.size(), 2);
    append_little(fields, 0, 2);
    archive += "PK\x03\x04" + fields + name + content;
    directory += std::string("PK\x01\x02") + std::string("\x14\x00", 2) + fields;
    append_little(directory, 0, 10);
    append_little(directory, offset, 4);
    directory += name;
  }
  std::string end("PK\x05\x06");
  append_little(end, 0, 4);
  append_little(end, files.size(), 2);
  append_little(end, files.size(), 2);
  append_little(end, directory.size(), 4);
  append_little(end, archive.size(), 4);
  append_little(end, 0, 2);
  return archive + directory + end;
}

std::string base64_text(std::string_view octets) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group =
          group << 8 | (at + i < octets.size() ? static_cast<unsigned char>(octets[at + i]) : 0);
    for (std::size_t i = 0; i < 4; ++i)
      text += at + i > octets.size() ? '=' : digits[group >> (18 - 6 * i) & 63];
    if (at % 57 == 54) text += '\n';
  }
  return text + "\n";
}

/// A mail with a text for people and an attachment.
std::string mail_with(std::string_view type, std::string_view name, std::string_view octets) {
  return "From: dmarc@net.example\nTo: rua@example.org\nSubject: Report Domain: example.org\n"
         "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"=_x\"\n\n"
         "--=_x\nContent-Type: text/plain\n\nNote: a report is attached.\n\n"
         "--=_x\nContent-Type: " +
         std::string(type) + "; name=\"" + std::string(name) +
         "\"\nContent-Transfer-Encoding: base64\n\n" + base64_text(octets) + "\n--=_x--\n";
}

// --- forms ---------------------------------------------------------------------------------------

TEST(Unpack, tells_forms_by_their_first_octets) {
  EXPECT_EQ(form_of("<feedback>"), Form::xml);
  EXPECT_EQ(form_of("\xef\xbb\xbf \n<?xml"), Form::xml);
  EXPECT_EQ(form_of("\xff\xfe<"), Form::xml);
  EXPECT_EQ(form_of("\x1f\x8b\x08"), Form::gzip);
  EXPECT_EQ(form_of("PK\x03\x04"), Form::zip);
  EXPECT_EQ(form_of("Return-Path: <>\n"), Form::mail);
  EXPECT_EQ(form_of("From dmarc@net.example Thu Jan  1 00:00:00 1970\n"), Form::mailbox);
  EXPECT_EQ(form_of("{\"a\": 1}"), Form::unknown);
  EXPECT_EQ(form_of(""), Form::undecided);
}

TEST(Unpack, xml_gzip_and_zip) {
  EXPECT_EQ(find(plain_report()), "in: id-1\n");
  EXPECT_EQ(find(plain_report(), 1), "in: id-1\n");
  EXPECT_EQ(find(gzipped(plain_report())), "in: id-1\n");
  EXPECT_EQ(find(zipped({{"a.xml", plain_report()}, {"b.xml", plain_report()}})),
            "in: a.xml: id-1\nin: b.xml: id-1\n");
  EXPECT_EQ(find(zipped({{"__MACOSX/._a.xml", "x"}, {"a.xml.gz", gzipped(plain_report())}})),
            "in: a.xml.gz: id-1\n");
}

TEST(Unpack, mails) {
  EXPECT_EQ(find(mail_with("application/gzip", "r.xml.gz", gzipped(plain_report()))),
            "in: r.xml.gz: id-1\n");
  EXPECT_EQ(
      find(mail_with("application/octet-stream", "r.zip", zipped({{"r.xml", plain_report()}}))),
      "in: r.zip: r.xml: id-1\n");
  EXPECT_EQ(find(mail_with("text/xml", "r.xml", plain_report())), "in: r.xml: id-1\n");
  EXPECT_EQ(find(mail_with("image/png", "", plain_report())), "in: part 2: id-1\n");
  EXPECT_EQ(find("Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n" +
                 base64_text(gzipped(plain_report()))),
            "in: part 1: id-1\n");
  EXPECT_EQ(find("Subject: forwarded\nContent-Type: message/rfc822\n\n" +
                 mail_with("application/gzip", "r.gz", gzipped(plain_report()))),
            "in: r.gz: id-1\n");
}

TEST(Unpack, mails_without_a_report) {
  EXPECT_EQ(find("Subject: hello\n\nNo report.\n"),
            "in: no report in this mail (subject: \"hello\")\n");
  EXPECT_EQ(find("From: a@example.org\nContent-Type: text/html\n\n<html><body>x</body></html>\n"),
            "in: no report in this mail\n");
  EXPECT_EQ(find(mail_with("application/gzip", "r.gz", "not packed")),
            "in: r.gz: neither XML, gzip, zip, a mail nor a mailbox\n");
}

TEST(Unpack, mailboxes) {
  const std::string one = "From a@example.net Thu Jan  1 00:00:00 1970\n" +
                          mail_with("text/xml", "r.xml", plain_report()) + "\n";
  const std::string with_text =
      "From b Thu Jan  1 00:00:00 1970\r\nSubject: x\r\n\r\nno\r\nFrom here on\r\n\r\n";
  EXPECT_EQ(find(one + with_text + one),
            "in: message 1: r.xml: id-1\n"
            "in: message 2: no report in this mail (subject: \"x\")\n"
            "in: message 3: r.xml: id-1\n");
  EXPECT_EQ(find(gzipped(one + one)), "in: message 1: r.xml: id-1\nin: message 2: r.xml: id-1\n");
}

// --- damage --------------------------------------------------------------------------------------

TEST(Unpack, what_is_damaged_is_told) {
  const std::string packed = gzipped(plain_report());
  EXPECT_EQ(find(packed.substr(0, packed.size() / 2)), "in: the gzip file is not complete\n");
  std::string changed = packed;
  changed[packed.size() - 6] ^= 1;
  EXPECT_EQ(find(changed), "in: damaged gzip file: incorrect data check\n");
  EXPECT_EQ(find(zipped({{"a.xml", plain_report()}}, 1)).substr(0, 34),
            "in: a.xml: damaged zip archive: Pa");
  EXPECT_EQ(find(""), "in: empty\n");
  EXPECT_EQ(find("\n\n"), "in: empty\n");
  EXPECT_EQ(find("%PDF-1.4"), "in: neither XML, gzip, zip, a mail nor a mailbox\n");
}

TEST(Unpack, what_follows_a_gzip_member) {
  EXPECT_EQ(find(gzipped(plain_report()) + std::string(20, '\0')), "in: id-1\n");
  const std::string text = plain_report();
  EXPECT_EQ(find(gzipped(text.substr(0, 500)) + gzipped(text.substr(500))), "in: id-1\n");
}

// --- bombs ---------------------------------------------------------------------------------------

TEST(Unpack, the_ratio_is_limited) {
  std::string bomb = plain_report();
  bomb.insert(bomb.find("<report_metadata>"), std::string(10'000'000, ' '));
  EXPECT_EQ(find(gzipped(bomb)), "in: unpacks to more than 300 times its size\n");
}

TEST(Unpack, the_depth_is_limited) {
  std::string nested = plain_report();
  for (unsigned depth = 0; depth < max_packing_depth; ++depth)
    nested = gzipped(nested);
  EXPECT_EQ(find(nested), "in: id-1\n");
  EXPECT_EQ(find(gzipped(nested)), "in: packed in more than 6 layers\n");
}

TEST(Unpack, the_number_of_files_is_limited) {
  std::vector<std::pair<std::string, std::string>> files(max_packed_files + 50, {"x/", ""});
  files.back() = {"r.xml", plain_report()};
  EXPECT_EQ(find(zipped(files)), "in: more than 10000 files in one input\n");
}

TEST(Unpack, the_size_of_a_mail_is_limited) {
  Found found;
  Content content("in", found.sink());
  content.add("Subject: long\n\n");
  const std::string filler(1024 * 1024, 'x');
  std::size_t given = 0;
  while (content.add(filler) && given < 100)
    ++given;
  content.finish();
  EXPECT_EQ(given, max_packed_octets / filler.size() - 1);
  EXPECT_EQ(found.text(), "in: a mail or archive of more than 64 MiB\n");
}

TEST(Unpack, parts_may_be_nested_deeply) {
  std::string mail;
  for (int depth = 0; depth < 20'000; ++depth) {
    const std::string mark = "b" + std::to_string(depth);
    mail += "Content-Type: multipart/mixed; boundary=" + mark + "\n\n--" + mark + "\n";
  }
  EXPECT_EQ(find(mail).substr(0, 26), "in: no report in this mail");
}

// --- files ---------------------------------------------------------------------------------------

TEST(Input, folders_and_maildirs) {
  const test::TemporaryFolder folder;
  for (const char* const name : {"/a", "/.hidden", "/box", "/box/cur", "/box/new", "/box/tmp",
                                 "/box/.Sub", "/box/.Sub/cur", "/box/.Sub/new"})
    ASSERT_EQ(::mkdir((folder.path() + name).c_str(), 0700), 0);
  for (const char* const name :
       {"a/2", "a/1", "b.xml", ".hidden/x", ".x", "box/new/m1", "box/cur/m2", "box/tmp/m3",
        "box/dovecot.index", "box/.Sub/new/m4"})
    folder.write(name, plain_report());
  std::string seen;
  for_each_file(folder.path(), [&](const std::string& path, int error) {
    EXPECT_EQ(error, 0);
    seen += path.substr(folder.path().size()) + "\n";
  });
  EXPECT_EQ(seen, "/a/1\n/a/2\n/b.xml\n/box/.Sub/new/m4\n/box/cur/m2\n/box/new/m1\n");
}

TEST(Input, what_is_not_there) {
  int seen = 0;
  for_each_file("/nonexistent/file", [&](const std::string&, int error) { seen = error; });
  EXPECT_EQ(seen, ENOENT);
  Found found;
  EXPECT_EQ(read_file("/nonexistent/file", found.sink()), ENOENT);
  EXPECT_EQ(read_file("/", found.sink()), EISDIR);
}

}  // namespace
}  // namespace dmarc::receiving
