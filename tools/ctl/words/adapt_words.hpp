#pragma once
// How changes of files are told, by more than one verb. Pure functions, any thread.

#include "store/kit/compare_files.hpp"
#include "tools/ctl/client.hpp"
#include "tools/ctl/context.hpp"

namespace essaimage::ctl {

std::string change_text(kit::FileChange::Kind kind, const Context& context);  ///< "added", "ajouté"
Json to_json(const kit::FileChange& change);                                  ///< change, path, before
/// A unified diff of texts of others, safe to print.
std::string diff_for_people(const std::string& diff);

}  // namespace essaimage::ctl
