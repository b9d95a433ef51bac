#include "interpreter/systems/mongodb/mongod/fail_points.hpp"

#include <algorithm>
#include <array>

#include "interpreter/systems/mongodb/bson/builder.hpp"
#include "interpreter/systems/mongodb/mongod/failure.hpp"
#include "interpreter/systems/mongodb/mongod/fields.hpp"

namespace failc::mongod {
namespace {

constexpr std::array<std::string_view, 3> kKnown = {"failCommand", "onPrimaryTransactionalWrite", "failGetMoreAfterCursorCheckout"};

std::vector<std::string> texts(const Field& list) {
  std::vector<std::string> out;
  for (const bson::Element& element : list.array()) out.emplace_back(Field{list.command, list.name, element.value}.text());
  return out;
}

void check_fail_command(bson::View data) {
  only_fields(data, "failCommand",
              {"failCommands", "errorCode", "errorLabels", "closeConnection", "blockConnection", "blockTimeMS", "appName", "namespace",
               "writeConcernError", "failInternalCommands", "errorExtraInfo", "failLocalClients", "failAllCommands"});
  const auto at = [&](std::string_view name) { return field(data, "failCommand", name); };
  if (!at("failAllCommands").given() || !at("failAllCommands").flag()) texts(at("failCommands"));
  if (at("errorLabels").given()) texts(at("errorLabels"));
  if (at("errorCode").given()) at("errorCode").integer();
  for (const std::string_view name : {"closeConnection", "blockConnection", "failInternalCommands", "failLocalClients"})
    if (at(name).given()) at(name).flag();
  if (at("blockConnection").given() && at("blockConnection").flag()) {
    if (!at("blockTimeMS").given()) refuse(code::kInvalidOptions, "must specify 'blockTimeMS' when 'blockConnection' is true");
    if (at("blockTimeMS").integer() < 0) refuse(code::kBadValue, "'blockTimeMS' must be non-negative");
  }
  for (const std::string_view name : {"appName", "namespace"})
    if (at(name).given()) at(name).text();
  for (const std::string_view name : {"writeConcernError", "errorExtraInfo"})
    if (at(name).given()) at(name).document();
}

}  // namespace

bool FailPoints::known(std::string_view name) { return std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end(); }

FailPoints::Point FailPoints::parse_mode(bson::ValueView mode) {
  Point out;
  if (mode.is(bson::Type::string)) {
    if (mode.as_string() == "alwaysOn")
      out.mode = Mode::always_on;
    else if (mode.as_string() != "off")
      refuse(code::kBadValue, "unknown mode: " + std::string(mode.as_string()));
    return out;
  }
  if (!mode.is(bson::Type::document)) refuse(code::kTypeMismatch, "'mode' must be a string or JSON object");
  const bson::Element first = mode.as_document().front();
  if (mode.as_document().count() != 1) refuse(code::kBadValue, "'mode' must have exactly one of times, skip and activationProbability");
  const Field number{"mode", first.key, first.value};
  if (first.key == "times" || first.key == "skip") {
    if (!first.value.is_number()) refuse(code::kTypeMismatch, "'" + std::string(first.key) + "' option to 'mode' must be a number");
    out.mode = first.key == "times" ? Mode::times : Mode::skip;
    out.left = number.integer();
    if (out.left < 0) refuse(code::kBadValue, "'" + std::string(first.key) + "' option to 'mode' must be positive");
    if (out.mode == Mode::times && out.left == 0) out.mode = Mode::off;
  } else if (first.key == "activationProbability") {
    if (!first.value.is_number()) refuse(code::kTypeMismatch, "the 'activationProbability' option to 'mode' must be a number");
    out.mode = Mode::random;
    out.probability = *first.value.number();
    if (!(out.probability >= 0 && out.probability <= 1)) refuse(code::kBadValue, "activationProbability must be between 0.0 and 1.0");
  } else {
    refuse(code::kBadValue,
           "'mode' must be one of 'off', 'alwaysOn', 'times', 'skip' and 'activationProbability', but is '" + std::string(first.key) + "'");
  }
  return out;
}

bson::Document FailPoints::configure(bson::View command) {
  const std::string_view name = field(command, "configureFailPoint", "configureFailPoint").text();
  if (!known(name)) refuse(code::kFailPointSetFailed, "fail point not found: " + std::string(name));
  Point point = parse_mode(command["mode"]);
  const bson::View data = document_or_empty(command, "configureFailPoint", "data");
  if (name == "failCommand" && point.mode != Mode::off) check_fail_command(data);
  point.data = bson::Document(data);
  Point& stored = points_[std::string(name)];
  point.entered = stored.entered;
  stored = std::move(point);
  bson::Builder out;
  out.append("count", stored.entered);
  return out.finish();
}

bool FailPoints::enter(Point& point) {
  switch (point.mode) {
    case Mode::off:
      return false;
    case Mode::always_on:
      break;
    case Mode::times:
      if (--point.left <= 0) point.mode = Mode::off;
      break;
    case Mode::skip:
      if (point.left > 0) {
        --point.left;
        return false;
      }
      break;
    case Mode::random:
      if (static_cast<double>(dice_.next() >> 11) * 0x1p-53 >= point.probability) return false;
      break;
  }
  ++point.entered;
  return true;
}

std::optional<FailCommand> FailPoints::fail_command(const Passing& passing) {
  const auto found = points_.find(std::string_view("failCommand"));
  if (found == points_.end() || found->second.mode == Mode::off) return std::nullopt;
  Point& point = found->second;
  const bson::View data = point.data.view();
  if (passing.internal && !flag_or(data, "failCommand", "failInternalCommands", false)) return std::nullopt;
  if (const bson::ValueView app = data["appName"]; app.exists() && app.as_string() != passing.app_name) return std::nullopt;
  if (const bson::ValueView where = data["namespace"]; where.exists() && where.as_string() != passing.name_space) return std::nullopt;
  if (flag_or(data, "failCommand", "failAllCommands", false)) {
    if (passing.command == "configureFailPoint") return std::nullopt;
  } else {
    const std::vector<std::string> names = texts(field(data, "failCommand", "failCommands"));
    const auto meant = [&](std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); };
    if (!meant(passing.command) && std::none_of(passing.aliases.begin(), passing.aliases.end(), meant)) return std::nullopt;
  }
  if (!enter(point)) return std::nullopt;
  FailCommand out;
  if (flag_or(data, "failCommand", "blockConnection", false))
    out.block = std::chrono::milliseconds(integer_or(data, "failCommand", "blockTimeMS", 0));
  out.close = flag_or(data, "failCommand", "closeConnection", false);
  if (data.has("errorCode")) out.error_code = static_cast<int>(field(data, "failCommand", "errorCode").integer());
  if (data.has("errorExtraInfo")) out.error_extra_info = bson::Value(data["errorExtraInfo"]);
  if (data.has("errorLabels")) out.error_labels = texts(field(data, "failCommand", "errorLabels"));
  if (data.has("writeConcernError")) out.write_concern_error = bson::Document(data["writeConcernError"].as_document());
  return out;
}

std::optional<bson::Document> FailPoints::hit(std::string_view name) {
  const auto found = points_.find(name);
  if (found == points_.end() || !enter(found->second)) return std::nullopt;
  return found->second.data;
}

std::optional<std::int64_t> FailPoints::times_entered(std::string_view name) const {
  if (!known(name)) return std::nullopt;
  const auto found = points_.find(name);
  return found == points_.end() ? 0 : found->second.entered;
}

bson::Document FailPoints::show(std::string_view name) const {
  const auto found = points_.find(name);
  const Point point = found == points_.end() ? Point() : found->second;
  return bson::Builder()
      .append("mode", point.mode == Mode::off ? 0 : 1)
      .append("data", point.data)
      .append("timesEntered", point.entered)
      .finish();
}

}  // namespace failc::mongod
