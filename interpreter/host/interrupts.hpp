#pragma once
// SIGINT and SIGTERM, as news instead of as an end.
#include "grammar/base/result.hpp"
#include "interpreter/host/fd.hpp"

namespace failc::host {

/// From now on neither signal ends this process: each is a byte to be read from what is returned, which never blocks. To be called once.
Result<Fd> catch_interrupts();

/// Whether one of them has come since; whoever read the byte.
bool interrupted();

}  // namespace failc::host
