#include "interpreter/systems/mongodb/bson/builder.hpp"

#include <cstring>

#include "grammar/base/bug.hpp"

namespace failc::bson {

Builder::Builder() {
  out_.reserve(128);
  out_.append(4, '\0');
}

std::size_t Builder::begin_element(std::string_view key) {
  const std::size_t start = out_.size(), length = ::strnlen(key.data(), key.size());
  out_.resize(start + 1 + length + 1);
  std::memcpy(out_.data() + start + 1, key.data(), length);
  return start;
}

void Builder::end_element(std::size_t start, Type type) {
  if (type == Type::missing)
    out_.resize(start);
  else
    out_[start] = static_cast<char>(type);
}

Builder& Builder::append_all(View document) {
  out_.append(document.bytes().substr(4, document.size() - 5));
  return *this;
}

Builder& Builder::open(std::string_view key, Type type) {
  end_element(begin_element(key), type);
  open_.push_back(out_.size());
  out_.append(4, '\0');
  return *this;
}

Builder& Builder::close() {
  FAILC_ASSERT(!open_.empty());
  end_document(open_.back());
  open_.pop_back();
  return *this;
}

void Builder::end_document(std::size_t start) {
  out_.push_back('\0');
  const std::int32_t size = static_cast<std::int32_t>(out_.size() - start);
  std::memcpy(out_.data() + start, &size, sizeof size);
}

Document Builder::finish() {
  while (!open_.empty()) close();
  end_document(0);
  return Document::trusted(std::move(out_));
}

Value ArrayBuilder::finish() { return {Type::array, builder_.finish().bytes()}; }

Document with(View document, std::string_view key, ValueView value) {
  Builder out;
  bool placed = false;
  for (const Element& element : document) {
    const bool here = !placed && element.key == key;
    placed = placed || here;
    out.append(element.key, here ? value : element.value);
  }
  if (!placed) out.append(key, value);
  return out.finish();
}

Document without(View document, std::string_view key) {
  Builder out;
  for (const Element& element : document)
    if (element.key != key) out.append(element.key, element.value);
  return out.finish();
}

}  // namespace failc::bson
