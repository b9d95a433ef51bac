#pragma once
// `component` and its items that are no operations.
#include "grammar/rules/capture.hpp"

namespace failc::rules {

struct component : seq<tok<Kind::kComponent>, declared<&ast::Component::name>, braces> {};

/// A port's name stands behind a dot elsewhere, so that it may be any word.
struct port_item
    : seq<tok<Kind::kPort>, any_word<&ast::PortItem::name>, opt<tok<Kind::assign>, expr<&ast::PortItem::fixed, Reading{Want::number}>>> {};
struct let_item : seq<tok<Kind::kLet>, declared<&ast::LetItem::name>, tok<Kind::assign>, expr<&ast::LetItem::value>> {};
struct observer_item : seq<tok<Kind::kObserver>, declared<&ast::ObserverItem::name>, tok<Kind::assign>, name<&ast::ObserverItem::model>,
                           tok<Kind::kWith>, doc<&ast::ObserverItem::options>> {};
struct source_item : seq<tok<Kind::kSource>, name<&ast::SourceItem::source>, tok<Kind::kAs>, declared<&ast::SourceItem::node>, tok<Kind::assign>,
                         expr<&ast::SourceItem::settings>> {};
struct file_item : seq<tok<Kind::kFile>, expr<&ast::FileItem::path>, tok<Kind::kFrom>, expr<&ast::FileItem::content>> {};
struct run_item
    : seq<tok<Kind::kRun>, expr<&ast::RunItem::argv, Reading{Want::list}>, opt<tok<Kind::kWith>, doc<&ast::RunItem::environment>>> {};
struct version_item : seq<tok<Kind::kVersion>, expr<&ast::VersionItem::argv, Reading{.want = Want::list, .no_comparison = true}>,
                          tok<Kind::kMatches>, expr<&ast::VersionItem::pattern>> {};
struct ready_item : seq<tok<Kind::kReady>, tok<Kind::kWithin>, expr<&ast::ReadyItem::within, Reading{Want::duration}>, tok<Kind::colon>,
                        expr<&ast::ReadyItem::condition, Reading{Want::condition}>> {};
struct stop_item : seq<tok<Kind::kStop>, opt<tok<Kind::kBy>, name<&ast::StopItem::signal>>, tok<Kind::kWithin>,
                       expr<&ast::StopItem::within, Reading{Want::duration}>> {};
struct settle_item : seq<tok<Kind::kSettle>, expr<&ast::SettleItem::within, Reading{Want::duration}>> {};
struct state_item : seq<tok<Kind::kState>, declared<&ast::StateItem::name>, tok<Kind::assign>,
                        expr<&ast::StateItem::condition, Reading{Want::condition}>> {};
struct role_item
    : seq<tok<Kind::kRole>, declared<&ast::RoleItem::name>, opt<tok<Kind::comma>, declared<&ast::RoleItem::plural>>, tok<Kind::assign>,
          expr<&ast::RoleItem::condition, Reading{Want::condition}>, opt<tok<Kind::kTerm>, expr<&ast::RoleItem::term>>> {};

}  // namespace failc::rules
