#include "interpreter/systems/mongodb/mongod/command.hpp"

#include <algorithm>
#include <array>

#include "interpreter/systems/mongodb/mongod/failure.hpp"
#include "interpreter/systems/mongodb/mongod/fields.hpp"

namespace failc::mongod {
namespace {

constexpr std::array<std::string_view, 27> kGeneric = {"$db",
                                                       "$clusterTime",
                                                       "lsid",
                                                       "txnNumber",
                                                       "txnRetryCounter",
                                                       "stmtId",
                                                       "stmtIds",
                                                       "autocommit",
                                                       "startTransaction",
                                                       "coordinator",
                                                       "apiVersion",
                                                       "apiStrict",
                                                       "apiDeprecationErrors",
                                                       "$readPreference",
                                                       "readConcern",
                                                       "writeConcern",
                                                       "maxTimeMS",
                                                       "maxTimeMSOpOnly",
                                                       "comment",
                                                       "$audit",
                                                       "$client",
                                                       "$configServerState",
                                                       "$queryOptions",
                                                       "$configTime",
                                                       "$topologyTime",
                                                       "clientOperationKey",
                                                       "serialization_context"};

constexpr std::size_t place_of(std::string_view name) {
  return static_cast<std::size_t>(std::find(kGeneric.begin(), kGeneric.end(), name) - kGeneric.begin());
}

/// Those that a command gives, found in one pass: most are not there, and to look for each would be much of what a small command takes.
class Given {
 public:
  explicit Given(const Command& command) : command_(command.name) {
    for (const bson::Element& element : command.body)
      if (const std::size_t place = place_of(element.key); place < kGeneric.size() && !values_[place].exists()) values_[place] = element.value;
  }
  struct Name {
    consteval Name(const char* of) : text(of), place(place_of(text)) {
      if (place == kGeneric.size()) throw "no generic argument";
    }
    std::string_view text;
    std::size_t place;
  };
  bson::ValueView operator[](Name name) const { return values_[name.place]; }
  Field field(Name name) const { return {command_, name.text, values_[name.place]}; }

 private:
  std::string_view command_;
  std::array<bson::ValueView, kGeneric.size()> values_;
};

void read_session(const Given& given, Command& command) {
  const Field lsid = given.field("lsid");
  if (!lsid.given()) return;
  const bson::View from = lsid.document();
  const bson::ValueView id = from["id"];
  if (!id.exists()) refuse(code::kMissingField, "BSON field 'OperationSessionInfo.lsid.id' is missing but a required field");
  if (!id.is(bson::Type::binary) || id.as_binary().bytes.size() != 16) refuse(code::kInvalidUuid, "lsid.id must be a UUID");
  for (const bson::Element& element : from)
    if (element.key != "id" && element.key != "uid")
      refuse(code::kUnknownField, "BSON field 'OperationSessionInfo.lsid." + std::string(element.key) + "' is an unknown field.");
  command.session = std::string(id.as_binary().bytes);
  command.session_id = lsid.value;
}

void read_transaction(const Given& given, Command& command) {
  if (given["startTransaction"].exists() || given["autocommit"].exists())
    refuse(code::kOperationNotSupportedInTransaction, "transactions are not supported by this server; retryable writes are");
  const Field number = given.field("txnNumber");
  if (!number.given()) return;
  if (!number.value.is(bson::Type::int64) && !number.value.is(bson::Type::int32)) number.wrong_type("long");
  if (command.session.empty()) refuse(code::kInvalidOptions, "Transaction number requires a session ID to also be specified");
  if (number.integer() < 0) refuse(code::kInvalidOptions, "Transaction number cannot be negative");
  command.transaction_number = number.integer();
}

void check_api(const Given& given) {
  const Field version = given.field("apiVersion");
  if (!version.given()) {
    if (given["apiStrict"].exists() || given["apiDeprecationErrors"].exists())
      refuse(code::kApiVersionError, "Provided apiStrict and/or apiDeprecationErrors without passing apiVersion");
    return;
  }
  if (version.text() != "1") refuse(code::kApiVersionError, "API version must be \"1\"");
}

void read_preference(const Given& given, Command& command) {
  const Field preference = given.field("$readPreference");
  if (!preference.given()) return;
  const std::string_view mode = text_or(preference.document(), "$readPreference", "mode", "primary");
  constexpr std::array<std::string_view, 5> kModes = {"primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"};
  if (std::find(kModes.begin(), kModes.end(), mode) == kModes.end())
    refuse(code::kFailedToParse, "Enumeration value '" + std::string(mode) + "' for field '$readPreference.mode' is not a valid value.");
  if (mode != "primary") command.secondary_ok = true;
}

}  // namespace

bool is_generic_argument(std::string_view field) { return place_of(field) < kGeneric.size(); }

std::vector<bson::View> Command::documents(std::string_view identifier) const {
  std::vector<bson::View> out;
  const bson::ValueView inside = body[identifier];
  bool found = inside.exists();
  if (found) {
    if (!inside.is(bson::Type::array)) Field{name, identifier, inside}.wrong_type("array");
    for (const bson::Element& element : inside.as_document()) {
      if (!element.value.is(bson::Type::document)) {
        const std::string place = std::string(identifier) + "." + std::string(element.key);
        Field{name, place, element.value}.wrong_type("object");
      }
      out.push_back(element.value.as_document());
    }
  }
  for (const wire::Sequence& sequence : sequences) {
    if (sequence.identifier != identifier) continue;
    if (found) refuse(code::kDuplicateField, "BSON field '" + std::string(name) + "." + std::string(identifier) + "' is a duplicate field");
    found = true;
    for (const std::string_view bytes : sequence.documents) out.emplace_back(bytes);
  }
  if (!found)
    refuse(code::kMissingField, "BSON field '" + std::string(name) + "." + std::string(identifier) + "' is missing but a required field");
  return out;
}

Command read_command(const wire::Message& message) {
  Command out;
  if (const wire::Msg* msg = std::get_if<wire::Msg>(&message.content)) {
    out.body = bson::View(msg->body);
    out.sequences = msg->sequences;
    const bson::ValueView database = out.body["$db"];
    if (database.is(bson::Type::string)) out.database = database.as_string();
  } else if (const wire::Query* query = std::get_if<wire::Query>(&message.content)) {
    out.body = bson::View(query->query);
    out.database = query->collection.substr(0, query->collection.find('.'));
    out.secondary_ok = query->flags & 4;
    // {$query: {...}, $readPreference: {...}}
    if (const bson::Element first = out.body.front();
        (first.key == "$query" || first.key == "query") && first.value.is(bson::Type::document))
      out.body = first.value.as_document();
  }
  const bson::Element first = out.body.front();
  out.name = first.key;
  out.argument = first.value;
  return out;
}

void read_generic_arguments(Command& command) {
  const Given given(command);
  if (const Field limit = given.field("maxTimeMS"); limit.given()) {
    const std::int64_t milliseconds = limit.value.is_number() ? limit.integer() : -1;
    if (milliseconds < 0 || milliseconds > INT32_MAX)
      refuse(code::kBadValue, "maxTimeMS has to be a whole number between 0 and " + std::to_string(INT32_MAX));
    if (milliseconds > 0) command.max_time = std::chrono::milliseconds(milliseconds);
  }
  command.write_concern = parse_write_concern(given["writeConcern"]);
  command.read_concern = parse_read_concern(given["readConcern"]);
  read_session(given, command);
  read_transaction(given, command);
  check_api(given);
  read_preference(given, command);
  if (const bson::ValueView gossip = given["$clusterTime"]; gossip.is(bson::Type::document))
    if (const bson::ValueView time = gossip.as_document()["clusterTime"]; time.is(bson::Type::timestamp))
      command.cluster_time = time.as_timestamp();
}

}  // namespace failc::mongod
