#pragma once
// A model as small as can be, for testing the host around it. Commands, over OP_MSG and OP_QUERY:
//   hello, isMaster, ismaster, ping    {ok: 1}, hello with what drivers ask for
//   echo: VALUE                        {echo: VALUE, ok: 1}
//   append: TEXT [, wait: false]       a record; answered when it is on the disk, or at once
//   count: 1                           {n: records, bytes: of all}
//   big: N                             an answer of about N bytes
//   later: MILLISECONDS                answered after that time
//   call: "host:port" [, ms: N]        pings there; {answer: 1} or {problem: TEXT}
//   bye: 1 [, also: N]                 answered, then the connection is closed
//   exit: CODE
//   stubborn: 1                        from now on it does not stop when asked to
// Anything else is {ok: 0}. A message that is none closes the connection.
#include <memory>

#include "interpreter/systems/mongodb/mongod/model.hpp"

namespace failc::mongod_host {

std::unique_ptr<mongod::Model> make_echo_model(mongod::Options options);

}  // namespace failc::mongod_host
