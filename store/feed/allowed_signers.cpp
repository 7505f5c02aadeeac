#include "store/feed/allowed_signers.hpp"

#include "store/crypto/sshsig.hpp"
#include "store/feed/commit.hpp"

namespace essaimage::store {

std::string allowed_signers(const Roster& roster) {
  std::string text;
  for (const auto& [slug, member] : roster.members) {
    for (const MemberKeys& keys : member.keys) {
      text += principal_of(slug) + " namespaces=\"" + std::string(git_namespace) + "\" " + to_openssh(keys.signing) + "\n";
    }
  }
  return text;
}

}  // namespace essaimage::store
