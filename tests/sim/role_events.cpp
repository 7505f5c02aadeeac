#include "tests/sim/role_events.hpp"

#include <algorithm>
#include <array>

#include "store/curation.hpp"
#include "store/federation/paths.hpp"
#include "store/withdrawal/withdrawals.hpp"

namespace essaimage::sim {
namespace {

constexpr std::size_t keys_max = 5;
constexpr std::uint64_t withdrawals_max = 3;  // each is answered by every centre
const std::array<std::string, 4> stick_roles = {"root", "members", "curators", "withdrawals"};

const std::string& any_role(core::Random& random) { return stick_roles[random.below(stick_roles.size())]; }

}  // namespace

RoleEvents::RoleEvents(World& world, GitStores& stores)
    : world_(world), stores_(stores), hands_(world, stores), attacks_(world, stores, hands_) {
  world_.on_restored = [this](std::size_t node) { stores_.roles.forget(node); };
  core::Random random(world_.random.next());
  for (const auto& role : stick_roles) {
    if (random.below(4) != 0) (void)hand_out(role, random);
  }
  attacks_.note_head();
}

// --- by the rules --------------------------------------------------------------------------------------------------------

std::string RoleEvents::change(core::Random& random) {
  if (!world_.node(0).up) return "";
  const auto what = [&]() -> std::string {
    if (stores_.roles.far_time() && random.below(3) == 0) return undo_far_time(random);
    switch (random.below(16)) {
      case 0:
      case 1:
      case 2: return change_keys(random);
      case 3: return change_threshold(random);
      case 4:
      case 5: return give_end(random);
      case 6:
      case 7:
      case 8: return decide(random);
      case 9:
      case 10: return decide_twice(random);
      case 11: return withdraw(random);
      case 12: return random.below(2) == 0 ? invite(random) : suspend(random);
      case 13: return replace_heartbeat(random);
      default: return sign_time();
    }
  }();
  attacks_.note_head();
  return what;
}

std::string RoleEvents::forge(core::Random& random) {
  if (!world_.node(0).up) return "";
  attacks_.note_head();
  return attacks_.forge(random);
}

Roles RoleEvents::roles_after(const Wish& wish) const {
  Roles next = stores_.roles.roles();
  auto& role = next.at(wish.role);
  if (wish.add) role.keys.push_back(*wish.add);
  if (wish.remove) std::erase(role.keys, *wish.remove);
  std::ranges::sort(role.keys);
  if (wish.threshold) role.threshold = *wish.threshold;
  if (wish.expires) role.expires = *wish.expires == store::never ? std::nullopt : wish.expires;
  return next;
}

/// That a role has run out is a reason to refuse, if it has.
void RoleEvents::note_refusal(const Error& error, bool judged) {
  if (error.code != Errc::role_expired) return;
  const auto name = error.detail.substr(0, error.detail.find(':'));
  const auto& roles = stores_.roles.roles();
  const auto it = roles.find(name);
  const auto word = role_word_of(federation().library());
  // A change of the heartbeat's role is judged by the time that counts once it is in force: one that does not count yet, or, if no key
  // signed any that stays, the clock's.
  const auto is_over_by = [&](std::optional<Timestamp> time) { return it->second.is_over(RoleOracle::judge(now(), time)); };
  const bool known = it != roles.end() && word;
  const bool is_over = known && (is_over_by(judged ? word->view.heartbeat : std::nullopt) || is_over_by(stores_.roles.last_spoken()));
  if (is_over) strike(Fault::role_over);
  else world_.violated("the federation's node says that a role has run out, which has not: " + error.detail);
}

std::string RoleEvents::carry(const Status& asked, std::optional<store::SigningRequest>& request, const std::string& what,
                              core::Random& random) {
  world_.feed_all(0, federation().take());
  if (!asked) {
    note_refusal(asked.error());
    return " " + what + ": " + to_line(asked.error());
  }
  if (!request) {
    world_.violated("the federation's node has put into force what no stick has signed: " + what);
    return "";
  }
  if (const auto done = hands_.carry(*request, nullptr, random); !done) {
    note_refusal(done.error());
    return " " + what + ": " + to_line(done.error());
  }
  strike(Fault::statement_signed);
  return " " + what;
}

std::string RoleEvents::ask(const Wish& wish, core::Random& random) {
  std::optional<store::SigningRequest> lacking;
  const auto asked = federation().library().change_role(wish, &lacking);
  if (!asked) {
    note_refusal(asked.error());
    return " " + wish.role + ": " + to_line(asked.error());
  }
  if (!lacking) {
    world_.violated("the federation's node has changed the role " + wish.role + " without any stick of root");
    return "";
  }
  const Roles next = roles_after(wish);
  if (const auto done = hands_.carry(*lacking, &next, random); !done) {
    note_refusal(done.error());
    return " " + wish.role + ": " + to_line(done.error());
  }
  return " " + wish.role;
}

/// One key becomes several, of which some have to sign.
std::string RoleEvents::hand_out(const std::string& role, core::Random& random) {
  const std::size_t more = 1 + random.below(2);
  for (std::size_t i = 0; i < more; ++i) {
    Wish wish{role};
    wish.add = hands_.new_stick();
    if (i + 1 == more) wish.threshold = static_cast<std::uint32_t>(1 + random.below(more + 1));
    (void)ask(wish, random);
  }
  return " " + role;
}

std::string RoleEvents::change_keys(core::Random& random) {
  const std::string& name = any_role(random);
  const auto role = stores_.roles.role(name);
  Wish wish{name};
  const bool may_lose = role.keys.size() > role.threshold, may_gain = role.keys.size() < keys_max;
  const auto kind = random.below(3);
  if (kind != 0 || !may_lose) wish.add = hands_.new_stick();
  if (kind != 1 || !may_gain) wish.remove = role.keys[random.below(role.keys.size())];
  const auto before = stores_.roles.version();
  const auto what = ask(wish, random);
  if (stores_.roles.version() > before) strike(Fault::role_keys_changed);
  return what;
}

std::string RoleEvents::change_threshold(core::Random& random) {
  const std::string& name = any_role(random);
  Wish wish{name};
  wish.threshold = static_cast<std::uint32_t>(1 + random.below(stores_.roles.role(name).keys.size()));
  const auto before = stores_.roles.version();
  const auto what = ask(wish, random);
  if (stores_.roles.version() > before) strike(Fault::role_threshold_changed);
  return what;
}

/// It gets a last day soon, or a later one, or none.
std::string RoleEvents::give_end(core::Random& random) {
  const auto name = random.below(5) == 0 ? std::string("heartbeat") : any_role(random);
  const auto role = stores_.roles.role(name);
  Wish wish{name};
  const bool renews = role.expires && random.below(2) == 0;
  const bool for_good = renews && random.below(2) == 0;
  // Soon, so that many run out within a run; of root and the heartbeat, on which all others depend, later.
  const bool speaks = name != "root" && name != "heartbeat";
  const auto days = static_cast<std::int64_t>(renews ? 60 + random.below(50) : 1 + random.below(speaks ? 12 : 50));
  wish.expires = for_good ? store::never : Timestamp{now().seconds + days * day_seconds};
  const auto before = stores_.roles.version();
  const auto what = ask(wish, random);
  if (stores_.roles.version() > before) strike(renews ? Fault::role_renewed : Fault::role_given_end);
  return what;
}

std::optional<KitId> RoleEvents::kit_of_region(core::Random& random) {
  const auto kits = federation().library().kits();
  if (!kits) return std::nullopt;
  std::vector<KitId> known;
  for (const auto& kit : *kits) {
    if (kit.row.audience == Audience{}) known.push_back(kit.row.id);
  }
  if (known.empty()) return std::nullopt;
  return known[random.below(known.size())];
}

Result<store::SigningRequest> RoleEvents::begin_decision(store::CatalogueFile::Decision decision, const KitId& kit,
                                                         const std::string& reason) {
  const auto path = store::feed_path::of_kit(store::feed_path::catalogue_folder, kit);
  const auto* held = stores_.roles.find(path);
  store::Library::Acceptance words{kit, {}, reason};
  words.after = held == nullptr ? 0 : held->version;
  std::optional<store::SigningRequest> lacking;
  TRY([[maybe_unused]] const auto file, federation().library().curation().decide(decision, words, &lacking));
  if (lacking) return std::move(*lacking);
  world_.violated("the federation's node has decided without any stick of the curators: " + path);
  return fail(Errc::internal, path);
}

std::string RoleEvents::decide(core::Random& random) {
  const auto kit = kit_of_region(random);
  if (!kit) return "";
  using Decision = store::CatalogueFile::Decision;
  const auto decision = std::array{Decision::accepted, Decision::declined, Decision::retired}[random.below(3)];
  std::optional<store::SigningRequest> request;
  Status asked;
  if (auto begun = begin_decision(decision, *kit, "n° " + std::to_string(++number_))) request = std::move(*begun);
  else asked = tl::unexpected(begun.error());
  return carry(asked, request, std::string(str(decision)) + " " + kit->str(), random);
}

/// Two requests about one version go round at once: the one that comes first counts, though enough have signed the other as well.
std::string RoleEvents::decide_twice(core::Random& random) {
  const auto kit = kit_of_region(random);
  if (!kit) return "";
  using Decision = store::CatalogueFile::Decision;
  auto first = begin_decision(Decision::accepted, *kit, "n° " + std::to_string(++number_));
  auto second = begin_decision(Decision::declined, *kit, "n° " + std::to_string(++number_));
  if (!first || !second) {
    const Error& why = first ? second.error() : first.error();
    note_refusal(why);
    return " " + kit->str() + ": " + to_line(why);
  }
  if (random.below(2) == 0) std::swap(*first, *second);
  if (const auto done = hands_.carry(*first, nullptr, random); !done) return " " + kit->str() + ": " + to_line(done.error());
  const auto late = hands_.carry(*second, nullptr, random);
  if (late) world_.violated("two decisions about one version, and the second took the place of the first: " + kit->str());
  else if (late.error().code == Errc::request_superseded) strike(Fault::two_decided);
  attacks_.note_twin(second->statements.front());
  return " twice about " + kit->str();
}

std::string RoleEvents::withdraw(core::Random& random) {
  if (withdrawn_ == withdrawals_max) return "";
  store::Withdrawals::Cause cause;
  Bytes about(32);
  for (auto& byte : about) byte = static_cast<std::uint8_t>(random.next());
  cause.media = {*Sha256::from(about)};
  cause.why = "une plainte";
  for (const auto& [path, said] : hands_.said()) {
    if (!path.starts_with("withdrawals/") || random.below(2) == 0) continue;
    cause.media = {*Sha256::parse(path.substr(12, 64))};
    cause.undo = said.content.find("withdrawn = true") != std::string::npos;
  }
  std::optional<store::SigningRequest> request;
  Status asked;
  if (const auto done = federation().library().withdrawals().withdraw_media(cause, &request); !done) asked = tl::unexpected(done.error());
  withdrawn_ += 1;
  return carry(asked, request, cause.undo ? "withdrawal taken back" : "withdrawal", random);
}

std::string RoleEvents::invite(core::Random& random) {
  const std::string slug = "guest-" + std::to_string(++number_);
  const auto valid = std::chrono::hours(24 * (1 + random.below(60)));
  std::optional<store::SigningRequest> request;
  Status asked;
  const auto done = federation().library().invite({slug, "Un centre invité", {"lille"}, valid, stores_.endpoint_of(0)}, &request);
  if (!done) asked = tl::unexpected(done.error());
  return carry(asked, request, "invitation of " + slug, random);
}

/// One member at most, for good: under whatever keys the members role gets later.
std::string RoleEvents::suspend(core::Random& random) {
  const std::size_t node = 1 + random.below(world_.size() - 1);
  const std::string& slug = world_.node(node).slug;
  if (!stores_.roles.suspended().empty() || !world_.counts(node)) return "";
  std::optional<store::SigningRequest> request;
  const auto asked = federation().library().suspend(slug, "une plainte", {}, &request);
  const auto what = carry(asked, request, "suspension of " + slug, random);
  if (!request) return what;
  const auto said = hands_.said().find(request->statements.front().path);
  if (said == hands_.said().end() || said->second.content != request->statements.front().content) return what;
  stores_.roles.note_suspended(slug);
  strike(Fault::suspension_signed);
  return what;
}

std::string RoleEvents::replace_heartbeat(core::Random& random) {
  Wish wish{"heartbeat"};
  wish.rotate = true;
  const auto& layout = federation().layout();
  const auto old = store::SigningSecret::load(layout.role_key("heartbeat"));
  std::optional<store::SigningRequest> lacking;
  const auto asked = federation().library().change_role(wish, &lacking);
  if (!asked || !lacking) {
    if (!asked) note_refusal(asked.error(), false);
    return "";
  }
  const auto fresh = store::SigningSecret::load(layout.next_role_key("heartbeat"));
  if (!old || !fresh) return "";
  Roles next = stores_.roles.roles();
  next.at("heartbeat").keys = {fresh->public_key()};
  const bool alone = !stores_.roles.has_spoken(now());
  if (const auto done = hands_.carry(*lacking, &next, random); !done) {
    note_refusal(done.error(), false);
    return " heartbeat: " + to_line(done.error());
  }
  stores_.roles.replace_heartbeat_key(now(), fresh->public_key(), alone);
  hands_.take(*old);  // a thief may have it
  strike(Fault::role_keys_changed);
  return " heartbeat's key";
}

/// Root gives the heartbeat another key, though itself and all roles that have a last day may be over by the far time.
std::string RoleEvents::undo_far_time(core::Random& random) {
  const auto what = replace_heartbeat(random);
  if (!stores_.roles.far_time()) strike(Fault::far_time_undone);
  return what + ", which named a far time";
}

std::string RoleEvents::sign_time() {
  const auto done = federation().library().beat(true);
  world_.feed_all(0, federation().take());
  if (!done) {
    note_refusal(done.error());
    return " heartbeat: " + to_line(done.error());
  }
  strike(Fault::time_signed);
  return " heartbeat " + to_utc(now());
}

void RoleEvents::sign_requests() {
  if (!world_.node(0).up) return;
  const auto pending = federation().library().requests();
  if (!pending) return;
  core::Random random(now().seconds);
  for (auto [slug, request] : *pending) {
    if (hands_.carry(request, nullptr, random)) strike(Fault::admission_signed);
  }
}

}  // namespace essaimage::sim
