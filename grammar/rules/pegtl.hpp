#pragma once
// PEGTL 3.2, from this folder only. The rules run over the string of token kinds, one byte a token.
#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/analyze_traits.hpp>

namespace failc::rules {
namespace pegtl = tao::pegtl;
using Input = pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf, const char*>;
}  // namespace failc::rules
