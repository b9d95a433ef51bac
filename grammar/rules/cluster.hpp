#pragma once
// `cluster` and `matrix`.
#include "grammar/rules/capture.hpp"

namespace failc::rules {

struct cluster : seq<tok<Kind::kCluster>, declared<&ast::Cluster::name>, opt<tok<Kind::kOn>, name<&ast::Cluster::backend>>,
                     opt<tok<Kind::kFrom>, name<&ast::Cluster::source>, expr<&ast::Cluster::source_value>>,
                     opt<tok<Kind::kNodes>, tok<Kind::le>, integer<&ast::Cluster::max_nodes>>,
                     opt<tok<Kind::kWith>, doc<&ast::Cluster::with>>, opt<braces>> {};

struct node_group : seq<opt<declared_before<&ast::GroupDecl::name, Kind::assign>, tok<Kind::assign>>, name<&ast::GroupDecl::component>,
                        opt<touching_index<&ast::GroupDecl::count>>, opt<tok<Kind::kWith>, doc<&ast::GroupDecl::with>>> {};

struct matrix : seq<tok<Kind::kMatrix>, declared<&ast::Matrix::name>, braces> {};

/// The words come first, so that none is left behind as a name; `limit: [1]` is an axis all the same.
struct axis : sor<seq<tok<Kind::kExclude>, doc<&ast::Axis::exclude>, tok<Kind::kBecause>, string<&ast::Axis::because>>,
                  seq<tok<Kind::kLimit>, integer<&ast::Axis::limit>>,
                  seq<declared<&ast::Axis::name>, tok<Kind::colon>, expr<&ast::Axis::values, Reading{Want::list}>>> {};

}  // namespace failc::rules
