#pragma once
// What all commands that write share.
#include <functional>
#include <string>
#include <vector>

#include "interpreter/systems/mongodb/mongod/server.hpp"
#include "interpreter/systems/mongodb/query/write.hpp"

namespace failc::mongod {

/// The collection that its command names, refused with 73 where it names none.
query::Namespace target(const Operation& operation);

/// `let` and the time of the command.
query::Constants constants_of(const Server& server, const Operation& operation);
query::WriteContext write_context(Server& server, const Operation& operation);
query::Uuid new_uuid(Server& server);

/// Applies what was planned and keeps it for the log.
void make(Server& server, Writing& writing, std::vector<query::Change> changes);
/// Applies and logs at once, for commands that are one change of the catalog.
void make_and_log(Server& server, Operation& operation, std::vector<query::Change> changes);

/// Refuses a collation that is not the simple one.
void only_simple_collation(bson::View from);

/// The answers of a batch's statements so far; what is left alone after an error in an ordered batch.
class Batch {
 public:
  Batch(Server& server, Operation& operation, std::size_t size);
  /// Runs a statement, or finds what it did when it was run before. The result is kept with its changes.
  void run(std::size_t index, const std::function<bson::Document(Writing&)>& statement);
  /// An error that leaves the work done before it.
  void failed(std::size_t index, const QueryError& error);
  bool over() const { return ordered_ && !errors_.empty(); }
  /// In the order of the statements that were done.
  const std::vector<std::pair<std::size_t, bson::Document>>& results() const { return results_; }
  const std::vector<std::pair<std::size_t, QueryError>>& errors() const { return errors_; }
  void log();
  /// Logs, and ends the reply that has its counts with writeErrors, electionId and opTime.
  bson::Document finish(bson::Builder reply);

 private:
  Server& server_;
  Operation& operation_;
  bool ordered_ = true;
  std::vector<std::int32_t> statement_ids_;  // empty: as they come
  std::int32_t first_statement_ = 0;
  Writing writing_;
  std::vector<std::pair<std::size_t, bson::Document>> results_;
  std::vector<std::pair<std::size_t, QueryError>> errors_;
};

/// electionId and opTime, as replies to writes in a set have them.
void append_place(bson::Builder& out, const Server& server, const Operation& operation);

}  // namespace failc::mongod
