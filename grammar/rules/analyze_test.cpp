// PEGTL's own proof that no rule loops without consuming a token: one entry rule a construct.
#include <gtest/gtest.h>

#include <tao/pegtl/contrib/analyze.hpp>

#include "grammar/rules/calls.hpp"
#include "grammar/rules/cluster.hpp"
#include "grammar/rules/component.hpp"
#include "grammar/rules/conditions.hpp"
#include "grammar/rules/faults.hpp"
#include "grammar/rules/flow.hpp"
#include "grammar/rules/node_steps.hpp"
#include "grammar/rules/operation.hpp"
#include "grammar/rules/scenario.hpp"
#include "grammar/rules/signature.hpp"
#include "grammar/rules/small_declarations.hpp"

namespace failc::rules {
namespace {

template <class Rule>
class Analyze : public testing::Test {};

using Entries = testing::Types<let, node_step, sleep, log, pause, resume, isolate, partition, slow, drop, failpoint, exec_step, verb_step,
                               run_import, if_then, if_else, otherwise, for_each, repeat, parallel, barrier, actor, during, group, cleanup, expect,
                               await, eventually, always, never, sometimes, use, import_, param, workload, client, run_spec, step_def, do_part, undo_part, evidence_part,
                               check_def, define_def, cluster, node_group, matrix, axis, scenario, hook, component>;
using Items = testing::Types<port_item, let_item, file_item, run_item, version_item, ready_item, stop_item, settle_item, state_item,
                             role_item, operation_item, http_request, exec_request, tcp_request, driver_request, reply_clause, quorum_clause>;

TYPED_TEST_SUITE(Analyze, Entries);
TYPED_TEST(Analyze, Declarations) { EXPECT_EQ(pegtl::analyze<TypeParam>(), 0u); }

template <class Rule>
class AnalyzeItems : public testing::Test {};
TYPED_TEST_SUITE(AnalyzeItems, Items);
TYPED_TEST(AnalyzeItems, Items) { EXPECT_EQ(pegtl::analyze<TypeParam>(), 0u); }

struct endless : star<opt<tok<Kind::comma>>> {};
TEST(AnalyzeItself, FindsALoop) { EXPECT_NE(pegtl::analyze<endless>(), 0u); }

}  // namespace
}  // namespace failc::rules
