#include "tools/ctl/export/consent.hpp"

#include <array>

#include "tools/ctl/export/file_kinds.hpp"

namespace essaimage::ctl::site {

namespace {

bool reaches(kit::ConsentScope scope, Reader reader) {
  if (scope == kit::ConsentScope::everyone) return true;
  return scope == kit::ConsentScope::region && reader == Reader::members;
}

}  // namespace

std::string_view str(Left why) {
  static constexpr std::array<std::string_view, 6> names = {"consent-missing", "consent-narrow", "consent-over",
                                                            "withdrawn",       "not-here",       "not-asked"};
  return names.at(static_cast<std::size_t>(why));
}

std::optional<Left> kept_back(const kit::Manifest& manifest, std::string_view path, Reader reader, Timestamp now) {
  bool spoken_of = false, narrow = false;
  for (const auto& consent : manifest.consent) {
    if (!consent.covers(path)) continue;
    spoken_of = true;
    if (consent.until && *consent.until <= now) return Left::consent_over;
    narrow = narrow || !reaches(consent.scope, reader);
  }
  if (narrow) return Left::consent_narrow;
  if (!spoken_of && reader == Reader::everyone && shows_people(kind_of(path))) return Left::consent_missing;
  return std::nullopt;
}

}  // namespace essaimage::ctl::site
