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

bool Role::has(const SigningKey& key) const { return std::find(keys.begin(), keys.end(), key) != keys.end(); }

Bytes signed_bytes(const StatementName& name, ByteView content) {
  ESSAIMAGE_ASSERT(name.path.find('\n') == std::string::npos);
  const std::string text = "essaimage statement 1\nfederation " + name.federation.hex() + "\npath " + name.path + "\nversion " +
                           std::to_string(name.version) + "\nprevious " + name.previous.hex() + "\ncontent " + sha256(content).hex() + "\n";
  return Bytes(text.begin(), text.end());
}

std::string sign_statement(const StatementName& name, ByteView content, const std::vector<const SigningSecret*>& keys) {
  const Bytes message = signed_bytes(name, content);
  std::map<SigningKey, std::string> by_key;
  for (const auto* secret : keys) by_key[secret->public_key()] = sign_ssh(*secret, statement_namespace, message);
  std::string text;
  for (const auto& [key, signature] : by_key) text += signature;
  return text;
}

Result<std::string> merge_signatures(std::string_view some, std::string_view others) {
  std::map<SigningKey, std::string> by_key;
  for (const auto text : {some, others}) {
    TRY(const auto parsed, parse_signatures(text, "signatures"));
    for (const auto& signature : parsed) by_key.emplace(signature.key, armour(signature));
  }
  // More than that nobody would read.
  if (by_key.size() > signatures_max) return fail(Errc::malformed, "more than " + std::to_string(signatures_max) + " signatures");
  std::string text;
  for (const auto& [key, signature] : by_key) text += signature;
  return text;
}

Result<std::vector<SigningKey>> all_signers_of(const StatementName& name, ByteView content, std::string_view signatures) {
  TRY(const auto parsed, parse_signatures(signatures, name.path));
  const Bytes message = signed_bytes(name, content);
  std::vector<SigningKey> signers;
  for (const auto& signature : parsed) {
    if (verify(signature, statement_namespace, message)) signers.push_back(signature.key);
  }
  return signers;
}

Result<std::vector<SigningKey>> signers_of(const StatementName& name, ByteView content, std::string_view signatures, const Role& role) {
  TRY(const auto parsed, parse_signatures(signatures, name.path));
  const Bytes message = signed_bytes(name, content);
  std::vector<SigningKey> signers;
  for (const auto& signature : parsed) {
    // A signature by a key that the role does not have is no harm: it counts for nothing.
    if (role.has(signature.key) && verify(signature, statement_namespace, message)) signers.push_back(signature.key);
  }
  return signers;
}

Result<std::string> only_by(const std::set<SigningKey>& keys, std::string_view signatures) {
  TRY(const auto parsed, parse_signatures(signatures, "signatures"));
  std::string text;
  for (const auto& signature : parsed) {
    if (keys.contains(signature.key)) text += armour(signature);
  }
  return text;
}

Status verify_statement(const StatementName& name, ByteView content, std::string_view signatures, const Role& role) {
  TRY(const auto signers, signers_of(name, content, signatures, role));
  if (role.threshold == 0 || signers.size() < role.threshold) {
    return fail(Errc::role_threshold, name.path + " version " + std::to_string(name.version) + ": " + std::to_string(signers.size()) +
                                          " of " + std::to_string(role.threshold) + " signatures");
  }
  return {};
}

}  // namespace essaimage::store
