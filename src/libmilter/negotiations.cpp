#include <mutex>
#include <unordered_map>
#include <utility>

#include "libmilter/glue.h"

namespace dmarc::libmilter {
namespace {

struct Negotiations {
  std::mutex mutex;
  std::unordered_map<Context, Negotiation> of;  ///< one for each connection
};

// Never destroyed: libmilter's threads run until _exit().
Negotiations& negotiations() {
  static Negotiations& made = *new Negotiations;
  return made;
}

}  // namespace

std::shared_ptr<const filter::Environment> Negotiation::environment_for_client() const {
  auto current = libmilter::options().engine.environment();
  return options.cover(*current) ? current : environment;
}

void remember_negotiation(Context context, Negotiation negotiation) {
  const std::lock_guard lock(negotiations().mutex);
  negotiations().of.insert_or_assign(context, std::move(negotiation));
}

Negotiation negotiation_of(Context context) {
  const std::lock_guard lock(negotiations().mutex);
  const auto found = negotiations().of.find(context);
  return found == negotiations().of.end()
             ? Negotiation{{}, libmilter::options().engine.environment()}
             : found->second;
}

void forget_negotiation(Context context) {
  const std::lock_guard lock(negotiations().mutex);
  negotiations().of.erase(context);
}

}  // namespace dmarc::libmilter
