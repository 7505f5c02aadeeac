// The TOML files of the federation's feed and of centres; each has one byte form.

#include "store/crypto/hash.hpp"
#include "store/federation/adoption_file.hpp"
#include "store/federation/catalogue_file.hpp"
#include "store/federation/federation_file.hpp"
#include "store/federation/heartbeat_file.hpp"
#include "store/federation/member_file.hpp"
#include "store/federation/mirror_file.hpp"
#include "store/federation/proposal_file.hpp"
#include "store/federation/succession_file.hpp"
#include "store/holding/mirror_rules.hpp"
#include "store/life/outcome_file.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/test_feed.hpp"

namespace essaimage::fuzz::statements_target {
namespace {

template <class File>
bool round(Result<File> (*parse)(std::string_view), std::string_view text) {
  const auto file = parse(text);
  if (!file) return false;
  ESSAIMAGE_ASSERT(encode(*file) == text);
  return true;
}

bool run(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  const int kinds =
      round(store::parse_federation_file, text) + round(store::parse_member_file, text) + round(store::parse_invitation_file, text) +
      round(store::parse_centre_file, text) + round(store::parse_catalogue_file, text) + round(store::parse_adoption, text) +
      round(store::parse_heartbeat_file, text) + round(store::parse_proposal, text) + round(store::parse_mirror_file, text) +
      round(store::parse_mirror_rules, text) + round(store::parse_succession_file, text) + round(store::parse_asked_succession, text);
  ESSAIMAGE_ASSERT(kinds <= 1);
  return kinds == 1;
}

SigningKey key(std::uint8_t byte) {
  SigningKey value;
  value.bytes.fill(byte);
  return value;
}

std::string federation() {
  store::FederationFile file;
  file.slug = "fcs-npdc";
  file.name = "Fédération \"test\" \\ Nord";
  for (const auto role : {store::role_root, store::role_members, store::role_curators, store::role_withdrawals, store::role_heartbeat}) {
    file.roles[std::string(role)] = store::Role{{key(1), key(3)}, 1, std::nullopt};
  }
  file.roles["heartbeat"].expires = Timestamp{1'900'000'001};
  return encode(file);
}

std::string noted() {
  auto file = store::parse_federation_file(federation()).value();
  file.roles["curators"].notes[key(3)] = "Anne, clé USB";
  return encode(file);
}

std::string member() {
  store::MemberFile file;
  file.version = 3;
  file.previous.bytes[0] = 9;
  file.member.slug = "mdq";
  file.member.name = "Maison de quartier";
  file.member.territories = {"lille", "roubaix"};
  file.since = Timestamp{951'782'400};
  file.invitation = key(5);
  file.member.suspended = true;
  file.member.suspended_why = "clé volée";
  const FeedId region{"mdq", {}};
  file.member.last_accepted[region] = Order{1, 1, 42};
  MemberKeys first{1, key(6), {}, {}}, second{2, key(7), {}, {}};
  first.transport.bytes.fill(8);
  second.transport.bytes.fill(9);
  first.last_valid[region] = Head{region, {1, 1, 40}, {}};
  file.member.keys = {first, second};
  return encode(file);
}

std::string neighbours() {
  auto file = store::parse_member_file(member()).value();
  file.member.neighbours = {"fives", "moulins", "wazemmes"};
  file.member.neighbours_needed = 2;
  for (auto& keys : file.member.keys) keys.vouched = {store::sha256(bytes_of(std::string(1, 'x')))};
  return encode(file);
}

std::string succession() {
  store::SuccessionFile file{3, {}, "mdq", key(11), {}, {store::sha256(bytes_of(std::string(1, 'y')))}, {}};
  file.previous.bytes[5] = 4;
  file.transport.bytes.fill(12);
  const FeedId region{"mdq", {}};
  file.last_valid[region] = Head{region, {2, 1, 40}, {}};
  return encode(file);
}

std::string mirror(bool ended) {
  store::MirrorFile file;
  file.slug = "numerique";
  file.name = "Inclusion numérique";
  file.territories = {"lille", "valenciennes"};
  file.begun = Timestamp{1'800'000'000};
  if (!ended) return encode(file);
  file.version = 2;
  file.previous.bytes[3] = 7;
  file.ended = Timestamp{1'850'000'000};
  file.ended_why = "le projet est fini";
  file.last_accepted = {{"mdq", {1, 1, 3}}, {"zac", {2, 3, 40}}};
  return encode(file);
}

std::vector<Seed> seeds() {
  store::InvitationFile invitation{1, key(4), "csc-fives", "Centre social de Fives", {"lille"}, Timestamp{1'900'000'000}};
  store::CentreFile centre{"MDQ Wazemmes", "kits@example.org", {"tcp://mdq.example.org:7490"}};
  store::CatalogueFile decision;
  decision.kit = {"mdq", "robot"};
  decision.kit_version = 2;
  decision.tree.bytes.fill(5);
  decision.reason = "Essayé à Lille";
  decision.themes = {"bois", "robots"};
  decision.decided = Timestamp{1'800'000'000};
  auto recommended = decision;
  recommended.territory = "lille";
  recommended.decision = store::CatalogueFile::Decision::recommended;
  recommended.conditions = {"à partir de 12 ans"};
  recommended.reviewer = "coordination numérique";
  recommended.reviewed = store::parse_day("2026-12-30").value();
  store::Adoption adoption{{"mdq", "robot"}, 2, decision.tree, Timestamp{1'800'000'000}, "chaque mercredi"};
  return {
      seed("valid-federation", federation()),
      seed("valid-member", member()),
      seed("valid-invitation", encode(invitation)),
      seed("valid-centre", encode(centre)),
      seed("valid-decision", encode(decision)),
      seed("valid-recommendation", encode(recommended)),
      seed("valid-adoption", encode(adoption)),
      seed("valid-heartbeat", encode(store::HeartbeatFile{1, {}, Timestamp{1'800'000'000}})),
      seed("valid-notes", noted()),
      seed("valid-neighbours", neighbours()),
      seed("valid-succession", succession()),
      seed("valid-asked-succession", encode(store::AskedSuccession{key(4), "mdq", Timestamp{1'900'000'000}, {{{"mdq", {}}, {1, 1, 40}}}})),
      seed("hostile-succession-territories", succession() + "territories = [\"lens\"]\n"),
      seed("valid-mirror", mirror(false)),
      seed("valid-mirror-ended", mirror(true)),
      seed("valid-mirror-rules", encode(store::MirrorRules{{"numerique", {{"énergie"}, {"robot"}, {"lampe"}}}})),
      seed("hostile-mirror-order", mirror(true) + "last_accepted = [\"mdq 1.1.3\"]\n"),
      seed("hostile-comment", encode(adoption) + "# x\n"),
      seed("hostile-crlf", "name = \"MDQ\"\r\n"),
      seed("hostile-inline", "name = {a={a={a={a={a={a={a={a={a={a={a={a={a={a={a={a={a={a={}}}}}}}}}}}}}}}}}}}\n")};
}

const Registered registered{{"statements", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::statements_target
