#pragma once
// Why a command is refused, as a MongoDB server says it: the code and its name are the server's, the words are ours.
#include <string>

namespace failc::replication {

struct CommandError {
  int code = 0;
  std::string code_name;
  std::string message;
};

namespace errors {
inline CommandError bad_value(std::string why) { return {2, "BadValue", std::move(why)}; }
inline CommandError already_initialized(std::string why) { return {23, "AlreadyInitialized", std::move(why)}; }
inline CommandError node_not_found(std::string why) { return {74, "NodeNotFound", std::move(why)}; }
inline CommandError unknown_write_concern(std::string why) { return {79, "UnknownReplWriteConcern", std::move(why)}; }
inline CommandError invalid_config(std::string why) { return {93, "InvalidReplicaSetConfig", std::move(why)}; }
inline CommandError not_yet_initialized(std::string why) { return {94, "NotYetInitialized", std::move(why)}; }
inline CommandError not_secondary(std::string why) { return {95, "NotSecondary", std::move(why)}; }
inline CommandError unsatisfiable_write_concern(std::string why) { return {100, "UnsatisfiableWriteConcern", std::move(why)}; }
inline CommandError incompatible_config(std::string why) { return {103, "NewReplicaSetConfigurationIncompatible", std::move(why)}; }
inline CommandError configuration_in_progress(std::string why) { return {109, "ConfigurationInProgress", std::move(why)}; }
inline CommandError conflicting_operation(std::string why) { return {117, "ConflictingOperationInProgress", std::move(why)}; }
inline CommandError command_failed(std::string why) { return {125, "CommandFailed", std::move(why)}; }
inline CommandError inconsistent_set_names(std::string why) { return {132, "InconsistentReplicaSetNames", std::move(why)}; }
inline CommandError primary_stepped_down(std::string why) { return {189, "PrimarySteppedDown", std::move(why)}; }
inline CommandError exceeded_time_limit(std::string why) { return {262, "ExceededTimeLimit", std::move(why)}; }
inline CommandError not_writable_primary(std::string why) { return {10107, "NotWritablePrimary", std::move(why)}; }
inline CommandError not_primary_or_secondary(std::string why) { return {13436, "NotPrimaryOrSecondary", std::move(why)}; }
}  // namespace errors

}  // namespace failc::replication
