// Replies: what every one of them has, errors and their labels.
#include <algorithm>
#include <array>

#include "interpreter/systems/mongodb/mongod/replication_documents.hpp"
#include "interpreter/systems/mongodb/mongod/server.hpp"

namespace failc::mongod {
namespace {

/// After these a retryable write may be tried once more.
constexpr std::array kRetryableCodes = {6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436};
/// These say that this node's place in its set is another than the client thinks.
constexpr std::array kStateChangeCodes = {91, 189, 10058, 10107, 11600, 11602, 13435, 13436};

template <std::size_t N>
bool one_of(const std::array<int, N>& codes, int code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

/// Older servers leave the labels to the drivers.
bool Server::adds_retryable_label(const Operation& operation, int code) const {
  return replica && operation.retryable && parameters.version().has_topology_version() && one_of(kRetryableCodes, code);
}

void Server::fail(Operation& operation, const QueryError& error) {
  const FailCommand* injected = operation.fail && operation.fail->error_code ? &*operation.fail : nullptr;
  bson::Builder out;
  out.append("errmsg", error.message).append("code", error.code).append("codeName", error.code_name);
  if (error.extra) out.append_all(error.extra->view());
  std::vector<std::string> labels;
  if (injected != nullptr && injected->error_labels)
    labels = *injected->error_labels;
  else if (adds_retryable_label(operation, error.code))
    labels = {"RetryableWriteError"};
  if (!labels.empty()) {
    out.open_array("errorLabels");
    for (std::size_t i = 0; i < labels.size(); ++i) out.append(std::to_string(i), labels[i]);
    out.close();
  }
  // An injected error is no news of the topology: with the topologyVersion of now a driver would take it for known and drop it.
  if (injected == nullptr && replica && parameters.version().has_topology_version() && one_of(kStateChangeCodes, error.code))
    out.append("topologyVersion", topology_version());
  send(operation, out.finish(), false, false);
}

void Server::append_common(bson::Builder& out, const Operation& operation) const {
  if (!replica || !replica->config()) return;
  const bson::Timestamp newest = last_written();
  const std::uint64_t known = std::max(cluster_time_, packed(newest));
  if (known == 0) return;
  const std::string no_hash(20, '\0');
  out.open("$clusterTime")
      .append("clusterTime", bson::Timestamp{static_cast<std::uint32_t>(known >> 32), static_cast<std::uint32_t>(known)});
  out.open("signature").append("hash", bson::BinaryView{0, no_hash}).append("keyId", std::int64_t{0}).close().close();
  bson::Timestamp time = newest;
  if (!operation.written.is_null()) time = timestamp_of(operation.written);
  if (operation.command.read_concern.level == ReadLevel::majority && operation.written.is_null())
    time = timestamp_of(replica->commit_point());
  out.append("operationTime", time);
}

void Server::complete_hello(Operation& operation, bson::Document reply) {
  const wire::Msg* request = std::get_if<wire::Msg>(&operation.message.content);
  const bool stream = request != nullptr && request->exhaust_allowed() && !request->more_to_come();
  send(operation, std::move(reply), true, stream);
  if (!stream) return;
  operation.streaming = true;
  operation.streamed = {process, topology_counter};
  // Each reply is a command of its own to fail points. Not from here: this may itself be one of them.
  operation.fail.reset();
  const OperationId id = operation.id;
  wait(operation, 0, at.now, [this, id] { pass_fail_point(*operations.at(id)); });
  changed(interest::kHello);
}

/// `more`: of an exhaust stream, and the operation goes on.
void Server::send(Operation& operation, bson::Document reply, bool ok, bool more) {
  const wire::Msg* request = std::get_if<wire::Msg>(&operation.message.content);
  if (request == nullptr || !request->more_to_come()) {
    bson::Builder out;
    if (!ok) out.append("ok", 0.0);
    out.append_all(reply.view());
    if (ok) out.append("ok", 1.0);
    append_common(out, operation);
    const bson::Document whole = out.finish();
    const std::int32_t id = ++last_request_ & 0x7fffffff;
    const std::int32_t to = operation.last_response != 0 ? operation.last_response : operation.message.header.request_id;
    // A checksum is answered with a checksum.
    std::uint32_t flags = more ? wire::kMoreToCome : 0;
    if (request != nullptr) flags |= request->flags & wire::kChecksumPresent;
    out_.push_back(Send{operation.connection, request != nullptr ? wire::write_msg(id, to, flags, whole.bytes())
                                                                 : wire::write_reply(id, to, wire::kAwaitCapable, whole.bytes()),
                        operation.peer_request});
    if (more) operation.last_response = id;
  }
  if (!more) forget(operation.id);
}

}  // namespace failc::mongod
