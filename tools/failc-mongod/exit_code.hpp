#pragma once
// How failc-mongod ends, in mongod's numbers.

namespace failc::mongod_host {

inline constexpr int kClean = 0;
inline constexpr int kFailure = 1;
inline constexpr int kBadOptions = 2;
inline constexpr int kAbrupt = 14;        // the journal cannot be read or written
inline constexpr int kNetError = 48;      // it cannot listen
inline constexpr int kBadDbpath = 100;    // the folder is not there, or in use
inline constexpr int kInterrupted = 130;  // a second SIGINT

}  // namespace failc::mongod_host
