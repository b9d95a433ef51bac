#include "interpreter/journal/journal.hpp"

namespace failc::journal {

std::string text_of(const nlohmann::ordered_json& record) {
  // Servers may print anything, and a record must not be lost for it.
  return record.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string numbered(const nlohmann::ordered_json& record, std::uint64_t n) {
  const std::string text = text_of(record);
  std::string line = "{\"n\":" + std::to_string(n);
  if (text.size() > 2) line += ",";
  line.append(text, 1);
  return line;
}

}  // namespace failc::journal
