#include "sending/command.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/read_file.h"
#include "support/temporary_folder.h"

namespace dmarc::sending {
namespace {

using namespace std::chrono_literals;
using State = Outcome::State;

class CommandTest : public testing::Test {
 protected:
  /// A program that runs the shell script.
  std::string program(std::string_view script) const {
    const std::string path = folder_.write("program", "#!/bin/sh\n" + std::string(script) + "\n");
    ::chmod(path.c_str(), 0700);
    return path;
  }

  Outcome send(std::string_view script, std::string_view message = "Subject: x\r\n\r\nhello\r\n",
               std::chrono::milliseconds limit = 30s) const {
    CommandTransport transport({program(script), folder_.path("out"), "$(x) a b"}, limit);
    return transport.send({}, message);
  }

  test::TemporaryFolder folder_;
};

TEST_F(CommandTest, the_message_arrives_and_arguments_are_passed_as_they_are) {
  const Outcome outcome = send("cat > $1; printf '%s' \"$2\" >> $1");
  EXPECT_EQ(outcome.state, State::sent) << outcome.answer;
  EXPECT_EQ(base::read_file(folder_.path("out")).value_or(""), "Subject: x\n\nhello\n$(x) a b");
}

TEST_F(CommandTest, exit_statuses_say_whether_to_try_again) {
  const Outcome refused = send("cat >/dev/null; echo 'no such user'; echo more; exit 67");
  EXPECT_EQ(refused.state, State::failed);
  EXPECT_NE(refused.answer.find("ended with status 67: no such user"), std::string::npos)
      << refused.answer;
  EXPECT_EQ(send("exit 75").state, State::later);
  EXPECT_EQ(send("kill -9 $$").state, State::later);
}

TEST_F(CommandTest, a_program_that_never_ends_is_killed) {
  const Outcome outcome = send("exec tail -f /dev/null", "x", 50ms);
  EXPECT_EQ(outcome.state, State::later);
  EXPECT_NE(outcome.answer.find("took too long"), std::string::npos) << outcome.answer;
}

TEST_F(CommandTest, one_that_says_much_or_reads_nothing_is_no_trouble) {
  const std::string large(1 << 20, 'a');
  const Outcome talker = send("head -c 3000000 /dev/zero | tr '\\0' b; cat >/dev/null", large);
  EXPECT_EQ(talker.state, State::sent) << talker.answer;
  EXPECT_LE(talker.answer.size(), 2 * max_command_output);
  EXPECT_EQ(send("exit 0", large).state, State::sent);
}

TEST_F(CommandTest, sendmail_is_told_the_reverse_path) {
  const std::string path = folder_.write("sendmail", "#!/bin/sh\necho \"$@\"\n");
  ::chmod(path.c_str(), 0700);
  CommandTransport plain({path, "-t"}, 30s);
  EXPECT_EQ(plain.send({"a@b.example", {}}, "x").answer, "-t -f a@b.example");
  EXPECT_EQ(plain.send({}, "x").answer, "-t -f <>");
  CommandTransport own({path, "-t", "-fown@b.example"}, 30s);
  EXPECT_EQ(own.send({}, "x").answer, "-t -fown@b.example");
}

TEST_F(CommandTest, nothing_runs_when_the_delivery_is_called_off) {
  CommandTransport transport({program("touch " + folder_.path("ran"))}, 30s);
  EXPECT_EQ(transport.send({}, "x", [] { return false; }).state, State::later);
  EXPECT_FALSE(base::read_file(folder_.path("ran")));
}

TEST_F(CommandTest, a_program_that_is_not_there_is_named) {
  CommandTransport transport({folder_.path("nothing")}, 1s);
  const Outcome outcome = transport.send({}, "x");
  EXPECT_EQ(outcome.state, State::failed);
  EXPECT_NE(outcome.answer.find("nothing: No such file"), std::string::npos) << outcome.answer;
}

TEST(SplitCommandTest, words_may_be_quoted) {
  const auto words = split_command("/usr/sbin/sendmail  -t \"-F a b\" 'x$y' a\\ b ''");
  ASSERT_TRUE(words) << words.error();
  EXPECT_EQ(*words,
            (std::vector<std::string>{"/usr/sbin/sendmail", "-t", "-F a b", "x$y", "a b", ""}));
}

TEST(SplitCommandTest, what_only_a_shell_understands_is_an_error) {
  for (const char* text : {"/bin/cat > /tmp/x", "/bin/a | /bin/b", "/bin/a; b", "/bin/a $HOME",
                           "/bin/a `b`", "sendmail -t", "", "  ", "/bin/a 'b"})
    EXPECT_FALSE(split_command(text)) << text;
}

}  // namespace
}  // namespace dmarc::sending
