#include "tests/drivers/libmongoc/client.hpp"

#include <algorithm>
#include <cstdio>

namespace failc::client {

Bson to_bson(const Json& json) {
  Json keyed = json;
  if (json.is_array()) {
    keyed = Json::object();
    for (std::size_t i = 0; i < json.size(); ++i) keyed[std::to_string(i)] = json[i];
  }
  const std::string text = keyed.dump();
  bson_error_t error;
  Bson out(bson_new_from_json(reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<ssize_t>(text.size()), &error));
  if (!out) throw std::runtime_error(text + ": " + error.message);
  return out;
}

Json to_json(const bson_t* document) {
  std::size_t size = 0;
  char* text = bson_as_relaxed_extended_json(document, &size);
  Json out = Json::parse(text, text + size);
  bson_free(text);
  return out;
}

Json reply_of(const std::function<bool(bson_t*, bson_error_t*)>& call) {
  bson_t reply;
  bson_error_t error{};
  const bool good = call(&reply, &error);
  Json out = to_json(&reply);
  bson_destroy(&reply);
  if (!good) throw Failed(error, std::move(out));
  return out;
}

Json documents(mongoc_cursor_t* cursor) {
  Json out = Json::array();
  for (const bson_t* document = nullptr; mongoc_cursor_next(cursor, &document);) out.push_back(to_json(document));
  bson_error_t error;
  const bson_t* reply = nullptr;
  if (mongoc_cursor_error_document(cursor, &error, &reply)) throw Failed(error, reply ? to_json(reply) : Json());
  return out;
}

thread_local int attempts = 0;

void Watch::set_on(mongoc_client_pool_t* pool) {
  const Held<mongoc_apm_callbacks_t, mongoc_apm_callbacks_destroy> callbacks(mongoc_apm_callbacks_new());
  mongoc_apm_set_topology_changed_cb(callbacks.get(), [](const mongoc_apm_topology_changed_t* event) {
    static_cast<Watch*>(mongoc_apm_topology_changed_get_context(event))->topology(mongoc_apm_topology_changed_get_new_description(event));
  });
  mongoc_apm_set_command_succeeded_cb(callbacks.get(), [](const mongoc_apm_command_succeeded_t* event) {
    Watch& watch = *static_cast<Watch*>(mongoc_apm_command_succeeded_get_context(event));
    const std::lock_guard lock(watch.mutex_);
    ++watch.answered_[mongoc_apm_command_succeeded_get_command_name(event)];
  });
  mongoc_apm_set_command_started_cb(callbacks.get(), [](const mongoc_apm_command_started_t*) { ++attempts; });
  mongoc_client_pool_set_apm_callbacks(pool, callbacks.get(), this);
}

void Watch::topology(const mongoc_topology_description_t* now) {
  std::size_t count = 0;
  mongoc_server_description_t** servers = mongoc_topology_description_get_servers(now, &count);
  const std::lock_guard lock(mutex_);
  Json primary;
  hosts_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    const std::string address = mongoc_server_description_host(servers[i])->host_and_port;
    hosts_.insert(address);
    if (mongoc_server_description_type(servers[i]) == std::string("RSPrimary")) primary = address;
  }
  mongoc_server_descriptions_destroy_all(servers, count);
  if (primary != primary_) changed_(primary_ = primary);
}

int Watch::answered(const std::string& command) {
  const std::lock_guard lock(mutex_);
  return answered_[command];
}

std::set<std::string> Watch::hosts() {
  const std::lock_guard lock(mutex_);
  return hosts_;
}

Pool::Pool(const std::string& uri, Watch* watch) {
  bson_error_t error;
  const Held<mongoc_uri_t, mongoc_uri_destroy> parsed(mongoc_uri_new_with_error(uri.c_str(), &error));
  if (!parsed) throw std::runtime_error(error.message);
  pool_.reset(mongoc_client_pool_new(parsed.get()));
  mongoc_client_pool_set_error_api(pool_.get(), MONGOC_ERROR_API_VERSION_2);
  if (watch) watch->set_on(pool_.get());
}

Json Client::command(const char* database, const Json& command, const Json& options) const {
  return reply_of([&](bson_t* reply, bson_error_t* error) {
    return mongoc_client_command_with_opts(client_, database, to_bson(command).get(), nullptr, to_bson(options).get(), reply, error);
  });
}

}  // namespace failc::client

int main(int count, char** words) {
  using namespace failc::client;
  if (count < 3) return 2;
  mongoc_init();
  mongoc_log_set_handler(
      [](mongoc_log_level_t, const char* domain, const char* text, void*) { std::fprintf(stderr, "%s: %s\n", domain, text); }, nullptr);
  int code = 0;
  try {
    if (words[1] == std::string("operations")) {
      std::printf("%s\n", operations(words[2]).dump().c_str());
    } else {
      writes(words[2], count > 3 ? std::stoi(words[3]) : 1);
    }
  } catch (const std::exception& wrong) {
    std::fprintf(stderr, "%s\n", wrong.what());
    code = 1;
  }
  mongoc_cleanup();
  return code;
}
