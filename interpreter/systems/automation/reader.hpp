#pragma once
// Typed reading of one JSON object's members, with a problem for each that is wrong, missing or unknown.
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/systems/automation/located_json.hpp"

namespace failc::automation {

class Reader {
 public:
  /// `what` names the object in messages: "a process".
  Reader(const Located& object, std::string what, std::vector<Problem>& problems);

  /// Not a problem where it is missing or null, unless `required`.
  const Located* member(const char* key, Located::Kind kind, bool required = false);
  /// Neither empty nor with control characters.
  std::optional<std::string> text(const char* key, bool required = false);
  std::optional<bool> boolean(const char* key);
  std::optional<std::int64_t> integer(const char* key, std::int64_t least, std::int64_t most, bool required = false);
  std::optional<double> number(const char* key, double least, double most);
  /// Known, and of no effect.
  void accept(std::initializer_list<const char*> keys);
  /// Once all known keys were asked for: a problem for each other one.
  void refuse_unknown();

  void problem(Span place, std::string message, std::string help = "") { problems_.push_back({place, std::move(message), std::move(help)}); }
  /// Of a member's value; of the object where there is no such member.
  Span place(const char* key) const;

 private:
  const Located& object_;
  std::string what_;
  std::vector<Problem>& problems_;
  std::set<std::string, std::less<>> known_;
};

/// Why a text cannot be a name, a path or an argument; empty where it can.
std::string_view unfit(std::string_view text);

}  // namespace failc::automation
