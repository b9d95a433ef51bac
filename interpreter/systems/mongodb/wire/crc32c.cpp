#include "interpreter/systems/mongodb/wire/crc32c.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace failc::wire {
namespace {

using Table = std::array<std::array<std::uint32_t, 256>, 8>;

/// Row k moves a byte k bytes further, so that eight bytes are done at a time.
constexpr Table make_table() {
  Table table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0x82f63b78u : 0u);
    table[0][byte] = value;
  }
  for (std::uint32_t byte = 0; byte < 256; ++byte)
    for (std::size_t row = 1; row < 8; ++row) table[row][byte] = (table[row - 1][byte] >> 8) ^ table[0][table[row - 1][byte] & 0xff];
  return table;
}
constexpr Table kTable = make_table();

static_assert(std::endian::native == std::endian::little);

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
  std::uint32_t value = ~before;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    word ^= value;
    value = 0;
    for (std::size_t i = 0; i < 8; ++i) value ^= kTable[7 - i][(word >> (8 * i)) & 0xff];
  }
  for (; left > 0; ++at, --left) value = (value >> 8) ^ kTable[0][(value ^ static_cast<unsigned char>(*at)) & 0xff];
  return ~value;
}

}  // namespace failc::wire
