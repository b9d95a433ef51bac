#include "tools/failc-mongod/host.hpp"

#include <malloc.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <csignal>
#include <type_traits>
#include <utility>

#include "tools/failc-mongod/clock.hpp"
#include "tools/failc-mongod/exit_code.hpp"

namespace failc::mongod_host {
namespace {

using Failure = boost::system::error_code;

constexpr auto kLastWords = std::chrono::seconds(2);

}  // namespace

Host::Host(const Settings& settings, const Logger& log, mongod::Model& model, JournalFile& journal, Names names)
    : settings_(settings),
      log_(log),
      model_(model),
      journal_(journal),
      signals_(loop_, SIGTERM, SIGINT, SIGHUP),
      wake_(loop_),
      patience_(loop_),
      clients_(
          loop_, log, settings.max_connections, settings.quiet, [this](mongod::Event event) { tell(std::move(event)); },
          [this] { soon(); }),
      calls_(loop_, std::move(names), [this](mongod::CallAnswered answer) { tell(std::move(answer)); }) {}

void Host::start(std::vector<std::string> records) {
  telling_ = true;
  perform(model_.start(now(), std::move(records)));
  ::malloc_trim(0);  // the records are gone
  telling_ = false;
  soon();
}

int Host::run() {
  syncer_ = std::make_unique<Syncer>(
      journal_,
      [this](std::uint64_t record, Status status) {
        boost::asio::post(loop_, [this, record, status = std::move(status)] { synced(record, status); });
      },
      [this](JournalFile::Finished finished) {
        boost::asio::post(loop_, [this, finished = std::move(finished)] { compacted(finished); });
      });
  if (std::exchange(compact_wanted_, false)) syncer_->want_anew();
  await_signal();
  loop_.run();
  syncer_.reset();
  // What was not waited for by anyone lasts too.
  if (*exit_code_ != kAbrupt) {
    if (const Status status = journal_.sync(); !status) break_off(status.error().message);
  }
  return *exit_code_;
}

/// Events that effects cause wait until all effects before them are done.
void Host::tell(mongod::Event event) {
  if (exit_code_) return;
  events_.push_back(std::move(event));
  if (telling_) return;
  telling_ = true;
  while (!events_.empty()) {
    const mongod::Event next = std::move(events_.front());
    events_.pop_front();
    perform(model_.handle(now(), next));
    if (exit_code_) events_.clear();
  }
  telling_ = false;
  soon();
}

void Host::perform(std::vector<mongod::Effect> effects) {
  for (mongod::Effect& effect : effects) {
    if (exit_code_) return;
    perform_one(effect);
  }
}

void Host::perform_one(mongod::Effect& effect) {
  std::visit(
      [this](auto& it) {
        using Kind = std::decay_t<decltype(it)>;
        if constexpr (std::is_same_v<Kind, mongod::Send>) {
          clients_.send(it.connection, std::move(it.message), it.to_member);
        } else if constexpr (std::is_same_v<Kind, mongod::Close>) {
          clients_.close(it.connection);
        } else if constexpr (std::is_same_v<Kind, mongod::Call>) {
          calls_to_start_.push_back(std::move(it));
        } else if constexpr (std::is_same_v<Kind, mongod::CancelCall>) {
          std::erase_if(calls_to_start_, [&](const mongod::Call& call) { return call.call == it.call; });
          calls_.cancel(it.call);
        } else if constexpr (std::is_same_v<Kind, mongod::Append>) {
          journal_.add(it.record, it.bytes);
          if (it.sync) sync_wanted_ = it.record;
          sync_urgent_ = sync_urgent_ || it.urgent;
        } else if constexpr (std::is_same_v<Kind, mongod::Compact>) {
          compact();
        } else if constexpr (std::is_same_v<Kind, mongod::Log>) {
          log_.line(Severity::info, it.component, kOwnNews, "main", it.text);
        } else {
          static_assert(std::is_same_v<Kind, mongod::Exit>);
          exit_code_ = it.code;
        }
      },
      effect);
}

void Host::soon() {
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  boost::asio::post(loop_, [this] {
    flush_scheduled_ = false;
    flush();
  });
}

void Host::flush() {
  if (const Status written = journal_.write(); !written) return break_off(written.error().message);
  // Records behind the last that wants it are synced with it, for nothing.
  std::optional<std::uint64_t> wanted = std::exchange(sync_wanted_, std::nullopt);
  const bool here = std::exchange(sync_urgent_, false) && !journal_.anew() && syncer_->quick();
  if (wanted && !here) syncer_->want(*std::exchange(wanted, std::nullopt));
  clients_.flush();
  for (const mongod::Call& call : std::exchange(calls_to_start_, {})) calls_.start(call);
  if (exit_code_) return finish();
  if (wanted) {
    if (const std::optional<Status> status = syncer_->sync_here()) return synced(*wanted, *status);  // and then it flushes again
    syncer_->want(*wanted);
  }
  arm();
}

/// One timer, set again only where it would ring too late.
void Host::arm() {
  const std::optional<mongod::Nanos> wanted = model_.wake_at();
  if (!wanted || (armed_ && *armed_ <= *wanted)) return;
  armed_ = wanted;
  wake_.expires_at(std::chrono::steady_clock::time_point(*wanted));
  wake_.async_wait([this](const Failure& cancelled) {
    if (cancelled) return;
    armed_.reset();
    const std::optional<mongod::Nanos> due = model_.wake_at();
    if (due && *due <= now().now) return tell(mongod::WokeUp{});
    arm();
  });
}

void Host::await_signal() {
  signals_.async_wait([this](const Failure& cancelled, int signal) {
    if (cancelled) return;
    if (stop_requested_ && signal == SIGINT) {
      log_.line(Severity::warning, "CONTROL", kOwnNews + 5, "signal", "Interrupted again, ending at once");
      exit_code_ = kInterrupted;
      return loop_.stop();
    }
    if (!stop_requested_) {
      stop_requested_ = true;
      log_.line(Severity::info, "CONTROL", kOwnNews + 6, "signal", "Received signal", {{"signal", signal}});
      tell(mongod::StopRequested{});
    }
    await_signal();
  });
}

void Host::synced(std::uint64_t record, const Status& status) {
  if (!status) return break_off(status.error().message);
  journal_.note_synced(record);
  tell(mongod::Synced{record});
}

/// The journal begins anew, at once, before the model changes.
void Host::compact() {
  if (journal_.anew()) return;
  const Status begun = journal_.begin_anew([this](const auto& keep) { model_.checkpoint(keep); });
  if (!begun) return compacted({begun});
  if (syncer_)
    syncer_->want_anew();
  else
    compact_wanted_ = true;
}

void Host::compacted(const JournalFile::Finished& finished) {
  if (finished.fatal) return break_off(finished.status.error().message);
  if (finished.status) {
    journal_.adopt();
  } else {
    if (journal_.anew()) journal_.give_up_anew();
    log_.line(Severity::warning, "STORAGE", kOwnNews + 10, "journal", "The journal could not begin anew; it goes on as it is",
              {{"error", finished.status.error().message}});
  }
  ::malloc_trim(0);
}

/// The model has said its last word. Answers on their way go out, to those who read them.
void Host::finish() {
  clients_.stop_listening();
  if (clients_.idle()) return loop_.stop();
  if (std::exchange(finishing_, true)) return;
  patience_.expires_after(kLastWords);
  patience_.async_wait([this](const Failure& cancelled) {
    if (!cancelled) loop_.stop();
  });
}

/// The journal is not to be trusted any more: not another word leaves this process.
void Host::break_off(const std::string& why) {
  log_.line(Severity::fatal, "STORAGE", kOwnNews + 7, "journal",
            "The journal cannot be kept; ending so that no write is acknowledged that may be lost",
            {{"error", why}, {"exitCode", kAbrupt}});
  exit_code_ = kAbrupt;
  loop_.stop();
}

}  // namespace failc::mongod_host
