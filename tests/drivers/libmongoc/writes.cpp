// Several writers, until the standard input ends.
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>
#include <vector>

#include "tests/drivers/libmongoc/client.hpp"

namespace failc::client {
namespace {

constexpr int kKeep = 100;  // ids in a log

std::mutex output;

void tell(const Json& line) {
  const std::lock_guard lock(output);
  std::cout << line.dump() << std::endl;
}

struct Tally {
  std::mutex mutex;
  Json acknowledged = Json::array(), failed = Json::array();
};

void write(const Client& client, const std::string& id, const std::string& log, int number) {
  const Bson which = to_bson({{"_id", number % 2 == 0 ? id : log}});
  if (number % 2 == 0) {
    const Collection events = client.collection("events");
    reply_of(
        [&](bson_t* reply, bson_error_t* error) { return mongoc_collection_insert_one(events.get(), which.get(), nullptr, reply, error); });
    return;
  }
  const Collection logs = client.collection("logs");
  const Bson add = to_bson({{"$inc", {{"n", 1}}}, {"$push", {{"ids", id}}}});
  if (number % 4 == 1) {
    const Bson options = to_bson({{"upsert", true}});
    reply_of([&](bson_t* reply, bson_error_t* error) {
      return mongoc_collection_update_one(logs.get(), which.get(), add.get(), options.get(), reply, error);
    });
    return;
  }
  const Held<mongoc_find_and_modify_opts_t, mongoc_find_and_modify_opts_destroy> options(mongoc_find_and_modify_opts_new());
  mongoc_find_and_modify_opts_set_update(options.get(), add.get());
  mongoc_find_and_modify_opts_set_flags(options.get(), MONGOC_FIND_AND_MODIFY_UPSERT);
  reply_of([&](bson_t* reply, bson_error_t* error) {
    return mongoc_collection_find_and_modify_with_opts(logs.get(), which.get(), options.get(), reply, error);
  });
}

Json shown(const std::string& id, const Failed& failed) {
  const Bson reply = to_bson(failed.reply.is_object() ? failed.reply : Json::object());
  return {{"id", id},
          {"message", failed.what()},
          {"code", failed.error.code},
          {"network", failed.error.domain == MONGOC_ERROR_STREAM},
          {"attempts", attempts},
          {"retryable", mongoc_error_has_label(reply.get(), "RetryableWriteError")}};
}

void work(const Pool& pool, int writer, const std::atomic<bool>& stopped, Tally& tally) {
  const Client client(pool);
  for (int number = 0; !stopped; ++number) {
    const std::string id = std::to_string(writer) + "-" + std::to_string(number);
    attempts = 0;
    try {
      write(client, id, std::to_string(writer) + "-log-" + std::to_string(number / kKeep), number);
      const std::lock_guard lock(tally.mutex);
      tally.acknowledged.push_back(id);
    } catch (const Failed& failed) {
      const std::lock_guard lock(tally.mutex);
      tally.failed.push_back(shown(id, failed));
    }
  }
}

Json all_of(const Client& client, const char* name) {
  const Collection collection = client.collection(name);
  const Cursor cursor(mongoc_collection_find_with_opts(collection.get(), to_bson(Json::object()).get(),
                                                       to_bson({{"readConcern", {{"level", "majority"}}}}).get(), nullptr));
  return documents(cursor.get());
}

}  // namespace

void writes(const std::string& uri, int writers) {
  Watch watch([](const Json& primary) { tell({{"primary", primary}}); });
  const Pool pool(uri, &watch);
  Tally tally;
  std::atomic<bool> stopped = false;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < writers; ++writer) threads.emplace_back([&, writer] { work(pool, writer, stopped, tally); });
  threads.emplace_back([&] {
    while (!stopped) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      std::size_t count = 0;
      {
        const std::lock_guard lock(tally.mutex);
        count = tally.acknowledged.size();
      }
      tell({{"acknowledged", count}});
    }
  });
  while (std::cin.get() != std::char_traits<char>::eof()) {
  }
  stopped = true;
  for (std::thread& thread : threads) thread.join();
  const Client client(pool);
  Json events = Json::array();
  for (const Json& event : all_of(client, "events")) events.push_back(event["_id"]);
  tell(
      {{"writes", {{"acknowledged", tally.acknowledged}, {"failed", tally.failed}, {"events", events}, {"logs", all_of(client, "logs")}}}});
}

}  // namespace failc::client
