#include "interpreter/systems/automation/located_json.hpp"

#include <cctype>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

namespace failc::automation {
namespace {

constexpr std::size_t kDepth = 64;

/// An iterator that tells how far the library has read: the library itself names no places of values.
class Counting {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;
  Counting(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  Counting& operator++() {
    ++at_;
    if (furthest_) *furthest_ = at_;
    return *this;
  }
  Counting operator++(int) {
    const Counting before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Counting& other) const { return at_ == other.at_; }
  bool operator!=(const Counting& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(std::string_view text, const char** read, std::vector<Problem>& problems) : text_(text), read_(read), problems_(problems) {}
  Located take() { return std::move(root_); }

  bool null() override { return scalar(Located::Kind::null, word_place(4)) != nullptr; }
  bool boolean(bool value) override {
    Located* made = scalar(Located::Kind::boolean, word_place(value ? 4 : 5));
    made->boolean = value;
    return true;
  }
  bool number_integer(number_integer_t value) override {
    Located* made = scalar(Located::Kind::integer, number_place());
    made->integer = value;
    made->real = static_cast<double>(value);
    return true;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= static_cast<number_unsigned_t>(INT64_MAX)) return number_integer(static_cast<std::int64_t>(value));
    scalar(Located::Kind::real, number_place())->real = static_cast<double>(value);
    return true;
  }
  bool number_float(number_float_t value, const string_t&) override {
    scalar(Located::Kind::real, number_place())->real = value;
    return true;
  }
  bool string(string_t& value) override {
    scalar(Located::Kind::text, string_place())->text = value;
    return true;
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Located::Kind::object); }
  bool start_array(std::size_t) override { return open(Located::Kind::list); }
  bool end_object() override {
    std::set<std::string_view> seen;
    for (const LocatedMember& member : open_.back()->members)
      if (!seen.insert(member.key).second) problems_.push_back({member.key_place, "`" + member.key + "` stands twice in this object", ""});
    return close();
  }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    Located& object = *open_.back();
    const Span place = string_place();
    object.members.push_back({name, place, {}});
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& wrong) override {
    // "[json.exception…] parse error at line 3, column 5: what": the library's columns are bytes.
    std::string what = wrong.what();
    if (const auto column = what.find("column "); column != std::string::npos)
      if (const auto colon = what.find(": ", column); colon != std::string::npos) what.erase(0, colon + 2);
    const auto end = static_cast<std::uint32_t>(std::min(position, text_.size()));
    problems_.push_back({{end > 0 ? end - 1 : 0, end}, "this is no JSON: " + what, ""});
    return false;
  }

 private:
  std::uint32_t read() const { return static_cast<std::uint32_t>(*read_ - text_.data()); }
  Span word_place(std::uint32_t length) const { return {read() - length, read()}; }
  /// A string was just read: its opening quote is the last one that no backslash precedes.
  Span string_place() const {
    const std::uint32_t end = read();
    std::uint32_t begin = end - 2;
    while (begin > 0 && (text_[begin] != '"' || text_[begin - 1] == '\\')) --begin;
    return {begin, end};
  }
  /// To see a number's end the library reads one character more, unless the text is over.
  Span number_place() const {
    const auto part = [&](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' || c == '.'; };
    std::uint32_t end = read();
    if (end > 0 && !part(text_[end - 1])) --end;
    std::uint32_t begin = end;
    while (begin > 0 && part(text_[begin - 1])) --begin;
    return {begin, end};
  }
  Located* place_for_value() {
    if (open_.empty()) return &root_;
    Located& holder = *open_.back();
    if (holder.kind == Located::Kind::object) return &holder.members.back().value;
    holder.items.emplace_back();
    return &holder.items.back();
  }
  Located* scalar(Located::Kind kind, Span place) {
    Located* made = place_for_value();
    made->kind = kind;
    made->place = place;
    return made;
  }
  bool open(Located::Kind kind) {
    const Span place = word_place(1);
    if (open_.size() == kDepth) {
      problems_.push_back({place, "more than 64 levels of brackets", ""});
      return false;
    }
    // A holder does not move while something in it is open: it grows only at its end, after that was closed.
    open_.push_back(scalar(kind, place));
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const char** read_;
  std::vector<Problem>& problems_;
  Located root_;
  std::vector<Located*> open_;
};

}  // namespace

const LocatedMember* Located::find(std::string_view key) const {
  for (const LocatedMember& member : members)
    if (member.key == key) return &member;
  return nullptr;
}

std::string_view noun(Located::Kind kind) {
  switch (kind) {
    case Located::Kind::null: return "null";
    case Located::Kind::boolean: return "true or false";
    case Located::Kind::integer: return "a whole number";
    case Located::Kind::real: return "a number";
    case Located::Kind::text: return "a text";
    case Located::Kind::list: return "a list";
    case Located::Kind::object: return "an object";
  }
  return "";
}

Located read_located(std::string_view text, std::vector<Problem>& problems) {
  const char* furthest = text.data();
  Builder builder(text, &furthest, problems);
  const char* end = text.data() + text.size();
  nlohmann::json::sax_parse(Counting(text.data(), &furthest), Counting(end, nullptr), &builder);
  return builder.take();
}

}  // namespace failc::automation
