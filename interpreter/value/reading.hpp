#pragma once

namespace failc {

/// What somebody made of a value when it was checked, kept beside it so that it is made once. To all others it says nothing.
struct Reading {
  virtual ~Reading() = default;
};

}  // namespace failc
