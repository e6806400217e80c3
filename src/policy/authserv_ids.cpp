#include "policy/authserv_ids.h"

#include <algorithm>

#include "base/ascii.h"

namespace dmarc::policy {

std::string base_authserv_id(const Message& message, const Settings& settings) {
  if (!settings.authserv_id.empty()) return settings.authserv_id;
  return message.mta_name.empty() ? settings.host_name : message.mta_name;
}

std::string authserv_id_for(const Message& message, const Settings& settings) {
  std::string id = base_authserv_id(message, settings);
  return settings.authserv_id_with_job_id ? id + "/" + message.job_id : id;
}

AuthservIds::AuthservIds(const Message& message, const Settings& settings)
    : ids_(settings.trusted_authserv_ids),
      job_id_(message.job_id),
      with_job_id_(settings.authserv_id_with_job_id) {
  ids_.push_back(base_authserv_id(message, settings));
}

bool AuthservIds::trusts(std::string_view id) const {
  if (is_listed(id)) return true;
  const auto slash = id.find('/');
  return with_job_id_ && slash != std::string_view::npos && is_listed(id.substr(0, slash)) &&
         id.substr(slash + 1) == job_id_;
}

bool AuthservIds::claims_trust(std::string_view id) const {
  return is_listed(id) || (with_job_id_ && is_listed(id.substr(0, id.find('/'))));
}

bool AuthservIds::is_listed(std::string_view id) const {
  return std::ranges::any_of(ids_, [&](const std::string& own) { return base::iequals(own, id); });
}

}  // namespace dmarc::policy
