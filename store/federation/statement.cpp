#include "store/federation/statement.hpp"

#include <algorithm>
#include <map>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"

namespace essaimage::store {
namespace {

constexpr std::string_view armour_end = "-----END SSH SIGNATURE-----\n";
constexpr std::size_t signatures_max = 32;

Result<std::vector<SshSignature>> parse_signatures(std::string_view text, const std::string& path) {
  std::vector<SshSignature> signatures;
  while (!text.empty()) {
    const auto end = text.find(armour_end);
    if (end == std::string_view::npos || signatures.size() == signatures_max) {
      return fail(Errc::malformed, path + ".sigs: not signatures one after the other");
    }
    TRY(auto signature, parse_ssh_signature(text.substr(0, end + armour_end.size())));
    if (!signatures.empty() && !(signatures.back().key < signature.key)) {
      return fail(Errc::malformed, path + ".sigs: not by rising key");
    }
    signatures.push_back(signature);
    text.remove_prefix(end + armour_end.size());
  }
  return signatures;
}

}  // namespace

Bytes signed_bytes(const StatementName& name, ByteView content) {
  ESSAIMAGE_ASSERT(name.path.find('\n') == std::string::npos);
  const std::string text = "essaimage statement 1\nfederation " + name.federation.hex() +
                           "\npath " + name.path + "\nversion " + std::to_string(name.version) +
                           "\nprevious " + name.previous.hex() + "\ncontent " +
                           sha256(content).hex() + "\n";
  return Bytes(text.begin(), text.end());
}

std::string sign_statement(const StatementName& name, ByteView content,
                           const std::vector<const SigningSecret*>& keys) {
  const Bytes message = signed_bytes(name, content);
  std::map<SigningKey, std::string> by_key;
  for (const auto* secret : keys)
    by_key[secret->public_key()] = sign_ssh(*secret, statement_namespace, message);
  std::string text;
  for (const auto& [key, signature] : by_key) text += signature;
  return text;
}

Status verify_statement(const StatementName& name, ByteView content, std::string_view signatures,
                        const Role& role) {
  TRY(const auto parsed, parse_signatures(signatures, name.path));
  const Bytes message = signed_bytes(name, content);
  std::uint32_t good = 0;
  for (const auto& signature : parsed) {
    // A signature by a key that the role does not have is no harm: it counts for nothing.
    if (std::find(role.keys.begin(), role.keys.end(), signature.key) == role.keys.end()) continue;
    if (verify(signature, statement_namespace, message)) ++good;
  }
  if (role.threshold == 0 || good < role.threshold) {
    return fail(Errc::role_threshold, name.path + " version " + std::to_string(name.version) +
                                          ": " + std::to_string(good) + " of " +
                                          std::to_string(role.threshold) + " signatures");
  }
  return {};
}

}  // namespace essaimage::store
