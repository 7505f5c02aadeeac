#pragma once
// Every path of a node's home, in one place. FORMAT.md gives the same list with what lies there.

#include <filesystem>

#include "proto/ids.hpp"

namespace essaimage::store {

using Path = std::filesystem::path;

/// A home is one folder (0700). Nothing outside of it is ever written.
struct Layout {
  Path home;

  Path config() const { return home / "essaimage.toml"; }
  Path control_socket() const { return home / "control.sock"; }
  Path lock() const { return home / "lock"; }  ///< flock'ed by the one daemon that owns the home
  Path state() const { return home / "state.sqlite"; }
  Path log() const { return home / "essaimaged.log"; }

  static constexpr const char* asked_suffix = ".neighbours.toml";  ///< its stem is no slug: it is no request
  Path keys() const { return home / "keys"; }                      ///< 0700, its files 0600
  Path signing_key() const { return keys() / "signing"; }          ///< OpenSSH private key
  Path transport_key() const { return keys() / "transport"; }
  Path invitation() const { return keys() / "invitation"; }                                          ///< that the home was made with
  Path role_key(const std::string& role) const { return keys() / ("role-" + role); }                 ///< on the federation's node
  Path next_role_key(const std::string& role) const { return keys() / ("role-" + role + ".next"); }  ///< once federation.toml names it
  Path requests() const { return home / "requests"; }  ///< for signatures: who asks to join, or for a new key
  Path request(const std::string& slug) const { return requests() / (slug + ".toml"); }
  Path asked_succession(const std::string& slug) const { return requests() / (slug + asked_suffix); }  ///< by neighbours
  Path mirror_rules() const { return home / "mirrors.toml"; }  ///< which own kits go into which mirror by themselves
  Path identity() const { return home / "identity.toml"; }     ///< slug, federation id and slug: public

  Path library() const { return home / "library.git"; }
  Path packs() const { return library() / "objects" / "pack"; }
  Path packed_refs() const { return library() / "packed-refs"; }
  Path allowed_signers() const { return library() / "essaimage" / "allowed_signers"; }
  Path media_root() const { return library() / "lfs" / "objects"; }
  Path media(const Sha256& id) const {
    const auto hex = id.hex();
    return media_root() / hex.substr(0, 2) / hex.substr(2, 2) / hex;
  }

  /// Swept at start; on the library's file system, so that a rename moves out of it.
  Path scratch() const { return library() / "essaimage" / "scratch"; }
  Path quarantine() const { return scratch() / "quarantine"; }  ///< received packs, before they are checked
  /// Kept across restarts: media of which some chunks are here.
  Path partials() const { return library() / "essaimage" / "partial"; }
  Path partial(const Sha256& id) const { return partials() / id.hex(); }
  Path damaged() const { return library() / "essaimage" / "damaged"; }  ///< what was found bad: media, packs
  Path forks() const { return library() / "essaimage" / "forks"; }      ///< proofs: two raw commits each
};

}  // namespace essaimage::store
