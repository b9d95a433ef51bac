#pragma once
// A journal that tells each record as soon as it is written, to whoever listens.
#include <functional>

#include "interpreter/journal/journal.hpp"

namespace failc::journal {

class ToldJournal : public Journal {
 public:
  using Tell = std::function<void(const nlohmann::ordered_json& record)>;
  ToldJournal(Journal& inner, Tell tell) : inner_(inner), tell_(std::move(tell)) {}

  Status write(const std::string& record, bool durable) override {
    Status written = inner_.write(record, durable);
    if (written && tell_) tell_(nlohmann::ordered_json::parse(record));
    return written;
  }
  Status history(const nlohmann::ordered_json& record) override { return inner_.history(record); }
  Status flush() override { return inner_.flush(); }
  Status scenario_ended() override { return inner_.scenario_ended(); }

 private:
  Journal& inner_;  // outlives this
  Tell tell_;
};

}  // namespace failc::journal
