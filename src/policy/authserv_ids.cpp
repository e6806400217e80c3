#include "policy/authserv_ids.h"

#include <algorithm>

#include <dmarc/domain_name.h>

#include "base/ascii.h"

namespace dmarc::policy {
namespace {

bool could_be_taken_for(std::string_view id, std::string_view name) {
  if (base::iequals(id, name)) return true;
  id = id.substr(0, id.find_first_of("/:"));
  while (id.ends_with('.'))
    id.remove_suffix(1);
  if (base::iequals(id, name)) return true;
  const auto host = dns::Name::parse(id);
  const auto other = dns::Name::parse(name);
  return host && other && *host == *other;
}

}  // namespace

std::string base_authserv_id(const Message& message, const Settings& settings) {
  if (!settings.authserv_id.empty()) return settings.authserv_id;
  return message.mta_name.empty() ? settings.host_name : message.mta_name;
}

std::string authserv_id_for(const Message& message, const Settings& settings) {
  std::string id = base_authserv_id(message, settings);
  return settings.authserv_id_with_job_id ? id + "/" + message.job_id : id;
}

AuthservIds::AuthservIds(const Message& message, const Settings& settings)
    : believed_(settings.trusted_authserv_ids),
      own_(base_authserv_id(message, settings)),
      job_id_(message.job_id == unknown_job_id ? "" : message.job_id),
      with_job_id_(settings.authserv_id_with_job_id) {
  const bool is_the_hosts = is_ours(message.mta_name) || is_ours(settings.host_name);
  if (believed_.empty() || is_the_hosts || settings.auth_results_trust == AuthResultsTrust::any) {
    believed_.push_back(own_);
  }
}

bool AuthservIds::trusts(std::string_view id) const {
  if (!with_job_id_) return is_believed(id);
  if (is_believed(id) && !is_ours(id)) return true;
  const auto slash = id.find('/');
  if (slash == std::string_view::npos || job_id_.empty()) return false;
  const std::string_view name = id.substr(0, slash);
  return (is_believed(name) || is_ours(name)) && id.substr(slash + 1) == job_id_;
}

bool AuthservIds::claims_trust(std::string_view id) const {
  return claims_our_name(id) || std::ranges::any_of(believed_, [&](const std::string& name) {
           return could_be_taken_for(id, name);
         });
}

bool AuthservIds::claims_our_name(std::string_view id) const {
  return could_be_taken_for(id, own_);
}

bool AuthservIds::is_believed(std::string_view id) const {
  return std::ranges::any_of(believed_,
                             [&](const std::string& each) { return base::iequals(each, id); });
}

bool AuthservIds::is_ours(std::string_view id) const {
  return base::iequals(own_, id);
}

}  // namespace dmarc::policy
