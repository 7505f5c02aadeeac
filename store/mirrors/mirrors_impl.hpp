#pragma once
// The library's part about mirrors (mirror_ops.cpp). What publishing asks of it is asked with `changing_` of the library held.

#include "store/library/picture.hpp"
#include "store/mirrors.hpp"
#include "store/state/state.hpp"

namespace essaimage::store {

class LibraryImpl;

class MirrorsImpl final : public Mirrors {
 public:
  explicit MirrorsImpl(LibraryImpl& library) : library_(library) {}

  Result<MirrorFile> begin(const Begin& begin, Lacking lacking) override;
  Result<MirrorFile> change(const Begin& change, Lacking lacking) override;
  Result<MirrorFile> end(const std::string& slug, const std::string& why, Lacking lacking, bool anyway) override;
  Result<std::vector<MirrorFile>> list() const override;
  Result<MirrorFile> find(const std::string& slug) const override;
  Result<MirrorRules> rules() const override;
  Result<MirrorRule> change_rule(const RuleChange& change) override;
  Result<std::vector<PublishedKit>> apply_rules() override;

  /// Errc::mirror_unknown, Errc::mirror_ended, unless that mirror runs.
  static Status check_runs(const Picture& picture, const std::string& slug);
  /// Of the rows of an own kit, those that tell where its author wants it: not copies by a rule, nor what lies in a mirror that is over.
  /// Errc::mirror_ended if there are others alone.
  static Result<std::vector<KitRow>> wanted_places(const MirrorRules& rules, const Picture& picture, const std::vector<KitRow>& rows);
  /// The mirrors into which a rule takes a kit of that territory. Those that this node cannot publish to now are left out.
  std::vector<Audience> takers(const MirrorRules& rules, const Picture& picture, const Audience& audience, const std::string& kit,
                               const std::vector<std::string>& themes) const;
  /// Before they are published: what is noted too much does no harm. `wished`: who publishes there says so himself.
  Status note_copies(const MirrorRules& held, const std::vector<PublishedKit>& copies, const std::vector<PublishedKit>& wished) const;

 private:
  LibraryImpl& library_;
};

}  // namespace essaimage::store
