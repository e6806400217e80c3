#include <gtest/gtest.h>

#include <dmarc/ip_address.h>

#include "sending/curl/transports.h"
#include "support/upload_server.h"

namespace dmarc::sending {
namespace {

using sending::Outcome;
using test::UploadServer;
using State = Outcome::State;

bool any_address(const base::IpAddress&) {
  return true;
}

std::string url_of(const UploadServer& server, std::string_view host = "localhost") {
  return "https://" + std::string(host) + ":" + std::to_string(server.port()) + "/dmarc?x=1";
}

Outcome post_to(const UploadServer& server) {
  HttpsPost post(any_address, server.certificate());
  return post.send(url_of(server), "gzip\0octets", [] { return true; });
}

TEST(HttpsPostTest, the_report_is_the_body_of_a_post) {
  const UploadServer server({"https"});
  const Outcome outcome = post_to(server);
  EXPECT_EQ(outcome.state, State::sent) << outcome.answer;
  EXPECT_EQ(outcome.answer, "HTTP/1.1 200 OK");
  EXPECT_EQ(server.content(), std::string_view("gzip\0octets"));
  EXPECT_NE(server.log().find("POST /dmarc?x=1 HTTP/"), std::string::npos) << server.log();
  EXPECT_NE(server.log().find("Content-Type: application/gzip"), std::string::npos);
}

TEST(HttpsPostTest, statuses_say_whether_to_try_again) {
  for (const char* status : {"403 no", "404 no", "410 gone"})
    EXPECT_EQ(post_to(UploadServer({"https", "--status", status})).state, State::failed) << status;
  for (const char* status : {"408 slow", "429 often", "500 broken", "503 busy"})
    EXPECT_EQ(post_to(UploadServer({"https", "--status", status})).state, State::later) << status;
}

TEST(HttpsPostTest, redirects_are_not_followed) {
  const UploadServer server({"https", "--status", "307 over there"});
  EXPECT_EQ(post_to(server).state, State::failed);
  EXPECT_EQ(server.log().find("POST"), server.log().rfind("POST"));
}

// RPT-07: a record must not reach what only this host can.
TEST(HttpsPostTest, private_addresses_are_not_connected_to) {
  const UploadServer server({"https"});
  HttpsPost post(base::is_public, server.certificate());
  for (const char* host : {"localhost", "127.0.0.1", "127.1", "2130706433", "[::1]",
                           "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1"}) {
    bool was_asked = false;
    const Outcome outcome = post.send(url_of(server, host), "x", [&] { return was_asked = true; });
    EXPECT_EQ(outcome.state, State::failed) << host << ": " << outcome.answer;
    EXPECT_NE(outcome.answer.find("not a public address"), std::string::npos) << outcome.answer;
    EXPECT_FALSE(was_asked);
  }
  EXPECT_EQ(server.log(), "");
}

TEST(HttpsPostTest, other_protocols_are_not_spoken) {
  HttpsPost post(any_address);
  for (const char* url : {"http://localhost/", "file:///etc/passwd", "gopher://localhost/x",
                          "smtp://localhost/", "localhost"})
    EXPECT_EQ(post.send(url, "x", [] { return true; }).state, State::failed) << url;
}

TEST(HttpsPostTest, a_certificate_that_nobody_vouches_for_is_for_later) {
  const UploadServer server({"https"});
  HttpsPost post(any_address);
  EXPECT_EQ(post.send(url_of(server), "x", [] { return true; }).state, State::later);
  EXPECT_EQ(server.content(), "");
}

TEST(HttpsPostTest, a_report_that_is_called_off_does_not_arrive) {
  const UploadServer server({"https"});
  HttpsPost post(any_address, server.certificate());
  EXPECT_EQ(post.send(url_of(server), "x", [] { return false; }).state, State::later);
  EXPECT_EQ(server.content(), "");
}

}  // namespace
}  // namespace dmarc::sending
