// generate_docs sample|manual: prints what is written from the option table.

#include <iostream>
#include <string_view>

#include "config/documentation.h"

int main(int count, char** arguments) {
  const std::string_view what = count == 2 ? arguments[1] : "";
  if (what == "sample") {
    std::cout << dmarc::config::sample_file();
  } else if (what == "manual") {
    std::cout << dmarc::config::manual_page();
  } else {
    std::cerr << "usage: generate_docs sample|manual\n";
    return 64;
  }
  return std::cout.flush() ? 0 : 1;
}
