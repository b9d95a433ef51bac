#include "tests/mongod_host/echo_model.hpp"

#include <bson/bson.h>

#include <map>

#include "interpreter/systems/mongodb/wire/message.hpp"

namespace failc::mongod_host {
namespace {

using mongod::ConnectionId;
using mongod::Effect;
using mongod::Event;
using mongod::Moment;
using mongod::Nanos;

/// Built field by field.
class Document {
 public:
  Document() { bson_init(&bson_); }
  Document(const Document&) = delete;
  ~Document() { bson_destroy(&bson_); }
  Document& number(const char* name, std::int64_t value) {
    bson_append_int64(&bson_, name, -1, value);
    return *this;
  }
  Document& text(const char* name, const std::string& value) {
    bson_append_utf8(&bson_, name, -1, value.data(), static_cast<int>(value.size()));
    return *this;
  }
  Document& copy(const char* name, const bson_iter_t& value) {
    bson_append_iter(&bson_, name, -1, &value);
    return *this;
  }
  std::string bytes() const { return {reinterpret_cast<const char*>(bson_get_data(&bson_)), bson_.len}; }

 private:
  bson_t bson_;
};

/// Where an answer goes, and in which form.
struct Asked {
  ConnectionId connection = 0;
  std::int32_t request = 0;
  bool query = false, silent = false;
};

class EchoModel final : public mongod::Model {
 public:
  explicit EchoModel(mongod::Options options) : options_(std::move(options)) {}

  std::vector<Effect> start(Moment, std::vector<std::string> records) override {
    count_ = records.size();
    for (const std::string& record : records) bytes_ += record.size();
    return {mongod::Log{"STORAGE", "found " + std::to_string(count_) + " records"}};
  }

  std::vector<Effect> handle(Moment at, const Event& event) override {
    out_.clear();
    if (const auto* received = std::get_if<mongod::Received>(&event)) receive(at, *received);
    if (const auto* synced = std::get_if<mongod::Synced>(&event)) {
      while (!unsynced_.empty() && unsynced_.begin()->first <= synced->record) {
        answer(unsynced_.begin()->second,
               Document().number("record", static_cast<std::int64_t>(unsynced_.begin()->first)).number("ok", 1).bytes());
        unsynced_.erase(unsynced_.begin());
      }
    }
    if (std::holds_alternative<mongod::WokeUp>(event)) {
      while (!later_.empty() && later_.begin()->first <= at.now) {
        answer(later_.begin()->second, Document().number("ok", 1).bytes());
        later_.erase(later_.begin());
      }
    }
    if (const auto* answered = std::get_if<mongod::CallAnswered>(&event)) called(*answered);
    if (std::holds_alternative<mongod::Connected>(event)) ++open_;
    if (std::holds_alternative<mongod::Disconnected>(event)) --open_;
    if (std::holds_alternative<mongod::StopRequested>(event) && !stubborn_) out_.push_back(mongod::Exit{0});
    return std::move(out_);
  }

  void checkpoint(const std::function<void(std::string_view)>&) const override {}

  std::optional<Nanos> wake_at() const override { return later_.empty() ? std::nullopt : std::optional<Nanos>(later_.begin()->first); }

 private:
  void receive(Moment at, const mongod::Received& received) {
    const Result<wire::Message> message = wire::parse(received.message);
    const wire::Msg* msg = message ? std::get_if<wire::Msg>(&message->content) : nullptr;
    const wire::Query* query = message ? std::get_if<wire::Query>(&message->content) : nullptr;
    if (!msg && !query) {
      out_.push_back(mongod::Log{"NETWORK", message ? "a reply from a client" : message.error().message});
      out_.push_back(mongod::Close{received.connection});
      return;
    }
    const Asked asked{received.connection, message->header.request_id, query != nullptr, msg && msg->more_to_come()};
    const std::string_view body = msg ? msg->body : query->query;
    bson_t view;
    bson_iter_t first;
    if (!bson_init_static(&view, reinterpret_cast<const std::uint8_t*>(body.data()), body.size()) || !bson_iter_init(&first, &view) ||
        !bson_iter_next(&first))
      return answer(asked, Document().number("ok", 0).bytes());
    command(at, asked, view, first);
  }

  void command(Moment at, const Asked& asked, const bson_t& body, const bson_iter_t& first) {
    const std::string name = bson_iter_key(&first);
    const auto number = [&](const char* field, std::int64_t otherwise) {
      bson_iter_t found;
      return bson_iter_init_find(&found, &body, field) ? bson_iter_as_int64(&found) : otherwise;
    };
    const auto text = [&] {
      std::uint32_t length = 0;
      const char* found = bson_iter_utf8(&first, &length);
      return found ? std::string(found, length) : std::string();
    };
    if (name == "ping") return answer(asked, Document().number("ok", 1).bytes());
    if (name == "hello" || name == "isMaster" || name == "ismaster") return answer(asked, hello(at));
    if (name == "echo") return answer(asked, Document().copy("echo", first).number("ok", 1).bytes());
    if (name == "count")
      return answer(asked, Document()
                               .number("n", static_cast<std::int64_t>(count_))
                               .number("bytes", static_cast<std::int64_t>(bytes_))
                               .number("open", open_)
                               .number("ok", 1)
                               .bytes());
    if (name == "big")
      return answer(asked, Document().text("big", std::string(static_cast<std::size_t>(number("big", 0)), 'x')).number("ok", 1).bytes());
    if (name == "append") return append(asked, text(), number("wait", 1) != 0);
    if (name == "later") {
      later_.emplace(at.now + std::chrono::milliseconds(number("later", 0)), asked);
      return;
    }
    if (name == "call") {
      calls_.emplace(++last_call_, asked);
      out_.push_back(mongod::Call{last_call_, text(), Document().number("ping", 1).text("$db", "admin").bytes(),
                                  std::chrono::milliseconds(number("ms", 1000))});
      return;
    }
    if (name == "bye") {
      answer(asked, Document().text("big", std::string(static_cast<std::size_t>(number("also", 0)), 'x')).number("ok", 1).bytes());
      out_.push_back(mongod::Close{asked.connection});
      return;
    }
    if (name == "stubborn") {
      stubborn_ = true;
      return answer(asked, Document().number("ok", 1).bytes());
    }
    if (name == "exit") {
      answer(asked, Document().number("ok", 1).bytes());
      out_.push_back(mongod::Exit{static_cast<int>(number("exit", 0))});
      return;
    }
    answer(asked, Document().number("ok", 0).text("errmsg", "no such command: '" + name + "'").number("code", 59).bytes());
  }

  void append(const Asked& asked, std::string text, bool wait) {
    ++count_;
    bytes_ += text.size();
    out_.push_back(mongod::Append{count_, std::move(text), wait});
    if (wait)
      unsynced_.emplace(count_, asked);
    else
      answer(asked, Document().number("record", static_cast<std::int64_t>(count_)).number("ok", 1).bytes());
  }

  void called(const mongod::CallAnswered& answered) {
    const auto found = calls_.find(answered.call);
    if (found == calls_.end()) return;
    Document reply;
    if (answered.reply)
      reply.number("answer", 1);
    else
      reply.text("problem", answered.reply.error().message);
    answer(found->second, reply.number("ok", 1).bytes());
    calls_.erase(found);
  }

  std::string hello(Moment at) const {
    bson_t out;
    bson_init(&out);
    bson_append_bool(&out, "helloOk", -1, true);
    bson_append_bool(&out, "ismaster", -1, true);
    bson_append_bool(&out, "isWritablePrimary", -1, true);
    bson_append_int32(&out, "maxBsonObjectSize", -1, 16 << 20);
    bson_append_int32(&out, "maxMessageSizeBytes", -1, wire::kMaxMessage);
    bson_append_int32(&out, "maxWriteBatchSize", -1, 100000);
    bson_append_int32(&out, "minWireVersion", -1, 0);
    bson_append_int32(&out, "maxWireVersion", -1, 21);
    bson_append_date_time(&out, "localTime", -1, at.wall.count());
    bson_append_double(&out, "ok", -1, 1);
    std::string bytes(reinterpret_cast<const char*>(bson_get_data(&out)), out.len);
    bson_destroy(&out);
    return bytes;
  }

  void answer(const Asked& asked, const std::string& document) {
    if (asked.silent) return;
    ++last_reply_;
    out_.push_back(mongod::Send{asked.connection, asked.query ? wire::write_reply(last_reply_, asked.request, wire::kAwaitCapable, document)
                                                              : wire::write_msg(last_reply_, asked.request, 0, document)});
  }

  mongod::Options options_;
  std::vector<Effect> out_;
  std::uint64_t count_ = 0, bytes_ = 0, last_call_ = 0;
  std::int64_t open_ = 0;
  bool stubborn_ = false;
  std::int32_t last_reply_ = 0;
  std::map<std::uint64_t, Asked> unsynced_;
  std::multimap<Nanos, Asked> later_;
  std::map<std::uint64_t, Asked> calls_;
};

}  // namespace

std::unique_ptr<mongod::Model> make_echo_model(mongod::Options options) { return std::make_unique<EchoModel>(std::move(options)); }

}  // namespace failc::mongod_host
