#pragma once
// The Castagnoli checksum: of OP_MSG, and of the frames of a journal.
#include <cstdint>
#include <string_view>

namespace failc::wire {

/// CRC-32C (RFC 3720, B.4) of `bytes`; `before`: the checksum of what stands ahead of them.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

}  // namespace failc::wire
