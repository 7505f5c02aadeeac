#include "tests/sim/role_word.hpp"

#include "daemon/shell/control/explain_federation.hpp"
#include "store/crypto/hash.hpp"
#include "store/federation/paths.hpp"
#include "store/withdrawal/withdrawals.hpp"

namespace essaimage::sim {

Sha256 content_of(const store::CatalogueFile& file) { return store::sha256(bytes_of(encode(file))); }

std::optional<RoleWord> role_word_of(const store::Library& library) {
  auto view = library.federation();
  const auto roster = library.roster();
  const auto catalogue = library.catalogue();
  const auto withdrawals = library.withdrawals().of_federation();
  if (!view || !roster || !catalogue || !withdrawals) return std::nullopt;
  RoleWord word;
  word.version = view->version;
  word.roles = view->roles;
  word.members = roster->members;
  for (const auto& [kit, stated] : catalogue->decisions) {
    word.statements[store::feed_path::of_kit(store::feed_path::catalogue_folder, kit)] = content_of(stated.file);
  }
  for (const auto& each : *withdrawals) word.statements[store::media_withdrawal_path(each.key.media)] = each.record;
  word.view = *view;
  const core::NodeStatus status;
  shell::Explanations told;
  shell::Situation here{status, roster.get(), library.identity(), {}};
  here.federation = std::move(*view);
  shell::add_federation(here, told);
  for (const auto& each : told) word.told.insert(each.code);
  return word;
}

}  // namespace essaimage::sim
