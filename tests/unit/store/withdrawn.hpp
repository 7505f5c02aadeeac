#pragma once
// A federation whose members exchange all that they may, with a kit that has a photo of somebody and a text with a name: what the
// tests of withdrawal start from.

#include "store/receiving/left_epochs.hpp"
#include "store/withdrawal/withdrawals.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/edited_feed.hpp"

namespace essaimage::test {

using namespace store;  // NOLINT(google-build-using-namespace): of tests alone

inline const KitId lamp{"a", "lampe"};
inline const std::string portrait = photo(300'000, 1), other_photo = photo(200'000, 2);

/// As the daemon does each minute.
inline void settle(TestNode& node, bool may_sign = true) {
  const auto settled = node.library().withdrawals().settle(may_sign);
  INFO((settled ? std::string() : settled.error().detail));
  REQUIRE(settled);
}

/// All that the members say of each other, through the federation's node.
inline void spread(Members& m) {
  for (int round = 0; round < 2; ++round) {
    for (auto* node : {m.a.get(), m.b.get(), m.c.get()}) replicate(*node, *m.federation);
    for (auto* node : {m.a.get(), m.b.get(), m.c.get()}) replicate(*m.federation, *node);
  }
}

inline Sha256 media_of(const TestNode& node, const std::string& id, const std::string& path) {
  const auto files = node.library().files(KitId::parse(id).value(), std::nullopt).value();
  const auto file = std::ranges::find(files, path, &KitFile::path);
  REQUIRE(file != files.end());
  return file->media;
}

inline bool has(const TestNode& node, const Sha256& media) { return node.library().media().has(media); }

inline WithdrawalView view_of(TestNode& node, const std::string& centre, std::uint64_t number) {
  const auto views = node.library().withdrawals().find({std::nullopt, centre, number});
  REQUIRE(views);
  REQUIRE(views->size() == 1);
  return views->front();
}

/// "a 1/0, b 0/1": who has signed, with what was erased and kept.
inline std::string receipts(const WithdrawalView& view) {
  std::string text;
  for (const auto& [centre, receipt] : view.signed_by)
    text += (text.empty() ? "" : ", ") + centre + " " + std::to_string(receipt.erased) + "/" + std::to_string(receipt.kept);
  return text;
}

/// Of every pack, read anew from the disk.
inline bool in_any_pack(const TestNode& node, const ObjectId& id) {
  return ObjectDb::open(node.layout().library() / "objects").value()->contains(id);
}

inline Withdrawals::Wish wish(const std::vector<std::string>& files, const KitId& kit = lamp) {
  return {kit, files, "le consentement est retiré", false, false};
}

struct Lamp {
  Members m;
  Sha256 media;
  Lamp() {
    m.a->publish_one("lampe", {{"photos/moi.jpg", portrait}, {"plan.bin", other_photo}, {"guide.md", "écrit par Mme Exemple\n"}});
    spread(m);
    media = media_of(*m.a, "a/lampe", "photos/moi.jpg");
    for (auto* node : {m.a.get(), m.b.get(), m.c.get(), m.federation.get()}) REQUIRE(has(*node, media));
  }
  std::vector<TestNode*> all() { return {m.a.get(), m.b.get(), m.c.get(), m.federation.get()}; }
};

inline ObjectId guide_of(const TestNode& node) {
  const auto files = node.library().files(lamp, std::nullopt).value();
  return std::ranges::find(files, std::string("guide.md"), &KitFile::path)->blob;
}

}  // namespace essaimage::test
