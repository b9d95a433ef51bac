#pragma once
// A record as text while it is put together: its keys in order, each put once. No tree is built of it, since most runs only write it down.
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json_fwd.hpp>

namespace failc::journal {

/// Writes a value behind what is in `out`. Bytes that are no UTF-8 are replaced.
void write_json(std::string& out, std::string_view text);
void write_json(std::string& out, const nlohmann::ordered_json& value);
void write_json(std::string& out, double number);
template <std::integral Integer>
void write_json(std::string& out, Integer number) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}
inline void write_json(std::string& out, bool truth) { out += truth ? "true" : "false"; }

class Record {
 public:
  Record() { text_.reserve(kUsual); }

  template <class Value>
  void put(std::string_view key, const Value& value) {
    begin(key);
    if constexpr (!std::same_as<Value, nlohmann::ordered_json> && std::convertible_to<const Value&, std::string_view>)
      write_json(text_, std::string_view(value));
    else
      write_json(text_, value);
  }
  /// A value that is JSON already.
  void put_json(std::string_view key, std::string_view json) {
    begin(key);
    text_ += json;
  }
  /// A value that `write` puts behind what is in the text that it is given.
  template <class Write>
  void put_with(std::string_view key, const Write& write) {
    begin(key);
    write(text_);
  }
  /// All of it. Nothing is put any more.
  std::string finish() {
    text_ += text_.empty() ? "{}" : "}";
    return std::move(text_);
  }

 private:
  static constexpr std::size_t kUsual = 224;  // bytes

  void begin(std::string_view key) {
    text_ += text_.empty() ? '{' : ',';
    write_json(text_, key);
    text_ += ':';
  }

  std::string text_;
};

}  // namespace failc::journal
