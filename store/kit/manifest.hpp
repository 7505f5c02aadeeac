#pragma once
// kit.toml: what a person says about a kit. Written by people, so it is kept byte for byte; this reads and checks it.
// Keys that are not known stay in the file and are never refused. Pure functions, any thread.
//
// Bounded before parsing (limits::manifest_bytes_max, nesting: toml_guard.hpp); lists and texts are bounded after.
// The keys are specified in store/FORMAT.md, "kit.toml".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/ids.hpp"
#include "proto/time.hpp"
#include "store/kit/finding.hpp"

namespace essaimage::kit {

inline constexpr std::string_view manifest_name = "kit.toml";

enum class Kind : std::uint8_t { prototype, method };
/// The later stages of a kit's life are derived from signed facts, never claimed here.
enum class Stage : std::uint8_t { workshop, prototype };
/// How far a picture of people may go.
enum class ConsentScope : std::uint8_t { territory, region, everyone };

std::string_view str(Kind kind);           ///< "prototype", "method"
std::string_view str(Stage stage);         ///< "workshop", "prototype"
std::string_view str(ConsentScope scope);  ///< "territory", "region", "public"

/// One [[consent]] record. It names a role, never a person.
struct Consent {
  std::string file;  ///< path in the kit; with a final '/' a folder and all below it
  std::string role;  ///< of the people shown: "participant", "animator" ...; "none" when nobody can be recognised
  ConsentScope scope = ConsentScope::territory;
  std::optional<Timestamp> until;  ///< the first second at which it no longer holds (the end of the day named)

  bool covers(std::string_view path) const;
  bool operator==(const Consent&) const = default;
};

/// Where a kit comes from: a kit of the federation, or an address elsewhere.
struct AdaptedFrom {
  std::optional<KitId> kit;
  std::uint64_t version = 0;  ///< of the kit; 0 when not said
  std::string url;            ///< https://… or http://… when it is not a kit
  bool operator==(const AdaptedFrom&) const = default;
};

struct Manifest {
  Kind kind = Kind::prototype;
  std::string title;
  std::string summary;
  std::vector<std::string> languages;  ///< BCP 47 tags: "fr", "pt-BR"
  Stage stage = Stage::prototype;
  std::vector<std::string> themes;
  std::vector<std::string> participants;  ///< whom it is for
  std::uint32_t duration_minutes = 0;     ///< of one session; 0 when not said
  std::uint32_t sessions = 1;
  std::uint32_t group_min = 0;  ///< 0 when not said
  std::uint32_t group_max = 0;
  std::vector<std::string> equipment;
  std::string licence;  ///< SPDX expression; empty when missing
  std::vector<std::string> authors;
  std::string contact;
  std::optional<AdaptedFrom> adapted_from;
  std::string slug;  ///< empty when not said: then slug_from(the folder's name)
  std::vector<Consent> consent;

  bool operator==(const Manifest&) const = default;
};

struct ManifestReading {
  std::optional<Manifest> manifest;  ///< present if no finding is a refusal
  Findings findings;                 ///< path "kit.toml", details "kit.toml:<line>: <key>: <what is expected>"
};

/// Reads and says everything that is wrong at once. Never throws.
ManifestReading read_manifest(std::string_view text);

/// For receivers: the manifest, or the first reason to refuse it.
Result<Manifest> parse_manifest(std::string_view text);

/// The slug under which it is published; empty if neither the manifest nor the folder's name gives one.
std::string slug_of(const Manifest& manifest, std::string_view folder_name);

}  // namespace essaimage::kit
