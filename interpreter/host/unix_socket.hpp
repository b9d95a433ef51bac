#pragma once
// A Unix socket in a folder whose path may be longer than a socket's address can be: it is reached through the folder's descriptor.
#include <string>

#include "grammar/base/result.hpp"
#include "interpreter/host/fd.hpp"

namespace failc::host {

/// Listens on `folder/name`, which is replaced if it exists; only this user can connect.
Result<Fd> listen_in(const std::string& folder, const std::string& name);
/// Connects to `folder/name`. An error where nobody listens, or where the listener is of another user.
Result<Fd> connect_in(const std::string& folder, const std::string& name);
/// The other end's user is this one.
bool same_user(int socket);

}  // namespace failc::host
