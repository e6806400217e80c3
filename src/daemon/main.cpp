#include <sysexits.h>

#include <exception>
#include <iostream>

#include "daemon/options.h"
#include "daemon/program.h"

int main(int argc, char* argv[]) {
  try {
    return dmarc::daemon::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << dmarc::daemon::program_name(argv[0]) << ": " << error.what() << '\n';
    return EX_SOFTWARE;
  }
}
