// What the daemon gives up once it runs: whatever it does not need and an attacker might want.
//
//   confine(folders, sink);    // after the socket is open, before any thread
//   report_refusals(sink);     // now and then
//
// - No program it starts can have more rights than it has (no_new_privs), and it starts none.
// - No capabilities. Root keeps the one that opens files whatever their permissions.
// - Files: only the folders of those that its configuration names (folders.h), and those of
//   allowed.h (Landlock).
// - System calls: only those of allowed.h (seccomp).
//
// What the kernel does not support is left out, which is logged; so is everything where the system
// call filter of a service manager would end the process for it. A refused system call fails and is
// logged, rather than ending the process: should a new C library need a call that the list lacks,
// then a message or a feature suffers, and not all mail.
//
// Threads: confine() while there is only one; it holds for all that are started afterwards.
// report_refusals() from one; the calls are noted in whatever thread makes them.
#pragma once

#include "log/event.h"
#include "sandbox/folders.h"

namespace dmarc::sandbox {

/// True when it can use no other folders from now on.
bool confine(const Folders& folders, log::Sink& sink);

/// Logs each system call that was refused since the last time; each only once.
void report_refusals(log::Sink& sink);

}  // namespace dmarc::sandbox
