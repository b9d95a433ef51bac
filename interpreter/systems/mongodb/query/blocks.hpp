#pragma once
// Values in order, each once, in blocks of some hundred: a set that takes little more memory than its values, and whose appending is quick.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace failc::query {

/// `Less` compares values, and values with keys, both ways round. Every change makes iterators and references invalid.
template <class T, class Less>
class Blocks {
 public:
  class Iterator {
   public:
    using iterator_category = std::bidirectional_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using pointer = const T*;
    using reference = const T&;
    Iterator() = default;
    const T& operator*() const { return (*blocks_)[block_][place_]; }
    const T* operator->() const { return &**this; }
    Iterator& operator++() {
      if (++place_ == (*blocks_)[block_].size()) ++block_, place_ = 0;
      return *this;
    }
    Iterator& operator--() {
      if (place_ == 0) place_ = (*blocks_)[--block_].size();
      --place_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return block_ == other.block_ && place_ == other.place_; }

   private:
    friend class Blocks;
    Iterator(const std::vector<std::vector<T>>* blocks, std::size_t block, std::size_t place)
        : blocks_(blocks), block_(block), place_(place) {}
    const std::vector<std::vector<T>>* blocks_ = nullptr;
    std::size_t block_ = 0, place_ = 0;
  };

  Iterator begin() const { return {&blocks_, 0, 0}; }
  Iterator end() const { return {&blocks_, blocks_.size(), 0}; }
  std::reverse_iterator<Iterator> rbegin() const { return std::reverse_iterator<Iterator>(end()); }
  std::reverse_iterator<Iterator> rend() const { return std::reverse_iterator<Iterator>(begin()); }
  std::size_t size() const { return size_; }

  /// The first value that is not less than `key`.
  template <class Key>
  Iterator lower_bound(const Key& key) const {
    const auto block =
        std::partition_point(blocks_.begin(), blocks_.end(), [&](const std::vector<T>& its) { return Less()(its.back(), key); });
    if (block == blocks_.end()) return end();
    const auto place = std::partition_point(block->begin(), block->end(), [&](const T& value) { return Less()(value, key); });
    return {&blocks_, static_cast<std::size_t>(block - blocks_.begin()), static_cast<std::size_t>(place - block->begin())};
  }
  /// The value that is neither less nor greater, or the end.
  template <class Key>
  Iterator find(const Key& key) const {
    const Iterator at = lower_bound(key);
    return at != end() && !Less()(key, *at) ? at : end();
  }

  /// False where it is there already.
  bool insert(T value) {
    Iterator at = blocks_.empty() || Less()(blocks_.back().back(), value) ? end() : lower_bound(value);
    if (at != end() && !Less()(value, *at)) return false;
    if (at == end()) {
      if (const bool first = blocks_.empty(); first || blocks_.back().size() >= kMost) {
        blocks_.emplace_back();
        if (!first) blocks_.back().reserve(kMost);  // likely to be filled too
      }
      blocks_.back().push_back(std::move(value));
    } else {
      if (blocks_[at.block_].size() >= kMost) at = split(at);
      std::vector<T>& block = blocks_[at.block_];
      block.insert(block.begin() + static_cast<std::ptrdiff_t>(at.place_), std::move(value));
    }
    ++size_;
    return true;
  }
  /// Takes the value out.
  T take(Iterator at) {
    std::vector<T>& block = blocks_[at.block_];
    T out = std::move(block[at.place_]);
    block.erase(block.begin() + static_cast<std::ptrdiff_t>(at.place_));
    if (block.empty()) blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(at.block_));
    --size_;
    return out;
  }

 private:
  static constexpr std::size_t kMost = 128;

  /// The block of `at` becomes two; the same place in them.
  Iterator split(Iterator at) {
    const auto whole = blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(at.block_) + 1, std::vector<T>()) - 1;
    std::vector<T>& second = *(whole + 1);
    const std::size_t half = whole->size() / 2;
    second.assign(std::make_move_iterator(whole->begin() + static_cast<std::ptrdiff_t>(half)), std::make_move_iterator(whole->end()));
    whole->erase(whole->begin() + static_cast<std::ptrdiff_t>(half), whole->end());
    whole->shrink_to_fit();
    return at.place_ < half ? at : Iterator(&blocks_, at.block_ + 1, at.place_ - half);
  }

  std::vector<std::vector<T>> blocks_;  // none is empty
  std::size_t size_ = 0;
};

}  // namespace failc::query
