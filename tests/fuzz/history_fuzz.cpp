// A history file.
#include <sys/mman.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "expect.h"
#include "history/file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dmarc::fuzz;
  const dmarc::base::UniqueFd file(::memfd_create("history", MFD_CLOEXEC));
  if (::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
  ::lseek(file.get(), 0, SEEK_SET);
  dmarc::history::Reader reader(file.get());
  std::size_t records = 0;
  while (const auto record = reader.next()) {
    expect(++records <= size, "a record takes an octet at least");
    expect(record->line > 0, "a record has a line");
    expect(record->entry.has_value() == record->problem.empty(), "a record, or a problem");
    expect(is_printable(record->problem), "the problem is printable");
    if (!record->entry) continue;
    expect(record->entry->dkim.size() <= dmarc::history::Reader::max_signatures,
           "the limit of signatures holds");
    expect(!record->entry->from.empty() && !record->entry->job.empty(), "names are there");
  }
  expect(reader.offset() == size, "everything is read");
  return 0;
}
