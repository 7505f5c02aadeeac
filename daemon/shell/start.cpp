#include "daemon/shell/start.hpp"

#include <cstring>

#include "proto/version.hpp"

namespace essaimage::shell {

bool is_member(const store::Library& library) {
  const auto roster = library.roster();
  const Member* own = roster ? roster->find(library.identity().slug) : nullptr;
  return own != nullptr && own->current_keys().transport == library.transport().public_key();
}

Result<core::input::Start> make_start(const store::Library& library, const Config& config,
                                      const std::optional<store::Invitation>& invitation) {
  core::input::Start start;
  start.agent = "essaimage " + std::string(version_text());
  start.signing = library.signing().public_key();
  start.transport = library.transport().public_key();
  start.federation = library.identity().federation;
  start.roster = library.roster();
  start.heads = library.heads();
  TRY(start.witnessed, library.witnessed());
  TRY(start.forks, library.frozen());
  TRY(start.needs, library.needs());
  start.endpoints = config.peers;
  std::array<std::uint8_t, sizeof start.seed> random{};
  store::random_bytes(random);
  std::memcpy(&start.seed, random.data(), random.size());
  if (invitation && !is_member(library)) {
    start.joining = core::input::Start::Joining{invitation->federation_slug, invitation->endpoint, invitation->transport,
                                                store::make_join(*invitation, start.signing, start.transport)};
  }
  return start;
}

}  // namespace essaimage::shell
