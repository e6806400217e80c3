// generate_docs sample|manual|messages: prints what is written from the tables of options and of
// log events.

#include <iostream>
#include <string_view>

#include "config/documentation.h"
#include "log/event.h"

int main(int count, char** arguments) {
  const std::string_view what = count == 2 ? arguments[1] : "";
  if (what == "sample") {
    std::cout << dmarc::config::sample_file();
  } else if (what == "manual") {
    std::cout << dmarc::config::manual_page();
  } else if (what == "messages") {
    std::cout << dmarc::log::messages_page();
  } else {
    std::cerr << "usage: generate_docs sample|manual|messages\n";
    return 64;
  }
  return std::cout.flush() ? 0 : 1;
}
