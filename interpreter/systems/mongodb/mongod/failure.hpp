#pragma once
// Why a command is refused. Thrown where it is seen and caught where commands are run; nothing leaves the folder.
#include <string>
#include <utility>

#include "interpreter/systems/mongodb/query/error.hpp"

namespace failc::mongod {

using query::QueryError;

namespace code {
using namespace query::code;
inline constexpr int kInvalidLength = 16, kProtocolError = 17, kAuthenticationFailed = 18, kAlreadyInitialized = 23, kMaxTimeExpired = 50, kWriteConcernFailed = 64,
                     kNoReplicationEnabled = 76, kShutdownInProgress = 91, kNotYetInitialized = 94, kConflictingOperationInProgress = 117,
                     kCommandFailed = 125, kNotImplemented = 238, kLinearizableReadConcernError = 187, kPrimarySteppedDown = 189,
                     kNoSuchSession = 206, kInvalidUuid = 207, kTransactionTooOld = 225, kCommandNotSupported = 115,
                     kReadConcernMajorityNotAvailableYet = 134, kClientMetadataCannotBeMutated = 186,
                     kOperationNotSupportedInTransaction = 263, kExceededTimeLimit = 262, kFailPointSetFailed = 266, kApiVersionError = 322,
                     kApiStrictError = 323, kUnsupportedOpQuery = 352, kNotWritablePrimary = 10107, kObjectTooLarge = 10334,
                     kInterruptedAtShutdown = 11600, kInterrupted = 11601, kInterruptedByStateChange = 11602,
                     kNotPrimaryNoSecondaryOk = 13435, kNotPrimaryOrSecondary = 13436, kDuplicateField = 40413, kMissingField = 40414,
                     kUnknownField = 40415, kMissingDatabase = 40571;
}  // namespace code

struct Refused {
  QueryError error;
};

[[noreturn]] inline void refuse(int code, std::string message, std::optional<bson::Document> extra = {}) {
  throw Refused{query::query_error(code, std::move(message), std::move(extra))};
}
[[noreturn]] inline void refuse(QueryError error) { throw Refused{std::move(error)}; }

/// What `outcome` holds; its error goes on.
template <class T>
T need(query::Outcome<T> outcome) {
  if (!outcome) throw Refused{outcome.error()};
  return std::move(*outcome);
}

}  // namespace failc::mongod
