#pragma once
// What `explain` and `status` say of withdrawals: of a kit, what was withdrawn, by whom and why, and how far that has come; of
// this node, which consents of its own kits end soon. Any thread. Errors: those of the library.

#include "daemon/shell/control/explain/explain.hpp"
#include "store/withdrawal/withdrawals.hpp"

namespace essaimage::shell {

Result<Explanations> explain_withdrawals(const store::Library& library, const KitId& kit);
/// What the author of kits has to see to: consents that end within 30 days, and what the federation has withdrawn that its kits name.
Result<Explanations> explain_own_kits(const store::Library& library);

}  // namespace essaimage::shell
