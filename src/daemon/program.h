// The program from its arguments to its exit status: what main() calls.
#pragma once

namespace dmarc::daemon {

int run(int argc, char* const argv[]);

}  // namespace dmarc::daemon
