#pragma once
// What a person typed, as an expression that the index understands, and what the index answers. Nothing typed reaches the
// index but words of letters and digits, each in quotes. Pure functions, any thread.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/error.hpp"
#include "proto/ids.hpp"

namespace essaimage::store {

/// Empty or zero: whatever it is. The stage is that of the kit's life (store/life), whatever its kit.toml claims.
struct KitFilter {
  std::string theme, kind, stage, equipment, licence, language, centre;
  std::uint32_t minutes_max = 0;  ///< of one session; a kit that does not say is left out

  bool is_empty() const { return *this == KitFilter{}; }
  bool operator==(const KitFilter&) const = default;
};

/// A piece of a text, and whether it is what was searched for.
struct Piece {
  std::string text;
  bool hit = false;

  bool operator==(const Piece&) const = default;
};

struct Typed {
  std::vector<std::string> words;  ///< folded, each once; without little words, unless there are no others
  std::string all, any;            ///< expressions: all of them, or any; the last word may go on. Empty: no word was typed
};
/// Errc::too_large beyond limits::search_bytes_max or search_words_max.
Result<Typed> typed_words(std::string_view text);

struct SearchPlan {
  std::string match;  ///< as in Typed; empty: every kit, the newest first
  KitFilter filter;   ///< texts folded (fold_text), but for kind and centre; its stage is for `accepts` to judge
  /// What the index cannot know; given the stage that the kit.toml claims, too. Must be quick, and must not call back.
  std::function<bool(const KitId&, const Audience&, const std::string& claimed_stage)> accepts;
  std::size_t limit = 20;
};

/// What the index found, best first. Of each kit its newest version alone.
struct SearchFound {
  struct Hit {
    KitId kit;
    std::vector<Piece> title, snippet;  ///< the snippet is of whatever text has the words; empty without words
  };
  std::vector<Hit> hits;
  bool more = false;  ///< beyond the limit
};

}  // namespace essaimage::store
