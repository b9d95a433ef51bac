#pragma once
// Descriptors 0, 1 and 2.

namespace failc::host {

/// To be called first of all: gives those that are closed to /dev/null, for reading where they are to be written to and the other way round.
/// Their use fails as before, and no file that is opened later gets their number and what is meant for them.
void occupy_standard_descriptors();

}  // namespace failc::host
