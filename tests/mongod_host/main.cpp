// failc-mongod-echo: the host of failc-mongod around a model that only echoes. For tests.
#include "tests/mongod_host/echo_model.hpp"
#include "tools/failc-mongod/program.hpp"

int main(int argc, char** argv) { return failc::mongod_host::run_program({argv + 1, argv + argc}, failc::mongod_host::make_echo_model); }
