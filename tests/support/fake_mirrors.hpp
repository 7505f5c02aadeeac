#pragma once
// Mirrors without a federation's feed, for the tests of who uses them. One thread at a time.

#include "store/mirrors.hpp"

namespace essaimage::test {

class FakeMirrors final : public store::Mirrors {
 public:
  std::map<std::string, store::MirrorFile> all;
  store::MirrorRules held;
  std::vector<store::PublishedKit> copies;    ///< what applying the rules publishes
  std::optional<store::SigningRequest> asks;  ///< what acts lack
  mutable int applied = 0;

  Result<store::MirrorFile> begin(const Begin& begin, Lacking lacking) override {
    if (all.contains(begin.slug) && all[begin.slug].runs()) return fail(Errc::mirror_exists, begin.slug);
    store::MirrorFile file;
    file.slug = begin.slug;
    file.name = begin.name;
    file.territories = begin.territories;
    return say(file, lacking);
  }
  Result<store::MirrorFile> change(const Begin& change, Lacking lacking) override {
    TRY(auto file, find(change.slug));
    file.version += 1;
    if (!change.name.empty()) file.name = change.name;
    if (!change.territories.empty()) file.territories = change.territories;
    return say(file, lacking);
  }
  Result<store::MirrorFile> end(const std::string& slug, const std::string& why, Lacking lacking, bool) override {
    TRY(auto file, find(slug));
    file.version += 1;
    file.ended = Timestamp{1'790'000'000};
    file.ended_why = why;
    return say(file, lacking);
  }
  Result<std::vector<store::MirrorFile>> list() const override {
    std::vector<store::MirrorFile> files;
    for (const auto& [slug, file] : all) files.push_back(file);
    return files;
  }
  Result<store::MirrorFile> find(const std::string& slug) const override {
    const auto it = all.find(slug);
    if (it == all.end()) return fail(Errc::mirror_unknown, slug);
    return it->second;
  }
  Result<store::MirrorRules> rules() const override { return held; }
  Result<store::MirrorRule> change_rule(const RuleChange& change) override {
    TRY([[maybe_unused]] const auto known, find(change.mirror));
    auto& rule = held[change.mirror];
    if (change.off) rule = {};
    rule.themes.insert(change.themes.begin(), change.themes.end());
    rule.kits.insert(change.kits.begin(), change.kits.end());
    return rule;
  }
  Result<std::vector<store::PublishedKit>> apply_rules() override {
    ++applied;
    return copies;
  }

 private:
  Result<store::MirrorFile> say(const store::MirrorFile& file, Lacking lacking) {
    if (asks && lacking != nullptr) *lacking = *asks;
    else all[file.slug] = file;
    return file;
  }
};

}  // namespace essaimage::test
