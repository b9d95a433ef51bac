// failc-mongod: failc's embedded stand-in for a mongod.
#include "tools/failc-mongod/program.hpp"

int main(int argc, char** argv) { return failc::mongod_host::run_program({argv + 1, argv + argc}, failc::mongod::make_model); }
