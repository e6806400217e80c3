#include <iostream>

#include "tools/dmarcctl.h"

int main(int argc, char* argv[]) {
  return dmarc::tools::dmarcctl({argv + 1, argv + argc}, {std::cout, std::cerr});
}
