#include "store/feed/tree_rules.hpp"

#include <algorithm>
#include <array>

#include "proto/limits.hpp"
#include "proto/text.hpp"
#include "store/crypto/hash.hpp"
#include "store/federation/adoption_file.hpp"
#include "store/federation/mirror_file.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/proposal_file.hpp"
#include "store/feed/kit_rules.hpp"
#include "store/kit/attributes.hpp"
#include "store/life/outcome_file.hpp"
#include "store/withdrawal/receipt_file.hpp"
#include "store/withdrawal/record_file.hpp"

namespace essaimage::store {
namespace {

enum class Where { every_feed, region_feeds, federation_region, federation_catalogues };
enum class What {
  constant,     ///< the generated text, byte for byte
  statement,    ///< a bounded text; who reads it judges it
  kits,         ///< the kits, fanned out
  statements,   ///< a folder of statements and their signatures, one more level deep at most
  adoptions,    ///< <centre>/<slug>.toml, each in its one byte form
  outcomes,     ///< <centre>/<slug>/<number>.toml, likewise
  proposals,    ///< <slug>.toml, likewise
  withdrawals,  ///< <number>.toml, likewise; in the federation's region feed statements too: <sha256>.toml
  receipts,     ///< <centre>/<number or sha256>.toml, likewise
};

struct Rule {
  std::string_view name;
  Where where;
  What what;
  std::string_view text;  ///< of a constant
};

/// All that may stand in the root of a feed's tree.
constexpr std::array rules = {
    Rule{".gitattributes", Where::every_feed, What::constant, kit::root_attributes},
    Rule{".lfsconfig", Where::every_feed, What::constant, kit::root_lfsconfig},
    Rule{"kits", Where::every_feed, What::kits, {}},
    Rule{"adoptions", Where::every_feed, What::adoptions, {}},
    Rule{"outcomes", Where::every_feed, What::outcomes, {}},
    Rule{"proposals", Where::every_feed, What::proposals, {}},
    Rule{"centre.toml", Where::region_feeds, What::statement, {}},
    Rule{"federation.toml", Where::federation_region, What::statement, {}},
    Rule{"federation.toml.sigs", Where::federation_region, What::statement, {}},
    Rule{"heartbeat.toml", Where::federation_region, What::statement, {}},
    Rule{"heartbeat.toml.sigs", Where::federation_region, What::statement, {}},
    Rule{"federation", Where::federation_region, What::statements, {}},     // <version>.toml
    Rule{"members", Where::federation_region, What::statements, {}},        // <slug>.toml
    Rule{"invitations", Where::federation_region, What::statements, {}},    // <key in hexadecimal>.toml
    Rule{"successions", Where::federation_region, What::statements, {}},    // <slug>/<generation>.toml
    Rule{"catalogue", Where::federation_catalogues, What::statements, {}},  // <centre>/<slug>.toml
    Rule{"mirrors", Where::federation_region, What::statements, {}},        // <slug>.toml
    Rule{"withdrawals", Where::every_feed, What::withdrawals, {}},
    Rule{"receipts", Where::every_feed, What::receipts, {}},
};

constexpr std::array statement_endings = {std::string_view(".toml"), std::string_view(".toml.sigs")};
constexpr int statement_depth_max = 2;

tl::unexpected<Error> refused(std::string_view path, std::string_view why) {
  return fail(Errc::feed_content, std::string(path) + ": " + std::string(why));
}

class TreeCheck {
 public:
  TreeCheck(NewObjects& objects, const FeedId& feed, const std::string& federation_slug)
      : objects_(objects), feed_(feed), federation_slug_(federation_slug) {}

  Status root(const ObjectId& tree, const std::optional<ObjectId>& parent_tree) {
    const TreeEntry before{TreeEntry::Mode::tree, {}, parent_tree.value_or(ObjectId{})};
    TRY(const ComparedTree compared, ComparedTree::read(objects_, tree, parent_tree ? &before : nullptr));
    for (const TreeEntry& entry : compared.now()) {
      const auto* rule = std::ranges::find(rules, std::string_view(entry.name), &Rule::name);
      if (rule == rules.end() || !applies(rule->where)) return refused(entry.name, "may not stand in this feed");
      const bool folder = rule->what != What::constant && rule->what != What::statement;
      const auto mode = folder ? TreeEntry::Mode::tree : TreeEntry::Mode::file;
      if (entry.mode != mode) return refused(entry.name, "wrong mode");
      const TreeEntry* old = compared.old(entry);
      if (old == nullptr || old->id != entry.id) CHECK_OK(changed(*rule, entry, old));
    }
    for (const Rule& rule : rules) {
      if (rule.what == What::constant && compared.find(rule.name) == nullptr) return refused(rule.name, "missing");
    }
    return {};
  }

 private:
  bool applies(Where where) const {
    if (where == Where::every_feed) return true;
    const bool federations = feed_.centre == federation_slug_;
    // What the curators say of kits lies in the feed of those kits' audience.
    if (where == Where::federation_catalogues) return federations && feed_.audience.kind != Audience::Kind::mirror;
    if (feed_.audience.kind != Audience::Kind::region) return false;
    return where == Where::region_feeds || federations;
  }

  Status changed(const Rule& rule, const TreeEntry& entry, const TreeEntry* old) {
    switch (rule.what) {
      case What::constant: return constant(rule, entry);
      case What::statement: return statement(entry.name, entry);
      case What::kits: return fan(entry, old);
      case What::statements: return statements(entry.name, entry, old, 1);
      case What::adoptions: return adoptions(entry, old);
      case What::outcomes: return outcomes(entry, old);
      case What::proposals: return proposals(entry, old);
      case What::withdrawals: return withdrawals(entry, old);
      case What::receipts: return receipts(entry, old);
    }
    ESSAIMAGE_ASSERT(false);
  }

  Status constant(const Rule& rule, const TreeEntry& entry) {
    TRY(const Bytes content, objects_.take(entry.id, ObjectType::blob));
    if (text_of(content) != rule.text) return refused(entry.name, "not the generated text");
    return {};
  }

  Status statement(const std::string& path, const TreeEntry& entry) {
    TRY(const Bytes content, objects_.take(entry.id, ObjectType::blob));
    const auto text = text_of(content);
    const bool of_mirror = path.starts_with(std::string(feed_path::mirrors_folder) + "/");
    const auto bytes_max = of_mirror ? mirror_bytes_max : limits::statement_bytes_max;
    const bool good = text.size() <= bytes_max && is_utf8(text) && text.find('\0') == text.npos;
    return good ? Status{} : refused(path, "not a bounded text");
  }

  /// Every centre may say these, and whoever holds the feed indexes them: so they are read here, and their folders counted.
  Status adoptions(const TreeEntry& folder, const TreeEntry* before) {
    TRY(const ComparedTree compared, ComparedTree::read(objects_, folder.id, before));
    if (compared.now().empty()) return refused(folder.name, "empty folder");
    CHECK_OK(objects_.visit(compared.now().size()));
    std::size_t left = limits::adoptions_per_feed_max;
    for (const TreeEntry& entry : compared.now()) {
      const std::string below = folder.name + "/" + entry.name;
      if (!is_folder(entry) || !is_slug(entry.name)) return refused(below, "may not stand there");
      if (entry.name == feed_.centre) return refused(below, "its author's own kits");
      CHECK_OK(adoptions_of(entry, compared.old(entry), left));
    }
    return {};
  }

  Status adoptions_of(const TreeEntry& centre, const TreeEntry* before, std::size_t& left) {
    TRY(const ComparedTree compared, ComparedTree::read(objects_, centre.id, before));
    if (compared.now().empty()) return refused("adoptions/" + centre.name, "empty folder");
    if (compared.now().size() > left) return refused("adoptions", "too many");
    left -= compared.now().size();
    CHECK_OK(objects_.visit(compared.now().size()));
    for (const TreeEntry& entry : compared.now()) {
      const std::string path = "adoptions/" + centre.name + "/" + entry.name;
      if (entry.mode != TreeEntry::Mode::file) return refused(path, "may not stand there");
      const TreeEntry* old = compared.old(entry);
      if (old != nullptr && old->id == entry.id) continue;
      TRY(const Bytes content, objects_.take(entry.id, ObjectType::blob));
      const auto adoption = parse_adoption(text_of(content));
      if (!adoption) return refused(path, adoption.error().detail);
      if (feed_path::of_kit(feed_path::adoptions_folder, adoption->kit) != path) return refused(path, "of another kit");
    }
    return {};
  }

  /// The entries of a folder that nobody leaves empty, all of them counted.
  Result<ComparedTree> counted(const std::string& path, const TreeEntry& folder, const TreeEntry* before) {
    TRY(auto compared, ComparedTree::read(objects_, folder.id, before));
    if (compared.now().empty()) return refused(path, "empty folder");
    CHECK_OK(objects_.visit(compared.now().size()));
    return compared;
  }

  /// Read for the same reason as adoptions; of own kits too.
  Status outcomes(const TreeEntry& folder, const TreeEntry* before) {
    TRY(const ComparedTree centres, counted(folder.name, folder, before));
    std::size_t left = limits::outcomes_per_feed_max;
    for (const TreeEntry& centre : centres.now()) {
      const std::string path = folder.name + "/" + centre.name;
      if (!is_folder(centre) || !is_slug(centre.name)) return refused(path, "may not stand there");
      TRY(const ComparedTree kits, counted(path, centre, centres.old(centre)));
      for (const TreeEntry& kit : kits.now()) {
        if (!is_folder(kit) || !is_slug(kit.name)) return refused(path + "/" + kit.name, "may not stand there");
        CHECK_OK(outcomes_of({centre.name, kit.name}, kit, kits.old(kit), left));
      }
    }
    return {};
  }

  Status outcomes_of(const KitId& kit, const TreeEntry& folder, const TreeEntry* before, std::size_t& left) {
    TRY(const ComparedTree compared, counted("outcomes/" + kit.str(), folder, before));
    if (compared.now().size() > left) return refused("outcomes", "too many");
    left -= compared.now().size();
    for (const TreeEntry& entry : compared.now()) {
      const std::string path = "outcomes/" + kit.str() + "/" + entry.name;
      if (entry.mode != TreeEntry::Mode::file) return refused(path, "may not stand there");
      const TreeEntry* old = compared.old(entry);
      if (old != nullptr && old->id == entry.id) continue;
      TRY(const Bytes content, objects_.take(entry.id, ObjectType::blob));
      const auto outcome = parse_outcome(text_of(content));
      if (!outcome) return refused(path, outcome.error().detail);
      if (path_of({outcome->kit, outcome->number}) != path) return refused(path, "of another kit or number");
    }
    return {};
  }

  /// Read for the same reason as adoptions; of the author's own kits alone.
  Status proposals(const TreeEntry& folder, const TreeEntry* before) {
    TRY(const ComparedTree compared, counted(folder.name, folder, before));
    if (compared.now().size() > limits::proposals_per_feed_max) return refused(folder.name, "too many");
    for (const TreeEntry& entry : compared.now()) {
      const std::string path = folder.name + "/" + entry.name;
      if (entry.mode != TreeEntry::Mode::file) return refused(path, "may not stand there");
      const TreeEntry* old = compared.old(entry);
      if (old != nullptr && old->id == entry.id) continue;
      TRY(const Bytes content, objects_.take(entry.id, ObjectType::blob));
      const auto proposal = parse_proposal(text_of(content));
      if (!proposal) return refused(path, proposal.error().detail);
      if (proposal->kit.centre != feed_.centre || proposal_path(proposal->kit) != path) return refused(path, "of another kit");
    }
    return {};
  }

  /// Read for the same reason, each hash counted.
  Status withdrawals(const TreeEntry& folder, const TreeEntry* before) {
    TRY(const ComparedTree compared, counted(folder.name, folder, before));
    const bool has_statements = applies(Where::federation_region);
    std::size_t left = limits::withdrawals_per_feed_max;
    for (const TreeEntry& entry : compared.now()) {
      const std::string path = folder.name + "/" + entry.name;
      const bool of_author = withdrawal_number(entry.name) != 0;
      if (entry.mode != TreeEntry::Mode::file || (!of_author && !(has_statements && is_of_media(entry.name))))
        return refused(path, "may not stand there");
      if (of_author && left-- == 0) return refused(folder.name, "too many");
      const TreeEntry* old = compared.old(entry);
      if (old == nullptr || old->id != entry.id) CHECK_OK(of_author ? withdrawal(path, entry) : statement(path, entry));
    }
    return {};
  }

  Status withdrawal(const std::string& path, const TreeEntry& entry) {
    TRY(const Bytes content, objects_.take(entry.id, ObjectType::blob));
    const auto withdrawal = parse_withdrawal(text_of(content));
    if (!withdrawal) return refused(path, withdrawal.error().detail);
    if (withdrawal->kit.centre != feed_.centre) return refused(path, "of another's kit");
    if (withdrawal_path(withdrawal->number) != path) return refused(path, "of another number");
    return objects_.visit(withdrawal->media.size() + withdrawal->paths.size() + withdrawal->versions.ranges().size());
  }

  static bool is_of_media(std::string_view name) {
    return std::ranges::any_of(statement_endings, [&](std::string_view ending) {
      if (!name.ends_with(ending)) return false;
      const auto media = Sha256::parse(name.substr(0, name.size() - ending.size()));
      return media && name.starts_with(media->hex());
    });
  }

  /// What changed alone: each folder is bounded by itself, and there are as many as centres.
  Status receipts(const TreeEntry& folder, const TreeEntry* before) {
    TRY(const ComparedTree centres, counted(folder.name, folder, before));
    if (centres.now().size() > limits::members_max) return refused(folder.name, "too many");
    for (const TreeEntry& centre : centres.now()) {
      const std::string path = folder.name + "/" + centre.name;
      if (!is_folder(centre) || !is_slug(centre.name)) return refused(path, "may not stand there");
      const TreeEntry* old = centres.old(centre);
      if (old != nullptr && old->id == centre.id) continue;
      TRY(const ComparedTree compared, counted(path, centre, old));
      if (compared.now().size() > 2 * limits::withdrawals_per_feed_max) return refused(path, "too many");
      for (const TreeEntry& entry : compared.now()) {
        const TreeEntry* same = compared.old(entry);
        if (same == nullptr || same->id != entry.id || same->mode != entry.mode) CHECK_OK(receipt(path + "/" + entry.name, entry));
      }
    }
    return {};
  }

  Status receipt(const std::string& path, const TreeEntry& entry) {
    if (entry.mode != TreeEntry::Mode::file) return refused(path, "may not stand there");
    TRY(const Bytes content, objects_.take(entry.id, ObjectType::blob));
    const auto receipt = parse_receipt(text_of(content));
    if (!receipt) return refused(path, receipt.error().detail);
    return receipt_path(receipt->about) == path ? Status{} : refused(path, "of another withdrawal");
  }

  Status statements(const std::string& path, const TreeEntry& folder, const TreeEntry* before, int depth) {
    TRY(const ComparedTree compared, ComparedTree::read(objects_, folder.id, before));
    if (compared.now().empty()) return refused(path, "empty folder");
    CHECK_OK(objects_.visit(compared.now().size()));
    for (const TreeEntry& entry : compared.now()) {
      const std::string below = path + "/" + entry.name;
      const TreeEntry* old = compared.old(entry);
      if (is_folder(entry)) {
        if (depth == statement_depth_max || !is_slug(entry.name)) return refused(below, "may not stand there");
        if (old == nullptr || old->id != entry.id) CHECK_OK(statements(below, entry, old, depth + 1));
        continue;
      }
      const bool named = std::ranges::any_of(statement_endings, [&](std::string_view ending) {
        return entry.name.ends_with(ending) && is_slug(entry.name.substr(0, entry.name.size() - ending.size()));
      });
      if (!named || entry.mode != TreeEntry::Mode::file) return refused(below, "may not stand there");
      if (old == nullptr || old->id != entry.id) CHECK_OK(statement(below, entry));
    }
    return {};
  }

  /// kits/<2 hex>/<slug>: so that a publish into ten thousand kits rewrites two small trees and no large one.
  Status fan(const TreeEntry& kits, const TreeEntry* before) {
    TRY(const ComparedTree compared, ComparedTree::read(objects_, kits.id, before));
    if (compared.now().empty()) return refused("kits", "empty folder");
    CHECK_OK(objects_.visit(compared.now().size()));
    for (const TreeEntry& entry : compared.now()) {
      const TreeEntry* old = compared.old(entry);
      if (!is_folder(entry)) return refused("kits/" + entry.name, "not a folder");
      if (old == nullptr || old->id != entry.id) CHECK_OK(bucket(entry, old));
    }
    return {};
  }

  Status bucket(const TreeEntry& bucket, const TreeEntry* before) {
    TRY(const ComparedTree compared, ComparedTree::read(objects_, bucket.id, before));
    if (compared.now().empty()) return refused("kits/" + bucket.name, "empty folder");
    CHECK_OK(objects_.visit(compared.now().size()));
    for (const TreeEntry& entry : compared.now()) {
      const bool placed = is_folder(entry) && is_slug(entry.name) && sha256(bytes_of(entry.name)).hex().substr(0, 2) == bucket.name;
      if (!placed) return refused("kits/" + bucket.name + "/" + entry.name, "may not stand there");
      const TreeEntry* old = compared.old(entry);
      if (old != nullptr && old->id == entry.id) continue;
      CHECK_OK(check_kit(objects_, KitId{feed_.centre, entry.name}, entry.id, old));
    }
    return {};
  }

  NewObjects& objects_;
  const FeedId& feed_;
  const std::string& federation_slug_;
};

}  // namespace

Status check_tree(NewObjects& objects, const FeedId& feed, const std::string& federation_slug, const ObjectId& tree,
                  const std::optional<ObjectId>& parent_tree) {
  return TreeCheck(objects, feed, federation_slug).root(tree, parent_tree);
}

}  // namespace essaimage::store
