#include "spf/libspf2/libspf2.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>
#include <memory>

// glibc declares ns_t_spf, which the library's header would otherwise define as a macro.
#define HAVE_DECL_NS_T_SPF 1
extern "C" {
#include <spf2/spf.h>
}

#include "spf/libspf2/guard.h"

namespace dmarc::spf {
namespace {

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using Server = std::unique_ptr<SPF_server_t, Free<&SPF_server_free>>;
using LibraryRequest = std::unique_ptr<SPF_request_t, Free<&SPF_request_free>>;
using Response = std::unique_ptr<SPF_response_t, Free<&SPF_response_free>>;

Libspf2Guard& guard_of(SPF_dns_server_t* layer) {
  return *static_cast<Libspf2Guard*>(layer->hook);
}

std::optional<dns::Type> type_of(ns_type type) {
  switch (type) {
    case ns_t_a:
      return dns::Type::a;
    case ns_t_aaaa:
      return dns::Type::aaaa;
    case ns_t_mx:
      return dns::Type::mx;
    case ns_t_ptr:
      return dns::Type::ptr;
    default:
      return {};
  }
}

// Addresses are stored as they are, names as C strings; both begin where the record does.
bool add_record(SPF_dns_rr_t* answer, const std::string& data) {
  const std::size_t size = data.size() + 1;
  if (SPF_dns_rr_buf_realloc(answer, answer->num_rr, size) != SPF_E_SUCCESS) return false;
  std::memcpy(answer->rr[answer->num_rr], data.c_str(), size);
  ++answer->num_rr;
  return true;
}

// The library's look-up function. It ends the process on a null pointer, which is returned only
// when there is no memory.
SPF_dns_rr_t* look_up(SPF_dns_server_t* layer, const char* domain, ns_type type, int) noexcept {
  const auto known = type_of(type);
  if (!known) return SPF_dns_rr_new_init(layer, domain, type, 0, NO_DATA);
  const Libspf2Guard::Data data = guard_of(layer).lookup(domain, *known);
  const int status = !data ? TRY_AGAIN : data->empty() ? HOST_NOT_FOUND : NETDB_SUCCESS;
  SPF_dns_rr_t* answer = SPF_dns_rr_new_init(layer, domain, type, 0, status);
  if (answer == nullptr || !data) return answer;
  for (const std::string& text : *data)
    if (!add_record(answer, text)) break;
  return answer;
}

// The library's way to a record, instead of look-ups of TXT and type 99.
SPF_errcode_t read_record(SPF_server_t* server, SPF_request_t* request, SPF_response_t* response,
                          SPF_record_t** record) noexcept {
  *record = nullptr;
  const auto text = guard_of(server->resolver).record(request->cur_dom);
  if (!text) return SPF_E_DNS_ERROR;
  return SPF_record_compile(server, response, record, text->c_str());
}

SPF_dns_server_t layer_for(Libspf2Guard& guard) {
  SPF_dns_server_t layer{};
  layer.lookup = look_up;
  layer.get_spf = read_record;
  layer.name = "dmarcd";
  layer.hook = &guard;
  return layer;
}

bool set_client(SPF_request_t* request, const base::IpAddress& client) {
  in_addr v4{};
  in6_addr v6{};
  void* octets = client.is_v4() ? static_cast<void*>(&v4) : &v6;
  std::memcpy(octets, client.octets().data(), client.octets().size());
  return (client.is_v4() ? SPF_request_set_ipv4(request, v4) : SPF_request_set_ipv6(request, v6)) ==
         SPF_E_SUCCESS;
}

// The library expands an explanation for every result but pass; a constant leaves it nothing to do.
bool silence_explanations(SPF_server_t* server) {
  SPF_response_t* response = nullptr;
  const SPF_errcode_t error = SPF_server_set_explanation(server, "none", &response);
  const Response owned(response);
  return error == SPF_E_SUCCESS;
}

// A new server object asks for the host's name and ends the process when that does not fit.
bool host_name_fits() {
  std::array<char, HOST_NAME_MAX> name{};
  return ::gethostname(name.data(), name.size()) == 0;
}

std::optional<SPF_result_t> query(const Identity& identity, const std::string& receiver,
                                  Libspf2Guard& guard) {
  SPF_dns_server_t layer = layer_for(guard);
  const Server server(SPF_server_new_dns(&layer, 0));
  if (!server || !silence_explanations(server.get()) ||
      SPF_server_set_rec_dom(server.get(), receiver.c_str()) != SPF_E_SUCCESS)
    return {};
  const LibraryRequest request(SPF_request_new(server.get()));
  const std::string sender = identity.local_part + '@' + identity.domain.text();
  if (!request || !set_client(request.get(), identity.client) ||
      SPF_request_set_env_from(request.get(), sender.c_str()) != SPF_E_SUCCESS ||
      SPF_request_set_helo_dom(request.get(), identity.helo.c_str()) != SPF_E_SUCCESS)
    return {};
  SPF_response_t* answer = nullptr;
  SPF_request_query_mailfrom(request.get(), &answer);
  const Response response(answer);
  if (!response) return {};
  return SPF_response_result(response.get());
}

std::optional<Code> code_of(SPF_result_t result) {
  switch (result) {
    case SPF_RESULT_NEUTRAL:
      return Code::neutral;
    case SPF_RESULT_PASS:
      return Code::pass;
    case SPF_RESULT_FAIL:
      return Code::fail;
    case SPF_RESULT_SOFTFAIL:
      return Code::softfail;
    default:
      return {};
  }
}

class Libspf2 final : public Evaluator {
 public:
  Run run(const Identity& identity, const dns::Answers& answers,
          const Options& options) const override;
};

Evaluator::Run Libspf2::run(const Identity& identity, const dns::Answers& answers,
                            const Options& options) const {
  if (!Libspf2Guard::accepts(identity) || !host_name_fits()) return {};
  Libspf2Guard guard(answers, options);
  const auto result = query(identity, options.receiver, guard);
  if (guard.refused()) return {};
  if (guard.missing()) return {{}, guard.missing()};

  Finding finding;
  finding.record = guard.published();
  if (guard.trouble()) {
    finding.code = guard.trouble()->code;
    finding.problem = guard.trouble()->problem;
    return {std::move(finding), {}};
  }
  // Errors are the guard's to find; one that only the library sees is a record it did not
  // understand.
  const auto code = result ? code_of(*result) : std::nullopt;
  if (!code) return {};
  finding.code = *code;
  return {std::move(finding), {}};
}

}  // namespace

const Evaluator& libspf2() {
  static const Libspf2 evaluator;
  return evaluator;
}

}  // namespace dmarc::spf
