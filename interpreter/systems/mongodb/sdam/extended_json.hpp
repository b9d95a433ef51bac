#pragma once
// Fields of a document in MongoDB Extended JSON (version 2, canonical or relaxed), read by type. Absent and null are the same.
#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/base/result.hpp"
#include "interpreter/systems/mongodb/sdam/document_view.hpp"
#include "interpreter/systems/mongodb/sdam/object_id.hpp"

namespace failc::sdam {

/// Reads one object. The first field of a wrong type is kept as the error, and everything read after it is absent: look at `error()` once,
/// at the end.
class Fields {
 public:
  /// `where` names the document in errors. What is no object is an error at once.
  Fields(DocumentView document, std::string where);

  std::optional<bool> boolean(const char* name);          // also numbers: not 0
  std::optional<std::int64_t> integer(const char* name);  // also doubles without a fraction
  std::optional<double> number(const char* name);
  std::optional<std::string> text(const char* name);
  std::vector<std::string> texts(const char* name);  // an array of strings; absent: empty
  std::optional<std::map<std::string, std::string>> text_map(const char* name);
  std::optional<ObjectId> object_id(const char* name);
  std::optional<TopologyVersion> topology_version(const char* name);
  /// 0 where there is none.
  std::int32_t wire_version(const char* name);
  std::optional<std::chrono::milliseconds> date(const char* name);  // since the Unix epoch; also a bare integer
  std::optional<DocumentView> object(const char* name);
  std::optional<DocumentView> array(const char* name);

  bool has(const char* name) const;  // present, be it null
  /// The error of a reader of a part of this document.
  void adopt(const Fields& part);
  void fail(const std::string& name, const std::string& why);
  /// An error for the first key that is none of `known`.
  void only(std::initializer_list<std::string_view> known);
  const std::optional<Error>& error() const { return error_; }
  /// The key that the error is about; and where it is one that is not known, those that are.
  const std::string& failed_key() const { return failed_key_; }
  const std::vector<std::string_view>& known_keys() const { return known_keys_; }

 private:
  std::optional<DocumentView> find(const char* name) const;

  std::optional<DocumentView> document_;  // nothing: no object
  std::string where_;
  std::optional<Error> error_;
  std::string failed_key_;
  std::vector<std::string_view> known_keys_;
};

/// A whole number, or a number, in any of the spellings.
std::optional<std::int64_t> integer_of(const DocumentView& value);
std::optional<double> number_of(const DocumentView& value);

/// Whether a server's reply has `ok: 1` (or true).
bool is_ok(const DocumentView& reply);

nlohmann::json to_json(const ObjectId& id);              // {"$oid": …}
nlohmann::json to_json(const TopologyVersion& version);  // counter as {"$numberLong": …}

}  // namespace failc::sdam
