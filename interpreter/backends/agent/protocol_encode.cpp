#include "interpreter/backends/agent/protocol.hpp"
#include "interpreter/backends/agent/wire.hpp"

namespace failc::agent {
namespace {

using nlohmann::json;

json strings(const std::vector<std::string>& items) {
  json list = json::array();
  for (const std::string& item : items) list.push_back(to_wire(item));
  return list;
}

json pairs(const Environment& environment) {
  json list = json::array();
  for (const auto& [key, value] : environment) list.push_back(json::array({to_wire(key), to_wire(value)}));
  return list;
}

struct RequestBody {
  json operator()(const Hello& r) const { return {{"do", "hello"}, {"protocol", r.protocol}, {"run", r.run}}; }
  json operator()(const Launch& r) const {
    json files = json::array();
    for (const backend::File& file : r.files) files.push_back({{"path", to_wire(file.path)}, {"content", to_wire(file.content)}});
    return {{"do", "launch"}, {"node", r.node}, {"argv", strings(r.argv)}, {"environment", pairs(r.environment)}, {"files", std::move(files)}};
  }
  json operator()(const Stop& r) const { return {{"do", "stop"}, {"node", r.node}, {"signal", r.signal}, {"grace", r.grace.count()}}; }
  json operator()(const Kill& r) const { return {{"do", "kill"}, {"node", r.node}}; }
  json operator()(const Pause& r) const { return {{"do", "pause"}, {"node", r.node}}; }
  json operator()(const Resume& r) const { return {{"do", "resume"}, {"node", r.node}}; }
  json operator()(const Exec& r) const {
    return {{"do", "exec"}, {"node", r.node}, {"argv", strings(r.argv)}, {"environment", pairs(r.environment)}, {"within", r.within.count()}};
  }
  json operator()(const Read& r) const { return {{"do", "read"}, {"node", r.node}, {"path", to_wire(r.path)}}; }
  json operator()(const WatchFile& r) const { return {{"do", "watch_file"}, {"node", r.node}, {"path", to_wire(r.path)}}; }
  json operator()(const Cancel& r) const { return {{"do", "cancel"}, {"request", r.request}}; }
  json operator()(const Lease&) const { return {{"do", "lease"}}; }
  json operator()(const UndoAll&) const { return {{"do", "undo_all"}}; }
  json operator()(const Keep&) const { return {{"do", "keep"}}; }
  json operator()(const Shutdown&) const { return {{"do", "shutdown"}}; }
};

const char* word(backend::Delivery delivery) {
  switch (delivery) {
    case backend::Delivery::answered: return "answered";
    case backend::Delivery::not_sent: return "not_sent";
    case backend::Delivery::interrupted: return "interrupted";
  }
  return "interrupted";
}

struct NoticeBody {
  json operator()(const Answer& n) const {
    json body = {{"id", n.id}, {"delivery", word(n.delivery)}, {"data", n.data}};
    if (!n.error.empty()) body["error"] = printable(n.error);
    return body;
  }
  json operator()(const Exited& n) const {
    return {{"event", "exit"}, {"node", n.node}, {"pid", n.pid}, {"code", n.code}, {"by_signal", n.by_signal}, {"last_log_lines", strings(n.last_log_lines)}};
  }
  json operator()(const LogLines& n) const { return {{"event", "log"}, {"node", n.node}, {"lines", strings(n.lines)}}; }
  json operator()(const FileChanged& n) const { return {{"event", "file"}, {"node", n.node}, {"path", to_wire(n.path)}}; }
};

std::string dump(const json& body) { return body.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string encode(const Call& call) {
  json body = std::visit(RequestBody{}, call.request);
  body["id"] = call.id;
  return dump(body);
}

std::string encode(const Notice& notice) { return dump(std::visit(NoticeBody{}, notice)); }

}  // namespace failc::agent
