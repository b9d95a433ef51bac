#include "interpreter/systems/mongodb/query/error.hpp"

#include <algorithm>
#include <iterator>

namespace failc::query {
namespace {

struct Row { int code; std::string_view name; };

// Where servers renamed a code, the name that 4.4 to 8.0 give.
constexpr Row kRows[] = {
    {0, "OK"}, {1, "InternalError"}, {2, "BadValue"}, {4, "NoSuchKey"}, {5, "GraphContainsCycle"}, {6, "HostUnreachable"},
    {7, "HostNotFound"}, {8, "UnknownError"}, {9, "FailedToParse"}, {10, "CannotMutateObject"}, {11, "UserNotFound"},
    {13, "Unauthorized"}, {14, "TypeMismatch"}, {15, "Overflow"}, {16, "InvalidLength"}, {17, "ProtocolError"},
    {18, "AuthenticationFailed"}, {20, "IllegalOperation"}, {21, "EmptyArrayOperation"}, {22, "InvalidBSON"}, {23, "AlreadyInitialized"},
    {24, "LockTimeout"}, {26, "NamespaceNotFound"}, {27, "IndexNotFound"}, {28, "PathNotViable"}, {29, "NonExistentPath"},
    {30, "InvalidPath"}, {40, "ConflictingUpdateOperators"}, {43, "CursorNotFound"}, {46, "LockBusy"}, {47, "NoMatchingDocument"},
    {48, "NamespaceExists"}, {50, "MaxTimeMSExpired"}, {51, "ManualInterventionRequired"}, {52, "DollarPrefixedFieldName"},
    {53, "InvalidIdField"}, {54, "NotSingleValueField"}, {55, "InvalidDBRef"}, {56, "EmptyFieldName"}, {57, "DottedFieldName"},
    {59, "CommandNotFound"}, {61, "ShardKeyNotFound"}, {62, "OplogOperationUnsupported"}, {63, "StaleShardVersion"},
    {64, "WriteConcernFailed"}, {65, "MultipleErrorsOccurred"}, {66, "ImmutableField"}, {67, "CannotCreateIndex"},
    {68, "IndexAlreadyExists"}, {70, "ShardNotFound"}, {71, "ReplicaSetNotFound"}, {72, "InvalidOptions"}, {73, "InvalidNamespace"},
    {74, "NodeNotFound"}, {75, "WriteConcernLegacyOK"}, {76, "NoReplicationEnabled"}, {77, "OperationIncomplete"},
    {79, "UnknownReplWriteConcern"}, {82, "NoProgressMade"}, {85, "IndexOptionsConflict"}, {86, "IndexKeySpecsConflict"},
    {89, "NetworkTimeout"}, {90, "CallbackCanceled"}, {91, "ShutdownInProgress"}, {92, "SecondaryAheadOfPrimary"},
    {93, "InvalidReplicaSetConfig"}, {94, "NotYetInitialized"}, {95, "NotSecondary"}, {96, "OperationFailed"}, {98, "DBPathInUse"},
    {100, "UnsatisfiableWriteConcern"}, {103, "NewReplicaSetConfigurationIncompatible"}, {104, "NodeNotElectable"},
    {108, "InconsistentReplicaSetNames"}, {109, "ConfigurationInProgress"}, {112, "WriteConflict"}, {113, "InitialSyncFailure"},
    {115, "CommandNotSupported"}, {117, "ConflictingOperationInProgress"}, {118, "NamespaceNotSharded"}, {119, "InvalidSyncSource"},
    {120, "OplogStartMissing"}, {121, "DocumentValidationFailure"}, {123, "NotAReplicaSet"}, {124, "IncompatibleElectionProtocol"},
    {125, "CommandFailed"}, {127, "UnrecoverableRollbackError"}, {133, "FailedToSatisfyReadPreference"},
    {134, "ReadConcernMajorityNotAvailableYet"}, {135, "StaleTerm"}, {136, "CappedPositionLost"}, {143, "CursorInUse"},
    {146, "ExceededMemoryLimit"}, {148, "ReadConcernMajorityNotEnabled"}, {150, "StaleEpoch"}, {160, "MaxStalenessOutOfRange"},
    {164, "InitialSyncActive"}, {166, "CommandNotSupportedOnView"}, {167, "OptionNotSupportedOnView"}, {168, "InvalidPipelineOperator"},
    {171, "CannotIndexParallelArrays"}, {175, "QueryPlanKilled"}, {186, "ClientMetadataCannotBeMutated"},
    {187, "LinearizableReadConcernError"}, {189, "PrimarySteppedDown"}, {192, "FailPointEnabled"}, {193, "NoShardingEnabled"},
    {197, "InvalidIndexSpecificationOption"}, {202, "NetworkInterfaceExceededTimeLimit"}, {206, "NoSuchSession"}, {207, "InvalidUUID"},
    {211, "KeyNotFound"}, {213, "DuplicateSession"}, {215, "DatabaseDropPending"}, {216, "ElectionInProgress"},
    {217, "IncompleteTransactionHistory"}, {218, "UpdateOperationFailed"}, {222, "CloseChangeStream"}, {225, "TransactionTooOld"},
    {226, "AtomicityFailure"}, {234, "RetryChangeStream"}, {235, "InternalErrorNotSupported"}, {237, "CursorKilled"},
    {238, "NotImplemented"}, {239, "SnapshotTooOld"}, {241, "ConversionFailure"}, {246, "SnapshotUnavailable"},
    {251, "NoSuchTransaction"}, {256, "TransactionCommitted"}, {257, "TransactionTooLarge"}, {260, "InvalidResumeToken"},
    {261, "TooManyLogicalSessions"}, {262, "ExceededTimeLimit"}, {263, "OperationNotSupportedInTransaction"}, {266, "FailPointSetFailed"},
    {267, "PreparedTransactionInProgress"}, {276, "IndexBuildAborted"}, {279, "ClientDisconnect"}, {280, "ChangeStreamFatalError"},
    {285, "IndexBuildAlreadyInProgress"}, {286, "ChangeStreamHistoryLost"}, {290, "TransactionExceededLifetimeLimitSeconds"},
    {291, "NoQueryExecutionPlans"}, {308, "CurrentConfigNotCommittedYet"}, {314, "ObjectIsBusy"}, {317, "ConnectionPoolExpired"},
    {322, "APIVersionError"}, {323, "APIStrictError"}, {324, "APIDeprecationError"}, {334, "MechanismUnavailable"},
    {347, "APIMismatchError"}, {349, "KeyPatternShorterThanBound"}, {352, "UnsupportedOpQueryCommand"}, {356, "TxnRetryCounterTooOld"},
    {361, "CollectionUUIDMismatch"}, {365, "TemporarilyUnavailable"}, {391, "ReauthenticationRequired"}, {9001, "SocketException"},
    {10003, "CannotGrowDocumentInCappedNamespace"}, {10058, "LegacyNotPrimary"}, {10107, "NotWritablePrimary"},
    {10334, "BSONObjectTooLarge"}, {11000, "DuplicateKey"}, {11600, "InterruptedAtShutdown"}, {11601, "Interrupted"},
    {11602, "InterruptedDueToReplStateChange"}, {13388, "StaleConfig"}, {13435, "NotPrimaryNoSecondaryOk"},
    {13436, "NotPrimaryOrSecondary"}, {14031, "OutOfDiskSpace"}, {17280, "KeyTooLong"}, {46841, "ClientMarkedKilled"},
};

}  // namespace

std::string code_name(int code) {
  const Row* row = std::find_if(std::begin(kRows), std::end(kRows), [code](const Row& known) { return known.code == code; });
  return row == std::end(kRows) ? "Location" + std::to_string(code) : std::string(row->name);
}

QueryError query_error(int code, std::string message, std::optional<bson::Document> extra) {
  return {code, code_name(code), std::move(message), std::move(extra)};
}

}  // namespace failc::query
