#include <iostream>

#include "ctl/dmarcctl.h"

int main(int argc, char* argv[]) {
  return dmarc::ctl::run_as(argv[0], {argv + 1, argv + argc}, {std::cout, std::cerr});
}
