#include "interpreter/systems/automation/set_config.hpp"

#include <charconv>

namespace failc::automation {

using Json = nlohmann::ordered_json;

namespace {

std::optional<Json> plain_number(const Json& tagged) {
  if (!tagged.is_object() || tagged.size() != 1) return std::nullopt;
  const std::string& tag = tagged.begin().key();
  const Json& value = *tagged.begin();
  if (!value.is_string()) return std::nullopt;
  const std::string& text = value.get_ref<const std::string&>();
  const char *begin = text.data(), *end = begin + text.size();
  if (tag == "$numberInt" || tag == "$numberLong") {
    std::int64_t number = 0;
    if (std::from_chars(begin, end, number).ptr == end && begin != end) return Json(number);
  } else if (tag == "$numberDouble") {
    double number = 0;
    if (std::from_chars(begin, end, number).ptr == end && begin != end) return Json(number);
  }
  return std::nullopt;
}

/// What a member has where nothing is said, and how its fields are compared.
Json field(const Json& member, const char* key) {
  const auto arbiter_only = member.find("arbiterOnly");
  const bool arbiter = arbiter_only != member.end() && *arbiter_only == true;
  if (const auto found = member.find(key); found != member.end()) return *found;
  const std::string_view name = key;
  if (name == "priority") return arbiter ? 0 : 1;
  if (name == "votes") return 1;
  if (name == "tags") return Json::object();
  if (name == "buildIndexes") return true;
  if (name == "secondaryDelaySecs" || name == "slaveDelay") return 0;
  if (name == "host") return "";
  return false;
}

constexpr const char* kFields[] = {"host", "arbiterOnly", "priority", "votes", "hidden", "tags", "buildIndexes", "secondaryDelaySecs", "slaveDelay"};

bool equal(const Json& left, const Json& right) {
  // The server writes the newer name for a delay, whichever it was given.
  const auto delay = [](const Json& member) {
    const Json newer = field(member, "secondaryDelaySecs");
    return newer == 0 ? field(member, "slaveDelay") : newer;
  };
  if (delay(left) != delay(right)) return false;
  for (const char* key : kFields) {
    const std::string_view name = key;
    if (name == "secondaryDelaySecs" || name == "slaveDelay") continue;
    if (name == "tags") {  // in any order
      if (nlohmann::json(field(left, key)) != nlohmann::json(field(right, key))) return false;
    } else if (field(left, key) != field(right, key)) {
      return false;
    }
  }
  return true;
}

Json::const_iterator with_id(const Json& members, const Json& id) {
  auto at = members.begin();
  while (at != members.end() && at->value("_id", Json()) != id) ++at;
  return at;
}

}  // namespace

Json plain(const Json& canonical) {
  if (auto number = plain_number(canonical)) return *number;
  if (!canonical.is_structured()) return canonical;
  Json out = canonical;
  for (Json& inner : out) inner = plain(inner);
  return out;
}

std::optional<Json> next_config(const Json& current, const ReplicaSet& wanted) {
  if (!current.is_object()) return std::nullopt;
  const auto now = current.find("members");
  if (now == current.end() || !now->is_array()) return std::nullopt;
  for (const Json& member : *now)
    if (!member.is_object()) return std::nullopt;
  const Json& goal = wanted.document["members"];
  Json members = Json::array();
  bool changed = false, spent = false;  // spent: a voting member came, went or changed its vote in this step
  const auto vote = [](const Json& member) { return field(member, "votes") != 0; };
  for (const Json& member : *now) {
    const auto target = with_id(goal, member.value("_id", Json()));
    const bool same_host = target != goal.end() && field(*target, "host") == field(member, "host");
    if (same_host && equal(member, *target)) {
      members.push_back(member);
      continue;
    }
    // A member on another address is another member: the old one goes first, the new one comes in a later step.
    const bool counts = !same_host ? vote(member) : vote(member) != vote(*target);
    if (counts && spent) {
      members.push_back(member);
      continue;
    }
    changed = true;
    spent = spent || counts;
    if (!same_host) continue;
    Json mended = member;
    for (const char* key : kFields) mended.erase(key);
    mended.update(*target);
    members.push_back(std::move(mended));
  }
  for (const Json& member : goal) {
    if (with_id(*now, member["_id"]) != now->end()) continue;
    if (vote(member) && spent) continue;
    changed = true;
    spent = spent || vote(member);
    members.push_back(member);
  }
  Json out = current;
  if (const auto settings = wanted.document.find("settings"); settings != wanted.document.end()) {
    for (const auto& [key, value] : settings->items()) {
      const auto there = out.find("settings");
      if (there != out.end() && there->is_object() && there->value(key, Json()) == value) continue;
      if (there == out.end() || !there->is_object()) out["settings"] = Json::object();
      out["settings"][key] = value;
      changed = true;
    }
  }
  constexpr const char* kJournal = "writeConcernMajorityJournalDefault";
  if (const auto journal = wanted.document.find(kJournal); journal != wanted.document.end() && current.value(kJournal, Json(true)) != *journal) {
    out[kJournal] = *journal;
    changed = true;
  }
  if (!changed) return std::nullopt;
  const Json version = current.value("version", Json(1));
  out["version"] = version.is_number() ? version.get<std::int64_t>() + 1 : 1;
  out.erase("term");  // the server gives it
  out["members"] = std::move(members);
  return out;
}

}  // namespace failc::automation
