// When a write may be acknowledged.
#include <algorithm>

#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {
namespace {

QueryError timed_out(const WriteConcern& concern) {
  return query::query_error(
      code::kWriteConcernFailed, "waiting for replication timed out",
      bson::Builder().open("errInfo").append("wtimeout", true).append("writeConcern", concern.show()).close().finish());
}

}  // namespace

/// Since 5.0 a client that says nothing waits for a majority, unless arbiters could make that impossible with one member down.
WriteConcern Server::default_write_concern() const {
  WriteConcern out;
  if (!replica || !replica->config() || parameters.version().major < 5) return out;
  const replication::Config& config = *replica->config();
  const bool arbiters =
      std::any_of(config.members.begin(), config.members.end(), [](const replication::Member& member) { return member.arbiter_only; });
  if (!arbiters || config.data_bearing_voters() > config.majority()) out.what.w = "majority";
  return out;
}

WriteConcern Server::concern_of(const Operation& operation) const {
  WriteConcern out = operation.command.write_concern;
  if (out.given) return out;
  // A command without `writeConcern` may still have given an empty one.
  return default_write_concern();
}

void Server::await_write_concern(Operation& operation) {
  const WriteConcern concern = concern_of(operation);
  const bool local = operation.command.database == "local";
  const int* number = std::get_if<int>(&concern.what.w);
  const bool nothing_to_wait_for = number != nullptr && *number <= 1 && !concern.what.journal;
  if (nothing_to_wait_for || local || (!operation.spec->has(trait::kWrite) && operation.written.is_null() && operation.record == 0))
    return finish_write(operation, std::nullopt);
  if (replica) {
    if (const std::optional<replication::CommandError> error = replica->check(concern.what))
      return finish_write(operation, QueryError{error->code, error->code_name, error->message, {}});
    // What changed nothing may still rest on what others wrote before.
    if (operation.written.is_null()) operation.written = replica->last_applied();
    const bool beyond = number != nullptr ? *number > replica->config()->write_majority() : !concern.majority();
    if (beyond) carry_out(replica->want_all(replication_moment(), operation.written));
  }
  std::optional<Nanos> limit;
  if (concern.timeout) limit = at.now + *concern.timeout;
  look_at_write_concern(operation, concern, limit);
}

void Server::look_at_write_concern(Operation& operation, const WriteConcern& concern, std::optional<Nanos> limit) {
  if (replica) {
    switch (replica->write_state(operation.written, concern.what)) {
      case replication::WriteState::satisfied:
        return finish_write(operation, std::nullopt);
      case replication::WriteState::stepped_down:
        return interrupt(operation, code::kInterruptedByStateChange, "operation was interrupted");
      case replication::WriteState::waiting:
        break;
    }
  } else if (operation.record <= synced_record_) {
    return finish_write(operation, std::nullopt);
  }
  if (limit && *limit <= at.now) return finish_write(operation, timed_out(concern));
  if (expired(operation)) return finish_write(operation, query::query_error(code::kMaxTimeExpired, "operation exceeded time limit"));
  wait(operation, interest::kReplication | interest::kSynced, until(operation, limit),
       [this, &operation, concern, limit] { look_at_write_concern(operation, concern, limit); });
  operation.interruptible = true;
  // What it waits for may be among what this event appended. Where several writes wait, what is done meanwhile is more than what that takes.
  const bool alone = std::none_of(operations.begin(), operations.end(), [&](const auto& entry) { return entry.first != operation.id && (entry.second->interests & interest::kSynced); });
  if (!alone) return;
  const auto appended = std::find_if(out_.rbegin(), out_.rend(), [](const Effect& effect) { return std::holds_alternative<Append>(effect); });
  if (appended != out_.rend()) std::get<Append>(*appended).urgent = true;
}

void Server::finish_write(Operation& operation, std::optional<QueryError> concern_error) {
  const std::optional<bson::Document> injected = operation.fail ? operation.fail->write_concern_error : std::nullopt;
  bson::Builder out;
  out.append_all(operation.reply.view());
  int error_code = 0;
  if (injected) {
    const std::optional<std::int64_t> number = (*injected)["code"].integer();
    error_code = static_cast<int>(number.value_or(0));
    out.open("writeConcernError").append_all(injected->view());
    if (!injected->has("codeName") && number) out.append("codeName", query::code_name(error_code));
    if (!injected->has("errmsg")) out.append("errmsg", "");
    out.close();
  } else if (concern_error) {
    error_code = concern_error->code;
    out.open("writeConcernError")
        .append("code", concern_error->code)
        .append("codeName", concern_error->code_name)
        .append("errmsg", concern_error->message);
    if (concern_error->extra) out.append_all(concern_error->extra->view());
    out.close();
  }
  std::vector<std::string> labels;
  if (injected && operation.fail->error_labels)
    labels = *operation.fail->error_labels;
  else if (error_code != 0 && adds_retryable_label(operation, error_code))
    labels = {"RetryableWriteError"};
  if (!labels.empty()) {
    out.open_array("errorLabels");
    for (std::size_t i = 0; i < labels.size(); ++i) out.append(std::to_string(i), labels[i]);
    out.close();
  }
  const bool state_changed = error_code == code::kInterruptedByStateChange || error_code == code::kInterruptedAtShutdown;
  if (!injected && state_changed && parameters.version().has_topology_version()) out.append("topologyVersion", topology_version());
  send(operation, out.finish(), true, false);
}

/// The node's state changed, or it ends, while the operation waited. A write that was done says so: what failed is the waiting.
void Server::interrupt(Operation& operation, int code, const std::string& why) {
  operation.resume = nullptr;
  operation.fail.reset();
  const bool wrote = operation.spec != nullptr && operation.spec->has(trait::kConcern) && !operation.reply.empty();
  if (wrote) return finish_write(operation, query::query_error(code, why));
  fail(operation, query::query_error(code, why));
}

}  // namespace failc::mongod
