#pragma once
// What is done to nodes for a while: `pause`, `resume`, `isolate`, `partition`, `slow`, `drop`, `failpoint`.
#include "grammar/rules/capture.hpp"

namespace failc::rules {

template <class... Operands>
struct fault_form
    : seq<Operands..., opt<tok<Kind::kFor>, expr<&ast::Fault::length, Reading{Want::duration}>>, opt<block<&ast::Fault::block>>> {};

using fault_nodes = expr<&ast::Fault::a, Reading{Want::nodes}>;

struct pause : fault_form<tok<Kind::kPause>, set<&ast::Fault::kind, ast::FaultKind::pause>, fault_nodes> {};
struct resume : fault_form<tok<Kind::kResume>, set<&ast::Fault::kind, ast::FaultKind::resume>, fault_nodes> {};
struct isolate : fault_form<tok<Kind::kIsolate>, set<&ast::Fault::kind, ast::FaultKind::isolate>, fault_nodes> {};
struct partition : fault_form<tok<Kind::kPartition>, set<&ast::Fault::kind, ast::FaultKind::partition>, fault_nodes, tok<Kind::bar>,
                              expr<&ast::Fault::b, Reading{Want::nodes}>> {};
struct slow : fault_form<tok<Kind::kSlow>, set<&ast::Fault::kind, ast::FaultKind::slow>, fault_nodes, tok<Kind::kBy>,
                         expr<&ast::Fault::b, Reading{Want::duration}>> {};
/// The percentage is `b`, the nodes are `a`.
struct drop : fault_form<tok<Kind::kDrop>, set<&ast::Fault::kind, ast::FaultKind::drop>,
                         expr<&ast::Fault::b, Reading{.want = Want::number, .no_of = true}>, tok<Kind::kOf>, fault_nodes> {};

struct failpoint
    : seq<tok<Kind::kFailpoint>, expr<&ast::Failpoint::name>, tok<Kind::kOn>, expr<&ast::Failpoint::on, Reading{Want::nodes}>,
          opt<sor<seq<tok<Kind::kTimes>, expr<&ast::Failpoint::times, Reading{Want::number}>>,
                  seq<tok<Kind::kAlways>, set<&ast::Failpoint::always, true>>>>,
          opt<tok<Kind::kSkip>, expr<&ast::Failpoint::skip, Reading{Want::number}>>,
          opt<tok<Kind::kHits>,
              sor<seq<tok<Kind::kAny>, set<&ast::Failpoint::hits_any, true>>, expr<&ast::Failpoint::hits, Reading{Want::number}>>>,
          opt<tok<Kind::kWith>, doc<&ast::Failpoint::with>>, opt<block<&ast::Failpoint::block>>> {};

}  // namespace failc::rules
