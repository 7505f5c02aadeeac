#pragma once
// "Did you mean": the known word that a mistyped one is nearest to. Pure functions, safe from any thread.

#include <span>
#include <string>
#include <string_view>

namespace essaimage {

/// The optimal string alignment distance (Boytsov, "Indexing methods for approximate dictionary searching", 2011): how
/// many letters must be inserted, left out, replaced or swapped with their neighbour. In bytes.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest known word, if it is near enough that it was probably meant (a third of its letters, at least one);
/// empty otherwise.
std::string nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace essaimage
