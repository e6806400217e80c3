#include <mutex>
#include <unordered_map>

#include "libmilter/glue.h"

namespace dmarc::libmilter {
namespace {

struct Negotiations {
  std::mutex mutex;
  std::unordered_map<Context, milter::NegotiatedOptions> of;  ///< one for each connection
};

// Never destroyed: libmilter's threads run until _exit().
Negotiations& negotiations() {
  static Negotiations& made = *new Negotiations;
  return made;
}

}  // namespace

void remember_negotiation(Context context, const milter::NegotiatedOptions& negotiated) {
  const std::lock_guard lock(negotiations().mutex);
  negotiations().of.insert_or_assign(context, negotiated);
}

milter::NegotiatedOptions negotiation_of(Context context) {
  const std::lock_guard lock(negotiations().mutex);
  const auto found = negotiations().of.find(context);
  return found == negotiations().of.end() ? milter::NegotiatedOptions{} : found->second;
}

void forget_negotiation(Context context) {
  const std::lock_guard lock(negotiations().mutex);
  negotiations().of.erase(context);
}

}  // namespace dmarc::libmilter
