#include "store/kit/lineage.hpp"

#include <toml++/toml.h>

#include <optional>

#include "store/kit/manifest.hpp"

namespace essaimage::kit {
namespace {

struct Span {
  std::size_t begin = 0, end = 0;
};

/// Where a line begins, counted from 1.
std::size_t line_at(std::string_view text, std::size_t line) {
  std::size_t at = 0;
  for (; line > 1; --line) {
    const auto end = text.find('\n', at);
    if (end == std::string_view::npos) return text.size();
    at = end + 1;
  }
  return at;
}

/// The lines that a key and its value take.
std::optional<Span> lines_of(std::string_view text, std::string_view key) {
  try {
    const toml::table table = toml::parse(text);
    for (const auto& [name, node] : table) {
      if (name.str() != key) continue;
      return Span{line_at(text, name.source().begin.line), line_at(text, node.source().end.line + 1)};
    }
  } catch (const toml::parse_error&) {
    return std::nullopt;  // the caller has read it before
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> with_lineage(std::string_view manifest, const KitId& parent, std::uint64_t version, bool keep_slug) {
  TRY([[maybe_unused]] const auto before, parse_manifest(manifest));  // bounds it, too
  std::string text(manifest);
  if (const auto slug = lines_of(text, "slug"); slug && !keep_slug) text.erase(slug->begin, slug->end - slug->begin);
  const auto line = "adapted_from = \"" + parent.str() + "@" + std::to_string(version) + "\"\n";
  if (const auto old = lines_of(text, "adapted_from")) {
    text.replace(old->begin, old->end - old->begin, line);
  } else {
    // Before any table, where alone it is a key of the whole; behind the mark that some editors begin a file with.
    text.insert(text.starts_with("\xEF\xBB\xBF") ? 3 : 0, line);
  }
  // Several keys may share a line in braces: what was meant has come out, or nothing has.
  TRY(const auto after, parse_manifest(text));
  const bool right = after.adapted_from && after.adapted_from->kit == parent && after.adapted_from->version == version &&
                     after.title == before.title && (keep_slug ? after.slug == before.slug : after.slug.empty());
  if (!right) return fail(Errc::kit_manifest_wrong, "kit.toml: adapted_from");
  return text;
}

}  // namespace essaimage::kit
