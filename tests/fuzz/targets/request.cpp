// Requests for signatures: a file that went from hand to hand, before the federation's node publishes it.

#include <algorithm>

#include "store/crypto/hash.hpp"
#include "store/federation/catalogue_file.hpp"
#include "store/federation/request.hpp"
#include "store/federation/succession_file.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/test_feed.hpp"

namespace essaimage::fuzz::request_target {
namespace {

store::SigningSecret secret(std::uint8_t byte) {
  const Bytes seed(32, byte);
  return store::SigningSecret::from_seed(seed);
}

/// What is accepted is in its one form, line ends aside, and who signs it once cannot sign it again.
bool run(ByteView bytes) {
  auto request = store::parse_request(text_of(bytes));
  if (!request) return false;
  std::string text(text_of(bytes));
  std::erase(text, '\r');
  ESSAIMAGE_ASSERT(encode(*request) == text);
  const auto demands = store::demands_of(*request);
  if (!demands) return true;
  const auto key = secret(1);
  if (store::sign(*request, key)) {
    ESSAIMAGE_ASSERT(store::sign(*request, key).error().code == Errc::request_signed);
    ESSAIMAGE_ASSERT(store::parse_request(encode(*request)));
  }
  return true;
}

store::FederationFile roles() {
  store::FederationFile file;
  file.slug = "fede";
  file.name = "Fédération \"test\" \\ Nord";
  for (const auto role : store::all_roles) {
    auto& who = file.roles[std::string(role)] = store::Role{{secret(1).public_key(), secret(2).public_key()}, 2, std::nullopt};
    std::sort(who.keys.begin(), who.keys.end());
  }
  return file;
}

store::SigningRequest decision() {
  store::SigningRequest request;
  request.roles = encode(roles());
  request.federation = store::sha256(bytes_of(request.roles));
  store::CatalogueFile file;
  file.kit = {"mdq", "robot"};
  file.kit_version = 2;
  file.tree.bytes.fill(5);
  file.reason = "Essayé à \"Lille\"";
  file.decided = Timestamp{1'800'000'000};
  request.statements.push_back({"catalogue/mdq/robot.toml", 1, {}, encode(file), {}});
  return request;
}

store::SigningRequest change() {
  auto request = decision();
  auto next = roles();
  next.version = 2;
  next.previous = store::sha256(bytes_of(request.roles));
  next.roles["curators"].threshold = 1;
  request.statements.insert(request.statements.begin(), {"federation.toml", 2, next.previous, encode(next), {}});
  return request;
}

store::SigningRequest succession() {
  auto request = decision();
  store::SuccessionFile file{2, {}, "mdq", secret(7).public_key(), {}, {}, {}};
  file.previous.bytes[5] = 4;
  file.transport.bytes.fill(12);
  request.statements = {{store::succession_path(file), 2, file.previous, encode(file), {}, {}}};
  store::Role neighbours{{secret(1).public_key(), secret(2).public_key()}, 2, std::nullopt};
  std::sort(neighbours.keys.begin(), neighbours.keys.end());
  neighbours.notes = {{secret(1).public_key(), "fives"}, {secret(2).public_key(), "moulins"}};
  request.neighbours = neighbours;
  ESSAIMAGE_ASSERT(store::sign(request, secret(2)));
  return request;
}

std::vector<Seed> seeds() {
  auto signed_once = decision();
  ESSAIMAGE_ASSERT(store::sign(signed_once, secret(2)));
  auto elsewhere = decision();
  elsewhere.statements.front().path = "catalogue/mdq/autre.toml";
  auto twice = decision();
  twice.statements.push_back(twice.statements.front());
  auto nobody = succession();
  nobody.neighbours.reset();
  return {seed("valid-succession", encode(succession())), seed("hostile-succession-of-nobody", encode(nobody)),
          seed("valid-decision", encode(decision())),     seed("valid-signed", encode(signed_once)),
          seed("valid-roles", encode(change())),          seed("hostile-path", encode(elsewhere)),
          seed("hostile-twice", encode(twice)),           seed("hostile-comment", encode(decision()) + "# x\n")};
}

const Registered registered{{"request", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::request_target
