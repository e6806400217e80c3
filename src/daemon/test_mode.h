// The -t flag: messages from files instead of from an MTA, judged with the given configuration.
//
// The envelope comes from the environment: OPENDMARC_TEST_CLIENTHOST, OPENDMARC_TEST_CLIENTIP,
// OPENDMARC_TEST_HELOHOST, OPENDMARC_TEST_ENVFROM. All files are messages of one connection. -v
// prints results other than "continue"; -vv all results, the changes that would be made, and the
// log. `dmarcctl explain` says more; this is what scripts for OpenDMARC expect.
//
// IgnoreHosts and IgnoreAuthenticatedClients have no effect: they would ignore every test.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <dmarc/ip_address.h>

#include "daemon/options.h"
#include "filter/session.h"
#include "policy/settings.h"

namespace dmarc::daemon {

/// The sender of the test messages.
struct TestEnvelope {
  std::string client_host = "localhost";
  std::string client_address = "127.0.0.1";  ///< an address, or a name that has one
  std::string helo = "localhost";
  std::string sender = "<sender@example.org>";

  /// With what the environment variables say.
  static TestEnvelope from_environment();
};

/// The settings that tests are run with.
policy::Settings for_tests(policy::Settings settings);

/// The exit status: 0 even when a message would be rejected.
int run_test_mode(const Options& options, const TestEnvelope& envelope,
                  std::shared_ptr<const filter::Environment> environment);

}  // namespace dmarc::daemon
