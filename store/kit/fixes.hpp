#pragma once
// `kit check --fix`: renames what can be mended (decomposed accents, reserved characters, blanks at the ends, twins).
// First planned and shown, then applied, deepest first; nothing is ever overwritten or removed, no content is touched.
// Links inside documents are not followed up: the caller says so.

#include <filesystem>
#include <string>
#include <vector>

#include "proto/error.hpp"

namespace essaimage::kit {

/// A rename within one folder.
struct Fix {
  std::string folder;  ///< within the kit, as on the disk BEFORE any fix; "" is the kit's own
  std::string from;    ///< name, as on the disk (any bytes)
  std::string to;      ///< name that passes check_name and has no twin in the folder

  bool operator==(const Fix&) const = default;
};

/// What would be renamed, in the order in which apply_fixes goes: deepest folders first.
Result<std::vector<Fix>> plan_fixes(const std::filesystem::path& folder);

struct FixReport {
  std::vector<Fix> done;
  std::vector<Error> failed;  ///< a name that is gone, or one that appeared in the way: left as it is
};

/// Applies a plan. Fails only if the kit's folder cannot be opened.
Result<FixReport> apply_fixes(const std::filesystem::path& folder, const std::vector<Fix>& fixes);

}  // namespace essaimage::kit
