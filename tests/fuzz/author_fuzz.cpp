// From fields: the values, separated by NUL. What simple readers of them see is judged, and where a
// defective field is judged by one domain alone, they see no other.
#include <set>
#include <vector>

#include <dmarc/author_domain.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "expect.h"
#include "support/naive_readers.h"

namespace {

using namespace dmarc::fuzz;

void expect_that_readers_are_covered(std::string_view value) {
  const auto author = dmarc::mail::find_author_in({&value, 1});
  if (author.is_clean() || author.visible.size() > dmarc::mail::Author::max_visible ||
      author.defect == dmarc::mail::AuthorDefect::too_long)
    return;
  for (const auto& reading : dmarc::test::naive_readings(value)) {
    expect(std::find(author.visible.begin(), author.visible.end(), reading.domain) !=
               author.visible.end(),
           "what a simple reader sees is judged");
    expect(!author.is_recovered() || author.domains.front() == reading.domain,
           "no reader sees another domain than the one that is judged");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto values = dmarc::base::split(as_text(data, size), '\0');
  const auto author = dmarc::mail::find_author_in(values);
  expect(author.from_fields == values.size(), "every field counts");
  expect(author.is_clean() ? !author.domains.empty()
                           : author.domains.empty() ||
                                 (author.domains.size() == 1 && author.domains == author.visible),
         "an author, or a defect, or both where there is no doubt");
  expect(!author.is_clean() || author.from_fields == 1, "several fields are a defect");
  expect(author.detail.empty() == author.is_clean(), "a defect has a detail");
  expect(is_printable(author.detail), "the detail is printable");
  expect(dmarc::base::is_utf8(author.as_written), "as_written is UTF-8");
  expect(std::none_of(author.as_written.begin(), author.as_written.end(), dmarc::base::is_control),
         "as_written has no controls");
  const std::set<dmarc::dns::Name> visible(author.visible.begin(), author.visible.end());
  expect(visible.size() == author.visible.size(), "visible domains are distinct");
  expect(author.is_clean() || visible.size() <= dmarc::mail::Author::max_visible + 1,
         "the limit holds");
  for (const auto& domain : author.domains)
    expect(visible.contains(domain), "every author can be seen");
  for (const std::string_view value : values)
    expect_that_readers_are_covered(value);
  return 0;
}
