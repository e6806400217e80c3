// From a judgement to what the MTA is asked to do. Each engine has its Editor.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <dmarc/header_field.h>

#include "filter/transfer.h"
#include "log/event.h"
#include "policy/judgement.h"

namespace dmarc::filter {

/// Changes to the message in hand; false when the MTA did not allow one or it can't be told.
class Editor {
 public:
  virtual ~Editor() = default;
  /// The value as it is to follow the colon, as far as the MTA writes no blank of its own.
  virtual bool insert_on_top(const std::string& name, const std::string& value) = 0;
  /// The n-th field of that name, from 1.
  virtual bool remove(std::string_view name, std::size_t index) = 0;
  virtual bool hold(const std::string& reason) = 0;
  virtual bool add_recipient(const std::string& address) = 0;
  /// The SMTP reply to a rejected or deferred message. `text` is for MTAs that take it as a format:
  /// each "%" is doubled.
  virtual bool reply(int code, const std::string& enhanced, const std::string& text) = 0;
};

/// Makes the changes; what could not be made is logged.
void apply(const policy::Judgement& judgement, Editor& editor, const Transfer& transfer,
           std::string_view job_id, log::Sink& sink);

}  // namespace dmarc::filter
