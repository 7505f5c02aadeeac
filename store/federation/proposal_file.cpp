#include "store/federation/proposal_file.hpp"

#include <algorithm>
#include <array>

#include "proto/limits.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/shared_keys.hpp"

namespace essaimage::store {
namespace {

constexpr std::array<std::string_view, 2> targets = {"territory", "region"};

}  // namespace

std::string_view str(Proposal::To to) { return targets.at(static_cast<std::size_t>(to)); }

Result<Proposal::To> proposed_to(std::string_view word) {
  const auto* const at = std::ranges::find(targets, word);
  if (at == targets.end()) return fail(Errc::usage, "to: territory or region");
  return static_cast<Proposal::To>(at - targets.begin());
}

std::string encode(const Proposal& proposal) {
  std::string text = "format = 1\ncentre = " + toml_text(proposal.kit.centre);
  text += "\nslug = " + toml_text(proposal.kit.slug) + "\nkit_version = " + std::to_string(proposal.kit_version);
  text += "\ntree = \"" + proposal.tree.hex() + "\"\nto = \"" + std::string(str(proposal.to));
  text += "\"\nproposed = " + to_utc(proposal.proposed) + "\n";
  if (!proposal.note.empty()) text += "note = " + toml_text(proposal.note) + "\n";
  return text;
}

Result<Proposal> parse_proposal(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "proposal"));
  Proposal proposal;
  CHECK_OK(read_format(table));
  CHECK_OK(read_kit(table, proposal.kit));
  CHECK_OK(read_kit_version(table, proposal.kit_version, proposal.tree));
  TRY(const auto to, table.text("to"));
  const auto target = proposed_to(to);
  if (!target) return table.wrong("to", "\"territory\" or \"region\"");
  proposal.to = *target;
  TRY(proposal.proposed, table.time("proposed"));
  if (table.has("note")) {
    TRY(proposal.note, table.text("note"));
    if (!is_plain_text(proposal.note, limits::reason_bytes_max)) return table.wrong("note", "one line");
  }
  if (encode(proposal) != toml) return fail(Errc::malformed, "proposal: not in its one byte form");
  return proposal;
}

std::string proposal_path(const KitId& kit) {
  return std::string(feed_path::proposals_folder) + "/" + kit.slug + std::string(feed_path::file_suffix);
}

}  // namespace essaimage::store
