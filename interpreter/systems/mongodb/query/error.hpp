#pragma once
// Why an operation failed, in the words and numbers of a server's reply.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "interpreter/systems/mongodb/bson/document.hpp"

namespace failc::query {

/// The public codes that this folder and the command layer name. A code that is no entry here still has a code_name: `Location<code>`.
namespace code {
inline constexpr int kInternalError = 1, kBadValue = 2, kNoSuchKey = 4, kHostUnreachable = 6, kHostNotFound = 7, kUnknownError = 8, kFailedToParse = 9,
                     kCannotMutateObject = 10, kUserNotFound = 11, kUnauthorized = 13, kTypeMismatch = 14, kOverflow = 15, kAuthenticationFailed = 18, kIllegalOperation = 20,
                     kLockTimeout = 24, kNamespaceNotFound = 26, kIndexNotFound = 27, kPathNotViable = 28, kConflictingUpdateOperators = 40,
                     kCursorNotFound = 43, kNamespaceExists = 48, kDollarPrefixedFieldName = 52, kInvalidIdField = 53, kCommandNotFound = 59,
                     kImmutableField = 66, kCannotCreateIndex = 67, kInvalidOptions = 72, kInvalidNamespace = 73, kIndexOptionsConflict = 85,
                     kIndexKeySpecsConflict = 86, kOperationFailed = 96, kDocumentValidationFailure = 121, kCommandNotSupportedOnView = 166, kInvalidPipelineOperator = 168, kCappedPositionLost = 136,
                     kInvalidIndexSpecificationOption = 197, kConversionFailure = 241, kDuplicateKey = 11000, kUnrecognizedStage = 40324;
}
/// `BadValue` for 2, `Location40324` for a code without a name.
std::string code_name(int code);

struct QueryError {
  int code = 0;
  std::string code_name;
  std::string message;
  /// More fields of the reply: `keyPattern` and `keyValue` of a duplicate key, `errInfo` of a failed validation.
  std::optional<bson::Document> extra;
};
QueryError query_error(int code, std::string message, std::optional<bson::Document> extra = {});

template <class T>
class [[nodiscard]] Outcome {
 public:
  Outcome(T value) : state_(std::move(value)) {}
  Outcome(QueryError error) : state_(std::move(error)) {}
  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const QueryError& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, QueryError> state_;
};

}  // namespace failc::query
