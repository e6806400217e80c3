// empty_filter -f -c FILE
//
// A libmilter filter that wants what dmarcd wants of the MTA (the same negotiation, the same
// macros) and does nothing with it: what any libmilter filter costs. Takes the Socket line of a
// configuration file, and ignores the rest.
#include <libmilter/mfapi.h>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "milter/negotiated_options.h"

namespace {

using namespace dmarc;

bool over_tcp = false;

sfsistat on_negotiate(SMFICTX* context, unsigned long offered_actions, unsigned long offered_steps,
                      unsigned long, unsigned long, unsigned long* actions, unsigned long* steps,
                      unsigned long* spare, unsigned long* spare_too) {
  *spare = *spare_too = 0;
  const auto options =
      milter::negotiate_options(static_cast<std::uint32_t>(offered_actions),
                                static_cast<std::uint32_t>(offered_steps), {over_tcp, false});
  if (!options) return SMFIS_REJECT;
  *actions = options->actions;
  *steps = options->steps;
  for (const auto& [stage, names] : milter::wanted_macros()) {
    std::string list;
    for (const std::string& name : names)
      list += list.empty() ? name : " " + name;
    smfi_setsymlist(context, static_cast<int>(stage), list.data());
  }
  return SMFIS_CONTINUE;
}

sfsistat on_connect(SMFICTX*, char*, sockaddr*) {
  return SMFIS_CONTINUE;
}
sfsistat on_helo(SMFICTX*, char*) {
  return SMFIS_NOREPLY;
}
sfsistat on_mail(SMFICTX*, char**) {
  return SMFIS_CONTINUE;
}
sfsistat on_header(SMFICTX*, char*, char*) {
  return SMFIS_NOREPLY;
}
sfsistat on_end_of_header(SMFICTX*) {
  return SMFIS_NOREPLY;
}
sfsistat on_end_of_message(SMFICTX*) {
  return SMFIS_ACCEPT;
}

std::string socket_of(const char* configuration) {
  std::ifstream file(configuration);
  for (std::string name, value; file >> name >> value;)
    if (name == "Socket") return value;
  return {};
}

int serve(const char* configuration) {
  std::string socket = socket_of(configuration);
  over_tcp = socket.starts_with("inet");
  std::string name("empty_filter");
  smfiDesc filter{};
  filter.xxfi_name = name.data();
  filter.xxfi_version = SMFI_VERSION;
  filter.xxfi_flags = milter::required_actions();
  filter.xxfi_connect = on_connect;
  filter.xxfi_helo = on_helo;
  filter.xxfi_envfrom = on_mail;
  filter.xxfi_header = on_header;
  filter.xxfi_eoh = on_end_of_header;
  filter.xxfi_eom = on_end_of_message;
  filter.xxfi_negotiate = on_negotiate;
  if (smfi_setconn(socket.data()) != MI_SUCCESS || smfi_register(filter) != MI_SUCCESS) return 1;
  return smfi_main() == MI_SUCCESS ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 || std::string_view(argv[1]) != "-f" || std::string_view(argv[2]) != "-c") {
    std::cerr << "usage: empty_filter -f -c FILE\n";
    return 64;
  }
  return serve(argv[3]);
}
