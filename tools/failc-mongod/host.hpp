#pragma once
// A model among real things: its effects done, and what happens told to it, one event at a time.
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/mongod/model.hpp"
#include "tools/failc-mongod/calls.hpp"
#include "tools/failc-mongod/clients.hpp"
#include "tools/failc-mongod/journal_file.hpp"
#include "tools/failc-mongod/logger.hpp"
#include "tools/failc-mongod/settings.hpp"

namespace failc::mongod_host {

/// Effects are collected while events are at hand, and done in this order: the journal's records written, then messages sent and calls
/// begun. Nothing leaves this process before what it tells of is in the kernel's hands, and `Synced` comes when it is on the disk.
class Host {
 public:
  Host(const Settings& settings, const Logger& log, mongod::Model& model, JournalFile& journal, Names names);
  /// These three in this order, once each.
  void start(std::vector<std::string> records);
  Status listen(const Endpoints& endpoints) { return clients_.listen(endpoints); }
  /// Until the model wants to exit, or cannot go on; its code.
  int run();

 private:
  void tell(mongod::Event event);
  void perform(std::vector<mongod::Effect> effects);
  void perform_one(mongod::Effect& effect);
  void soon();
  void flush();
  void arm();
  void await_signal();
  void synced(std::uint64_t record, const Status& status);
  void compact();
  void compacted(const JournalFile::Finished& finished);
  void finish();
  void break_off(const std::string& why);

  const Settings& settings_;
  const Logger& log_;
  mongod::Model& model_;
  JournalFile& journal_;
  boost::asio::io_context loop_{1};
  boost::asio::signal_set signals_;
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer patience_;  // with clients that do not read their last answers
  Clients clients_;
  Calls calls_;
  std::unique_ptr<Syncer> syncer_;

  std::deque<mongod::Event> events_;
  bool telling_ = false;
  bool flush_scheduled_ = false;
  std::vector<mongod::Call> calls_to_start_;
  std::optional<std::uint64_t> sync_wanted_;
  bool sync_urgent_ = false;
  std::optional<mongod::Nanos> armed_;
  bool stop_requested_ = false;
  bool finishing_ = false;
  bool compact_wanted_ = false;
  std::optional<int> exit_code_;
};

}  // namespace failc::mongod_host
