#pragma once
// What `kit.show` tells of a kit's life: its stage, and the story by which it came there (store/life). Any thread.
// Errors: those of reading the library.

#include "daemon/shell/control/json.hpp"

namespace essaimage::shell {

/// `stage`, `stages` {stage: since}, `story`. Null while joining.
Result<Json> life_json(const store::Library& library, const store::KitSummary& kit);
/// `id` and `version`, or `url`; null for a kit that was adapted from nothing.
Json to_json(const std::optional<store::Lineage>& from);

}  // namespace essaimage::shell
