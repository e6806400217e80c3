#include <libpsl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <dmarc/public_suffixes.h>

#include "base/ascii.h"
#include "base/read_file.h"

namespace dmarc {
namespace {

// The list has had more than 9,000 suffixes for years; libpsl reads any text as one, /etc/passwd
// for example.
constexpr int min_suffixes = 1000;

// What libpsl says about the size of a list in DAFSA form.
constexpr int unknown_count = -1;

// Far above the real list (250 kB), far below what would exhaust memory.
constexpr std::uintmax_t max_file_size = 16 * 1024 * 1024;

tl::unexpected<std::string> refuse(std::string reason) {
  return tl::unexpected(std::move(reason));
}

// Entries that every edition has: plain ones, a wildcard and its exception.
bool knows_common_suffixes(const psl_ctx_t* list) {
  const auto is_suffix = [list](const char* name) {
    return ::psl_is_public_suffix(list, name) != 0;
  };
  return is_suffix("com") && is_suffix("co.uk") && is_suffix("anything.ck") &&
         !is_suffix("www.ck") && !is_suffix("example.com");
}

tl::expected<void, std::string> check_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (error) return refuse(error.message());
  if (!std::filesystem::is_regular_file(status)) return refuse("not a regular file");
  const auto size = std::filesystem::file_size(path, error);
  if (error) return refuse(error.message());
  if (size > max_file_size) return refuse("too large for a public suffix list");
  return {};
}

// An IPv4 address has the form of a name, and under the list's default rule its last octet would be
// a suffix.
bool is_numeric(const dns::Name& name) {
  const std::string& text = name.text();
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(text.rfind('.') + 1), text.end(),
                     base::is_digit);
}

}  // namespace

struct PublicSuffixes::Impl {
  struct Free {
    void operator()(psl_ctx_t* suffixes) const { ::psl_free(suffixes); }
  };
  using List = std::unique_ptr<psl_ctx_t, Free>;

  List list;
};

PublicSuffixes::PublicSuffixes(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PublicSuffixes::~PublicSuffixes() = default;

tl::expected<std::shared_ptr<const PublicSuffixes>, std::string> PublicSuffixes::load(
    const std::string& path) {
  if (const auto checked = check_file(path); !checked) return refuse(checked.error());
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             &std::fclose);
  if (!file) return refuse(base::error_text(errno));
  Impl::List list(::psl_load_fp(file.get()));
  if (!list) return refuse("holds no public suffixes");
  const int count = ::psl_suffix_count(list.get());
  if (count != unknown_count && count < min_suffixes)
    return refuse("holds only " + std::to_string(count) +
                  " suffixes, so it is not the public suffix list");
  if (!knows_common_suffixes(list.get()))
    return refuse("lacks suffixes such as com, co.uk and *.ck");
  auto impl = std::make_unique<Impl>();
  impl->list = std::move(list);
  return std::shared_ptr<const PublicSuffixes>(new PublicSuffixes(std::move(impl)));
}

bool PublicSuffixes::is_public_suffix(const dns::Name& name) const {
  return !is_numeric(name) && ::psl_is_public_suffix(impl_->list.get(), name.text().c_str()) != 0;
}

std::optional<dns::Name> PublicSuffixes::registrable_domain(const dns::Name& name) const {
  if (is_numeric(name)) return {};
  // libpsl wants lower case without a trailing dot, which a Name is.
  const char* const found = ::psl_registrable_domain(impl_->list.get(), name.text().c_str());
  if (!found) return {};
  const std::string_view domain(found);
  return name.rightmost(static_cast<std::size_t>(std::count(domain.begin(), domain.end(), '.')) +
                        1);
}

}  // namespace dmarc
