#pragma once
// How `kit upstream` tells what became of a file. Pure functions, any thread.

#include <string>

#include "tools/ctl/context.hpp"
#include "tools/ctl/folders/upstream.hpp"

namespace essaimage::ctl {

/// What became of a file that was taken.
struct Taken {
  enum class Kind {
    as_it_is,
    merged,
    conflict,   ///< a text, with marks
    replaced,   ///< by theirs; ours, which no marks fit into, is in the copy
    removed,    ///< as it was there; ours is in the copy
    returned,   ///< theirs, changed there; ours was removed
    kept_ours,  ///< kit.toml alone
    met_other,  ///< something else stood there by the time it was to be written; it is in the copy
    in_the_way,
    nothing,
  };
  Kind kind = Kind::as_it_is;
  std::string in_the_way;  ///< what is

  bool is_conflict() const { return kind != Kind::as_it_is && kind != Kind::merged && kind != Kind::nothing; }
};

std::string taken_text(const Taken& taken, const Context& context);
std::string here_text(UpstreamFile::Here here, const Context& context);
std::string_view code_of(Taken::Kind kind);  ///< for JSON
std::string_view code_of(UpstreamFile::Here here);

}  // namespace essaimage::ctl
