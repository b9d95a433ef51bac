// What the models show, draw and hide; and that what cannot be played is an error, and no more.
#include <gtest/gtest.h>

#include <algorithm>

#include "interpreter/systems/mongodb/played/connection_string.hpp"
#include "interpreter/systems/mongodb/played/round_trip.hpp"
#include "interpreter/systems/mongodb/played/selection.hpp"

namespace failc::played {
namespace {

template <class... Entry>
Document doc(Entry... entries) {
  Document out;
  (out.entries.push_back(std::pair<std::string, Value>(std::move(entries))), ...);
  return out;
}
std::pair<std::string, Value> is(std::string key, Value value) { return {std::move(key), std::move(value)}; }
Value text(std::string value) { return value; }
Value whole(std::int64_t value) { return value; }

std::unique_ptr<backend::Player> made(const backend::PlayerModel& model, const Document& options, std::uint64_t seed = 1) {
  auto out = model.make(options, seed);
  EXPECT_TRUE(out) << (out ? "" : out.error().message);
  return out ? std::move(*out) : nullptr;
}

/// `path: seen, wanted wanted`, a line each.
std::string said(const std::vector<backend::Difference>& differences) {
  std::string out;
  for (const backend::Difference& one : differences) {
    std::string path;
    for (const std::string& key : one.path) path += (path.empty() ? "" : ".") + key;
    out += path + ": " + one.seen + ", wanted " + one.wanted + "\n";
  }
  return out;
}

Document mongos(const char* address, double round_trip) { return doc(is("address", text(address)), is("type", text("Mongos")), is("avg_rtt_ms", round_trip)); }

Document sharded() {
  return doc(is("topology_description", doc(is("type", text("Sharded")), is("servers", List{mongos("a", 5), mongos("b", 6), mongos("c", 90)}))),
             is("mocked_topology_state", List{doc(is("address", text("a")), is("operation_count", whole(1))), doc(is("address", text("b")), is("operation_count", whole(1)))}));
}

TEST(SelectionModel, ShowsWhatIsNotAsWanted) {
  const auto player = made(selection_model(), sharded());
  ASSERT_TRUE(player->play(doc(is("operation", text("write")))));
  EXPECT_EQ(said(player->compare(doc(is("suitable_servers", List{mongos("a", 5), mongos("b", 6), mongos("c", 90)}), is("in_latency_window", List{mongos("a", 5), mongos("b", 6)})))), "");
  EXPECT_EQ(said(player->compare(doc(is("in_latency_window", List{mongos("a", 5), mongos("c", 90)})))), "in_latency_window.1.address: not one of them: a:27017, b:27017, wanted c:27017\nin_latency_window: a:27017, b:27017, wanted without b:27017\n");
  EXPECT_EQ(said(player->compare(doc(is("in_latency_window", List{mongos("a", 4), mongos("b", 6)})))), "in_latency_window.0.avg_rtt_ms: 5.0, wanted 4.0\n");
  EXPECT_EQ(said(player->compare(doc(is("error", true)))), "error: none, wanted an error\n");
}

TEST(SelectionModel, ErrorsAreShown) {
  const Document preference = doc(is("mode", text("Nearest")), is("maxStalenessSeconds", whole(1)));
  const Document set = doc(is("topology_description", doc(is("type", text("ReplicaSetNoPrimary")), is("servers", List{}))));
  const auto player = made(selection_model(), set);
  ASSERT_TRUE(player->play(doc(is("read_preference", preference))));
  EXPECT_EQ(said(player->compare(doc(is("error", true)))), "");
  EXPECT_EQ(said(player->compare(doc(is("error", false)))), "error: `maxStalenessSeconds` is 1, the least allowed is 90, wanted none\n");
  EXPECT_EQ(said(player->compare(doc(is("suitable_servers", List{})))), "suitable_servers: an error: `maxStalenessSeconds` is 1, the least allowed is 90, wanted servers\n");
}

TEST(SelectionModel, ChoicesAreTheSeeds) {
  const auto frequencies = [](std::uint64_t seed) {
    const auto player = made(selection_model(), sharded(), seed);
    EXPECT_TRUE(player->play(doc(is("iterations", whole(501)))));
    return said(player->compare(doc(is("tolerance", 0.0), is("expected_frequencies", doc(is("a", 0.5), is("c", whole(0)))))));
  };
  EXPECT_NE(frequencies(1), "") << "an odd number of choices has no half";
  EXPECT_EQ(frequencies(1), frequencies(1));
  EXPECT_NE(frequencies(1), frequencies(2));
  EXPECT_EQ(frequencies(1).find("expected_frequencies.c"), std::string::npos) << "c is out of the window";
}

TEST(SelectionModel, FewerOperationsAreChosen) {
  Document options = sharded();
  options.entries[1].second = List{doc(is("address", text("a")), is("operation_count", whole(7)))};
  const auto player = made(selection_model(), options);
  ASSERT_TRUE(player->play(doc(is("iterations", whole(100)))));
  EXPECT_EQ(said(player->compare(doc(is("tolerance", 0.0), is("expected_frequencies", doc(is("a", whole(0)), is("b", whole(1))))))), "");
  EXPECT_EQ(said(player->compare(doc(is("tolerance", 0.4), is("expected_frequencies", doc(is("a", whole(1)), is("b", 0.5)))))), "expected_frequencies.a: 0.0, wanted 1.0 within 0.0\nexpected_frequencies.b: 1.0, wanted 0.5 within 0.4\n");
}

TEST(SelectionModel, NothingPlayedIsNothingShown) {
  const auto player = made(selection_model(), sharded());
  EXPECT_EQ(said(player->compare(doc(is("error", false)))), ": none was played, wanted a selection\n");
  EXPECT_EQ(said(player->compare(doc(is("tolerance", 0.0), is("expected_frequencies", doc(is("a", whole(1))))))), "expected_frequencies: none were played, wanted choices\n");
  EXPECT_FALSE(player->play(doc(is("iterations", whole(0)))));
  EXPECT_FALSE(selection_model().make(doc(), 1));
}

TEST(RoundTripModel, Averages) {
  const auto player = made(round_trip_model(), doc(is("avg_rtt_ms", text("NULL"))));
  EXPECT_EQ(said(player->compare(doc(is("new_avg_rtt", 0.0)))), "new_avg_rtt: nothing yet, wanted 0.0\n");
  ASSERT_TRUE(player->play(doc(is("new_rtt_ms", 10.0))));
  EXPECT_EQ(said(player->compare(doc(is("new_avg_rtt", whole(10))))), "");
  ASSERT_TRUE(player->play(doc(is("new_rtt_ms", whole(20)))));
  EXPECT_EQ(said(player->compare(doc(is("new_avg_rtt", 12.5)))), "new_avg_rtt: 12.0, wanted 12.5\n");
  EXPECT_FALSE(player->play(doc(is("new_rtt_ms", text("x")))));
}

TEST(ConnectionStringModel, ShowsItsParts) {
  const auto player = made(connection_string_model(), doc(is("uri", text("mongodb://u:geheim@h:1,[::1]/d?wtimeoutms=5&compressors=zlib"))));
  const Document host = doc(is("type", text("hostname")), is("host", text("h")), is("port", whole(1)));
  const Document literal = doc(is("type", text("ip_literal")), is("host", text("::1")), is("port", Null{}));
  const Document auth = doc(is("username", text("u")), is("password", text("geheim")), is("db", text("d")));
  EXPECT_EQ(said(player->compare(doc(is("valid", true), is("warning", false), is("hosts", List{host, literal}), is("auth", auth), is("options", doc(is("WTIMEOUTMS", whole(5)), is("compressors", List{text("zlib")})))))), "");
  EXPECT_EQ(said(player->compare(doc(is("valid", true), is("hosts", Null{}), is("auth", Null{}), is("options", Null{}), is("warning", Null{})))), "");
  EXPECT_EQ(said(player->compare(doc(is("valid", false), is("warning", true)))), "valid: true, wanted false\nwarning: false, wanted true\n");
  EXPECT_EQ(said(player->compare(doc(is("hosts", List{host})))), "hosts: [{ type: \"hostname\", host: \"h\", port: 1 }, { type: \"ip_literal\", host: \"::1\", port: null }], wanted [{ type: \"hostname\", host: \"h\", port: 1 }]\n");
  EXPECT_EQ(said(player->compare(doc(is("options", doc(is("w", whole(1))))))), "options.w: absent, wanted 1\n");
}

/// Neither what is seen nor what is wanted of a secret, and not the line where it is wanted.
TEST(ConnectionStringModel, SecretsAreNotShown) {
  const std::string uri = "mongodb://u:geheim@h/?proxyHost=p&proxyUsername=u&proxyPassword=geheim&authMechanismProperties=AWS_SESSION_TOKEN:geheim&tlsCertificateKeyFilePassword=geheim";
  const Document other = doc(is("username", text("v")), is("password", text("andere")), is("db", Null{}));
  const Document options = doc(is("proxypassword", text("andere")), is("tlsCertificateKeyFilePassword", text("andere")), is("authMechanismProperties", doc(is("AWS_SESSION_TOKEN", text("andere")))));
  std::string shown = said(made(connection_string_model(), doc(is("uri", text(uri))))->compare(doc(is("valid", true), is("auth", other), is("options", options))));
  EXPECT_EQ(shown, "auth.username: \"u\", wanted \"v\"\nauth: `password`, which is not shown, wanted another\noptions: `proxypassword`, which is not shown, wanted another\n"
                   "options: `tlsCertificateKeyFilePassword`, which is not shown, wanted another\noptions: `authMechanismProperties`, which is not shown, wanted another\n");
  shown = said(made(connection_string_model(), doc(is("uri", text("mongodb://"))))->compare(doc(is("auth", other), is("options", options))));
  EXPECT_EQ(shown.find("andere"), std::string::npos) << shown;
  const Document credential = doc(is("username", text("u")), is("password", text("andere")), is("source", text("admin")), is("mechanism", Null{}), is("mechanism_properties", doc(is("AWS_SESSION_TOKEN", text("andere")))));
  for (const char* each : {"mongodb://u:geheim@h", "mongodb://h", "mongodb://u:geheim@h/?authMechanism=MONGODB-AWS&authMechanismProperties=AWS_SESSION_TOKEN:geheim"}) {
    shown = said(made(credential_model(), doc(is("uri", text(each))))->compare(doc(is("valid", true), is("credential", credential))));
    EXPECT_NE(shown, "");
    EXPECT_EQ(shown.find("andere"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("geheim"), std::string::npos) << shown;
    shown = said(made(credential_model(), doc(is("uri", text(each))))->compare(doc(is("valid", true), is("credential", Null{}))));
    EXPECT_EQ(shown.find("geheim"), std::string::npos) << shown;
  }
}

TEST(CredentialModel, TakesWhatCannotAuthenticateForInvalid) {
  const auto player = made(credential_model(), doc(is("uri", text("mongodb://h/?authMechanism=PLAIN"))));
  EXPECT_EQ(said(player->compare(doc(is("valid", false), is("credential", Null{})))), "");
  EXPECT_EQ(said(player->compare(doc(is("valid", true), is("credential", Null{})))), "valid: false, wanted true\n");
}

TEST(ConcernModel, OfStringsAndOfDocuments) {
  EXPECT_EQ(said(made(concern_model(), doc(is("uri", text("mongodb://h/?w=3&readConcernLevel=x"))))
                     ->compare(doc(is("valid", true), is("warning", false), is("readConcern", doc(is("level", text("x")))), is("writeConcern", doc(is("w", whole(3))))))),
            "");
  EXPECT_EQ(said(made(concern_model(), doc(is("uri", text("mongodb://h/?wtimeoutms=-3"))))->compare(doc(is("valid", false), is("warning", Null{})))), "");
  const auto player = made(concern_model(), doc(is("writeConcern", doc(is("w", whole(0)), is("journal", true)))));
  EXPECT_EQ(said(player->compare(doc(is("valid", false), is("isAcknowledged", true), is("isServerDefault", false), is("writeConcernDocument", doc(is("w", whole(0)), is("j", true)))))), "");
  EXPECT_EQ(said(player->compare(doc(is("writeConcernDocument", doc(is("w", whole(1))))))), "writeConcernDocument.w: 0, wanted 1\nwriteConcernDocument.j: true, wanted absent\n");
  EXPECT_FALSE(concern_model().make(doc(), 1));
}

}  // namespace
}  // namespace failc::played
