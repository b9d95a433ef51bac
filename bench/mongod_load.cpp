// Load on a mongod by libmongoc's pool: bench_mongod_load URI TASK COUNT THREADS, as JSON. TASK is `insert` (documents {_id}), `update` (of
// one document) or `majority` (inserts that wait for a majority). The first _id comes after the number of documents that are there.
#include <mongoc/mongoc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Load {
  mongoc_client_pool_t* pool = nullptr;
  std::string task;
  std::int64_t first = 0, count = 0;
  std::atomic<std::int64_t> next{0};
};

/// Takes numbers until there are none left; the milliseconds that each took.
std::vector<double> work(Load& load) {
  std::vector<double> took;
  mongoc_client_t* client = mongoc_client_pool_pop(load.pool);
  mongoc_collection_t* collection = mongoc_client_get_collection(client, "bench", "c");
  while (true) {
    const std::int64_t number = load.next++;
    if (number >= load.count) break;
    bson_error_t error;
    bool done = false;
    const Clock::time_point began = Clock::now();
    if (load.task == "update") {
      bson_t* filter = BCON_NEW("_id", BCON_INT32(0));
      bson_t* change = BCON_NEW("$inc", "{", "n", BCON_INT32(1), "}");
      done = mongoc_collection_update_one(collection, filter, change, nullptr, nullptr, &error);
      bson_destroy(filter);
      bson_destroy(change);
    } else {
      bson_t* document = BCON_NEW("_id", BCON_INT32(static_cast<std::int32_t>(load.first + number)));
      done = mongoc_collection_insert_one(collection, document, nullptr, nullptr, &error);
      bson_destroy(document);
    }
    took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - began).count());
    if (!done) {
      std::fprintf(stderr, "%s %lld: %s\n", load.task.c_str(), static_cast<long long>(number), error.message);
      std::exit(1);
    }
  }
  mongoc_collection_destroy(collection);
  mongoc_client_pool_push(load.pool, client);
  return took;
}

std::int64_t documents(mongoc_client_pool_t* pool) {
  mongoc_client_t* client = mongoc_client_pool_pop(pool);
  mongoc_collection_t* collection = mongoc_client_get_collection(client, "bench", "c");
  bson_t none = BSON_INITIALIZER;
  bson_error_t error;
  const std::int64_t out = mongoc_collection_count_documents(collection, &none, nullptr, nullptr, nullptr, &error);
  if (out < 0) {
    std::fprintf(stderr, "count: %s\n", error.message);
    std::exit(1);
  }
  mongoc_collection_destroy(collection);
  mongoc_client_pool_push(pool, client);
  return out;
}

}  // namespace

int main(int count, char** words) {
  if (count != 5) {
    std::fprintf(stderr, "bench_mongod_load URI insert|update|majority COUNT THREADS\n");
    return 2;
  }
  mongoc_init();
  bson_error_t error;
  mongoc_uri_t* uri = mongoc_uri_new_with_error(words[1], &error);
  if (uri == nullptr) {
    std::fprintf(stderr, "%s\n", error.message);
    return 2;
  }
  Load load;
  load.task = words[2];
  load.count = std::atoll(words[3]);
  const std::size_t threads = static_cast<std::size_t>(std::atoi(words[4]));
  mongoc_write_concern_t* concern = mongoc_write_concern_new();
  if (load.task == "majority")
    mongoc_write_concern_set_wmajority(concern, 10000);
  else
    mongoc_write_concern_set_w(concern, 1);
  mongoc_uri_set_write_concern(uri, concern);
  load.pool = mongoc_client_pool_new(uri);
  load.first = documents(load.pool);

  std::vector<std::vector<double>> each(threads);
  std::vector<std::thread> workers;
  const Clock::time_point began = Clock::now();
  for (std::vector<double>& its : each) workers.emplace_back([&] { its = work(load); });
  for (std::thread& worker : workers) worker.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::vector<double> took;
  for (const std::vector<double>& its : each) took.insert(took.end(), its.begin(), its.end());
  std::sort(took.begin(), took.end());
  std::printf("{\"count\": %zu, \"per_second\": %.0f, \"p50_ms\": %.3f, \"p99_ms\": %.3f}\n", took.size(),
              static_cast<double>(took.size()) / seconds, took[took.size() / 2], took[took.size() * 99 / 100]);

  mongoc_client_pool_destroy(load.pool);
  mongoc_write_concern_destroy(concern);
  mongoc_uri_destroy(uri);
  mongoc_cleanup();
}
