#pragma once
// Withdrawals as documents; proto/CONTROL.md names the keys. Pure.

#include "daemon/shell/control/json.hpp"
#include "store/withdrawal/withdrawals.hpp"

namespace essaimage::shell {

/// `members`: with the receipt of each, and who has not signed.
Json to_json(const store::WithdrawalView& view, bool members);

}  // namespace essaimage::shell
