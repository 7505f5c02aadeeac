#pragma once
// Withdrawal: how an author takes back files of its kits, the federation media for cause, and consents run out; and how it is seen
// who has erased them. A part of the library, behind Library::withdrawals().
//
// Media are erased wherever no kit of a held feed names them still; what the federation withdrew, whoever names it. Texts are in
// the history of feeds: their author begins a new epoch without them, and what the old one alone had leaves the packs of every
// holder. Each holder then signs a receipt in its own feed.
// Thread rule: as Library. Errors: where said, and those of publishing.

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/federation/media_withdrawal.hpp"
#include "store/federation/request.hpp"
#include "store/state/state.hpp"
#include "store/withdrawal/withdrawn_by.hpp"

namespace essaimage::store {

/// One withdrawal of whichever kind, and how far it has come.
struct WithdrawalView {
  WithdrawalKey key;
  Audience audience;
  Sha256 record;  ///< SHA-256 of the file that receipts answer
  Timestamp since;
  std::string why;
  std::optional<Withdrawal> by_author;  ///< without its list of media
  std::uint32_t media = 0;              ///< how many files it names
  bool taken_back = false;              ///< of the federation: by a later version
  std::string taken_back_why;
  Timestamp taken_back_at;
  std::set<std::string> members;    ///< who has to sign: the members of the audience
  std::set<std::string> suspended;  ///< and those of whom nothing counts that they would sign now
  std::map<std::string, Receipt> signed_by;
  std::vector<std::string> files;               ///< of the federation: "wazemmes/lampe:photo.jpg", of kits that have it, as far as is known
  std::vector<KitId> named_by;                  ///< kits that name any of that media now, as far as this node knows
  std::map<std::string, Timestamp> last_heard;  ///< of members that have not: the time of their newest commit that is held here

  bool is_done() const { return signed_by.size() == members.size(); }
  /// How many of them keep some of it, because a kit names it.
  std::size_t kept_at() const {
    return static_cast<std::size_t>(std::ranges::count_if(signed_by, [](const auto& each) { return each.second.kept > 0; }));
  }
};

class Withdrawals {
 public:
  virtual ~Withdrawals() = default;

  /// What an author wants to be gone.
  struct Wish {
    KitId kit;
    std::vector<std::string> files = {};  ///< in any version; with a final '/' a folder. None: the whole kit
    std::string why;
    bool earlier = false;  ///< in earlier versions alone: the newest keeps what it has
    bool anyway = false;   ///< whatever `why` looks like: Errc::outcome_personal else
  };
  /// In every own feed that has any of it, in one step; one withdrawal for each of them. Errc::withdraw_not_own,
  /// Errc::withdraw_nothing, Errc::withdraw_manifest, Errc::outcome_personal.
  virtual Result<std::vector<WithdrawalRow>> withdraw(const Wish& wish) = 0;

  /// On the federation's node (Errc::not_federation elsewhere), in one step; `lacking` as in Library. Undo: Errc::withdrawal_none
  /// of what is not withdrawn.
  struct Cause {
    std::vector<Sha256> media;
    std::string why;
    bool undo = false;
    bool anyway = false;
  };
  virtual Result<std::vector<MediaWithdrawal>> withdraw_media(const Cause& cause, std::optional<SigningRequest>* lacking) = 0;
  /// The media at that path in any version of a kit that is known here. Errc::withdraw_nothing, Errc::withdraw_text.
  virtual Result<std::vector<Sha256>> media_at(const KitId& kit, const std::string& path) const = 0;

  // --- looking
  virtual Result<std::vector<WithdrawalView>> find(const WithdrawalQuery& query) const = 0;  ///< of authors
  virtual Result<std::vector<WithdrawalView>> of_federation() const = 0;
  /// Of both, by time: whatever was withdrawn of a kit, in whichever of its versions that are known here.
  virtual Result<std::vector<WithdrawalView>> of_kit(const KitId& kit) const = 0;
  /// What the federation has withdrawn and kits of this centre name still; without receipts, and with the files of those kits alone.
  virtual Result<std::vector<WithdrawalView>> of_own_kits() const = 0;
  /// Some kit names that media, or it lies here, or was withdrawn.
  virtual Result<bool> knows(const Sha256& media) const = 0;
  /// Of a media file of a kit of that centre; nothing: it is not withdrawn.
  virtual Result<std::optional<WithdrawnBy>> withdrawn(const std::string& centre, const Sha256& media) const = 0;
  /// Consents of own kits that end within that time, or have ended and are not dealt with yet.
  virtual Result<std::vector<State::KitConsent>> ending(std::chrono::seconds within) const = 0;

  // --- upkeep: call it soon after a change, and once in a while
  /// What is to go and is here goes; then, if `may_sign` (what is published now makes no fork), what follows from consents of own
  /// kits, and receipts, in one commit for each feed. False: nothing of it is left to do now.
  virtual Result<bool> settle(bool may_sign) = 0;
};

}  // namespace essaimage::store
