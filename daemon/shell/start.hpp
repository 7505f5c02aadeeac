#pragma once
// What the core is told first: the picture of this node at start, put together from the library and the configuration.

#include <optional>

#include "daemon/core/input.hpp"
#include "daemon/shell/config.hpp"
#include "store/library.hpp"

namespace essaimage::shell {

/// `invitation`: used while the federation has not admitted us yet, or its feed is lost here.
Result<core::input::Start> make_start(const store::Library& library, const Config& config,
                                      const std::optional<store::Invitation>& invitation);

/// True if the roster names this node's centre as a member with its present key.
bool is_member(const store::Library& library);

}  // namespace essaimage::shell
