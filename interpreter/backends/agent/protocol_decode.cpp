#include <map>
#include <optional>

#include "interpreter/backends/agent/protocol.hpp"
#include "interpreter/backends/agent/wire.hpp"

namespace failc::agent {
namespace {

using nlohmann::json;

/// Reads keys of one object and remembers the first that is missing or of the wrong type.
class Keys {
 public:
  explicit Keys(const json& object) : object_(object) {}

  std::string text(const char* key) {
    const json* found = find(key);
    if (found) {
      if (auto value = from_wire(*found)) return std::move(*value);
      wrong(key, "a string");
    }
    return {};
  }
  std::int64_t integer(const char* key, std::int64_t least, std::int64_t most) {
    const json* found = find(key);
    if (found) {
      const bool fits = found->is_number_integer() &&
                        (!found->is_number_unsigned() || found->get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX));
      if (fits && found->get<std::int64_t>() >= least && found->get<std::int64_t>() <= most) return found->get<std::int64_t>();
      wrong(key, "an integer within its range");
    }
    return least;
  }
  bool boolean(const char* key) {
    const json* found = find(key);
    if (found && found->is_boolean()) return found->get<bool>();
    if (found) wrong(key, "true or false");
    return false;
  }
  std::vector<std::string> texts(const char* key) {
    std::vector<std::string> items;
    each(key, [&](const json& item) {
      auto value = from_wire(item);
      if (value) items.push_back(std::move(*value));
      return value.has_value();
    });
    return items;
  }
  Environment pairs(const char* key) {
    Environment items;
    each(key, [&](const json& item) {
      if (!item.is_array() || item.size() != 2) return false;
      auto name = from_wire(item[0]), value = from_wire(item[1]);
      if (name && value) items.emplace_back(std::move(*name), std::move(*value));
      return name && value;
    });
    return items;
  }
  std::vector<backend::File> files(const char* key) {
    std::vector<backend::File> items;
    each(key, [&](const json& item) {
      if (!item.is_object() || !item.contains("path") || !item.contains("content")) return false;
      auto path = from_wire(item["path"]), content = from_wire(item["content"]);
      if (path && content) items.push_back({std::move(*path), std::move(*content)});
      return path && content;
    });
    return items;
  }
  json object(const char* key) {
    const json* found = find(key);
    if (found && found->is_object()) return *found;
    if (found) wrong(key, "an object");
    return json::object();
  }
  const std::optional<Error>& error() const { return error_; }

 private:
  const json* find(const char* key) {
    const auto found = object_.find(key);
    if (found != object_.end()) return &*found;
    wrong(key, "there");
    return nullptr;
  }
  template <class F>
  void each(const char* key, F take) {
    const json* found = find(key);
    if (!found) return;
    if (!found->is_array()) return wrong(key, "a list");
    for (const json& item : *found) {
      if (!take(item)) return wrong(key, "a list of what it should hold");
    }
  }
  void wrong(const char* key, const char* wanted) {
    if (!error_) error_ = Error{std::string("the message's `") + key + "` is not " + wanted};
  }

  const json& object_;
  std::optional<Error> error_;
};

Nanos duration(Keys& keys, const char* key) { return Nanos(keys.integer(key, 0, INT64_MAX)); }

using Reader = Request (*)(Keys&);
const std::map<std::string, Reader>& readers() {
  static const std::map<std::string, Reader> table = {
      {"hello", [](Keys& k) -> Request { return Hello{static_cast<int>(k.integer("protocol", 0, INT32_MAX)), k.text("run")}; }},
      {"launch", [](Keys& k) -> Request { return Launch{k.text("node"), k.texts("argv"), k.pairs("environment"), k.files("files")}; }},
      {"stop", [](Keys& k) -> Request { return Stop{k.text("node"), k.text("signal"), duration(k, "grace")}; }},
      {"kill", [](Keys& k) -> Request { return Kill{k.text("node")}; }},
      {"pause", [](Keys& k) -> Request { return Pause{k.text("node")}; }},
      {"resume", [](Keys& k) -> Request { return Resume{k.text("node")}; }},
      {"exec", [](Keys& k) -> Request { return Exec{k.text("node"), k.texts("argv"), k.pairs("environment"), duration(k, "within")}; }},
      {"read", [](Keys& k) -> Request { return Read{k.text("node"), k.text("path")}; }},
      {"watch_file", [](Keys& k) -> Request { return WatchFile{k.text("node"), k.text("path")}; }},
      {"cancel", [](Keys& k) -> Request { return Cancel{static_cast<std::uint64_t>(k.integer("request", 0, INT64_MAX))}; }},
      {"lease", [](Keys&) -> Request { return Lease{}; }},
      {"undo_all", [](Keys&) -> Request { return UndoAll{}; }},
      {"keep", [](Keys&) -> Request { return Keep{}; }},
      {"shutdown", [](Keys&) -> Request { return Shutdown{}; }},
  };
  return table;
}

Result<json> parse(std::string_view line) {
  if (line.size() > kMessageLimit) return Error{"the message is longer than " + std::to_string(kMessageLimit >> 20) + " MiB"};
  json body = json::parse(line, nullptr, false);
  if (body.is_discarded() || !body.is_object()) return Error{"the message is no JSON object"};
  return body;
}

}  // namespace

Result<Call> decode_call(std::string_view line) {
  const auto body = parse(line);
  if (!body) return body.error();
  Keys keys(*body);
  Call call;
  call.id = static_cast<std::uint64_t>(keys.integer("id", 0, INT64_MAX));
  const std::string verb = keys.text("do");
  if (keys.error()) return *keys.error();
  const auto reader = readers().find(verb);
  if (reader == readers().end()) return Error{"the message's `do` names no request: `" + printable(verb.substr(0, 40)) + "`"};
  call.request = reader->second(keys);
  if (keys.error()) return *keys.error();
  return call;
}

Result<Notice> decode_notice(std::string_view line) {
  const auto body = parse(line);
  if (!body) return body.error();
  Keys keys(*body);
  Notice notice;
  if (body->contains("event")) {
    const std::string event = keys.text("event");
    if (event == "exit") {
      notice = Exited{keys.text("node"), keys.integer("pid", 0, INT32_MAX), static_cast<int>(keys.integer("code", 0, 255)), keys.boolean("by_signal"),
                      keys.texts("last_log_lines")};
    } else if (event == "log") {
      notice = LogLines{keys.text("node"), keys.texts("lines")};
    } else if (event == "file") {
      notice = FileChanged{keys.text("node"), keys.text("path")};
    } else {
      return Error{"the message's `event` is unknown: `" + printable(event.substr(0, 40)) + "`"};
    }
  } else {
    Answer answer;
    answer.id = static_cast<std::uint64_t>(keys.integer("id", 0, INT64_MAX));
    const std::string delivery = keys.text("delivery");
    if (delivery == "answered") {
      answer.delivery = backend::Delivery::answered;
    } else if (delivery == "not_sent") {
      answer.delivery = backend::Delivery::not_sent;
    } else if (delivery == "interrupted") {
      answer.delivery = backend::Delivery::interrupted;
    } else {
      return Error{"the message's `delivery` is unknown: `" + printable(delivery.substr(0, 40)) + "`"};
    }
    answer.data = keys.object("data");
    if (body->contains("error")) answer.error = keys.text("error");
    notice = std::move(answer);
  }
  if (keys.error()) return *keys.error();
  return notice;
}

}  // namespace failc::agent
