#include "receiving/mail_parts.h"

#include <gmime/gmime.h>

#include <array>
#include <memory>
#include <mutex>

#include "base/ascii.h"
#include "receiving/unpack.h"

namespace dmarc::receiving {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <typename Object>
using Owned = std::unique_ptr<Object, Unref>;

struct FreeIterator {
  void operator()(GMimePartIter* iterator) const { g_mime_part_iter_free(iterator); }
};

Owned<GMimeMessage> parse(std::string_view mail) {
  static std::once_flag started;
  std::call_once(started, g_mime_init);
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(mail.data(), mail.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  return Owned<GMimeMessage>(g_mime_parser_construct_message(parser.get(), nullptr));
}

/// The content without its transfer encoding, which never makes it longer.
std::string decoded(GMimePart* part) {
  GMimeDataWrapper* const content = g_mime_part_get_content(part);
  if (content == nullptr) return {};
  const Owned<GMimeStream> stream(g_mime_stream_mem_new());
  if (g_mime_data_wrapper_write_to_stream(content, stream.get()) < 0) return {};
  const GByteArray* const octets = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return {reinterpret_cast<const char*>(octets->data), octets->len};
}

std::string file_name(GMimePart* part) {
  const char* const name = g_mime_part_get_filename(part);
  return name != nullptr ? name : "";
}

/// In lower case: "application/gzip".
std::string media_type(GMimePart* part) {
  GMimeContentType* const type = g_mime_object_get_content_type(GMIME_OBJECT(part));
  if (type == nullptr) return {};
  char* const text = g_mime_content_type_get_mime_type(type);
  std::string result = base::lower(text);
  g_free(text);
  return result;
}

/// Said of the part by its header.
bool is_called_report(const std::string& type, const std::string& name) {
  constexpr std::array<std::string_view, 8> types{
      "application/gzip",      "application/x-gzip", "application/zip",
      "application/xml",       "text/xml",           "application/x-zip-compressed",
      "application/dmarc+xml", "application/x-zip"};
  constexpr std::array<std::string_view, 4> endings{".xml", ".gz", ".gzip", ".zip"};
  const std::string lower_name = base::lower(name);
  for (const std::string_view ending : endings)
    if (lower_name.ends_with(ending)) return true;
  for (const std::string_view candidate : types)
    if (type == candidate) return true;
  return false;
}

bool may_hold_report(const std::string& type, const std::string& name, std::string_view octets) {
  switch (form_of(octets.substr(0, Content::head_octets))) {
    case Form::gzip:
    case Form::zip:
      return true;
    case Form::xml: {
      if (type == "text/html") return false;
      return is_called_report(type, name) ||
             base::lower(octets.substr(0, Content::head_octets)).find("<feedback") !=
                 std::string::npos;
    }
    case Form::mail:
    case Form::mailbox:
      return base::lower(name).ends_with(".eml") || is_called_report(type, name);
    default:
      return !octets.empty() && is_called_report(type, name);
  }
}

std::string no_report(GMimeMessage* message) {
  const char* const subject = g_mime_message_get_subject(message);
  std::string text = "no report in this mail";
  if (subject != nullptr) text += " (subject: \"" + base::printable(subject, 80) + "\")";
  return text;
}

}  // namespace

std::string report_parts(std::string_view mail, const TakePart& take) {
  const Owned<GMimeMessage> message = parse(mail);
  if (!message) return "neither a report nor a mail";
  const std::unique_ptr<GMimePartIter, FreeIterator> parts(
      g_mime_part_iter_new(GMIME_OBJECT(message.get())));
  bool found = false;
  std::size_t number = 0;
  if (!g_mime_part_iter_is_valid(parts.get())) return no_report(message.get());
  do {
    GMimeObject* const object = g_mime_part_iter_get_current(parts.get());
    if (object == nullptr || !GMIME_IS_PART(object)) continue;
    ++number;
    GMimePart* const part = GMIME_PART(object);
    const std::string name = file_name(part);
    const std::string octets = decoded(part);
    if (!may_hold_report(media_type(part), name, octets)) continue;
    found = true;
    if (!take(name.empty() ? "part " + std::to_string(number) : name, octets)) return {};
  } while (g_mime_part_iter_next(parts.get()));
  return found ? std::string() : no_report(message.get());
}

}  // namespace dmarc::receiving
