#pragma once
// What the programs and files of a live cluster are called.
#include <string_view>

namespace failc::automation {

/// The original's agent. Invoked by this name, failc is its stand-in.
inline constexpr std::string_view kAgentProgram = "mongodb-mms-automation-agent";
/// The server, as it is looked for on PATH, and the one beside failc that stands in for it.
inline constexpr std::string_view kServerProgram = "mongod";
inline constexpr std::string_view kEmbeddedServerProgram = "failc-mongod";
/// How a person names another one.
inline constexpr std::string_view kServerOption = "--mongod";
inline constexpr std::string_view kServerVariable = "FAILC_MONGOD";

/// In the environment of an agent that `failc start` started, and of all servers of such a config: its path, absolute.
inline constexpr std::string_view kConfigMark = "FAILC_AUTOMATION_CONFIG";
/// In a server's environment: its process's name and its fingerprint.
inline constexpr std::string_view kProcessMark = "FAILC_AUTOMATION_PROCESS";
inline constexpr std::string_view kFingerprintMark = "FAILC_AUTOMATION_FINGERPRINT";

}  // namespace failc::automation
