#include "store/federation/invitation.hpp"

#include <algorithm>

#include <sodium.h>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/federation/toml_form.hpp"

namespace essaimage::store {
namespace {

constexpr std::string_view prefix = "essaimage1-";
constexpr std::uint8_t format_number = 1;
constexpr std::size_t check_bytes = 4;
constexpr std::size_t short_text_max = 255;  // one length byte
constexpr std::size_t text_bytes_max = 2'000;
constexpr int base64_variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string to_base64(ByteView bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), base64_variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), base64_variant);
  text.resize(text.find('\0'));
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.empty()) return Bytes();
  Bytes bytes(text.size());
  std::size_t size = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr, base64_variant) != 0) {
    return std::nullopt;
  }
  bytes.resize(size);
  if (to_base64(bytes) != text) return std::nullopt;
  return bytes;
}

/// Takes pieces from the front; all later takes fail once one has.
class Cutter {
 public:
  explicit Cutter(ByteView bytes) : rest_(bytes) {}
  ByteView take(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const auto piece = rest_.first(size);
    rest_ = rest_.subspan(size);
    return piece;
  }
  std::string short_text() {
    const auto size = take(1);
    return size.empty() ? std::string() : std::string(text_of(take(size[0])));
  }
  template <class T>
  void fixed(T& out) {
    const auto piece = take(T::size);
    if (piece.size() == T::size) std::copy(piece.begin(), piece.end(), out.bytes.begin());
  }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  ByteView rest_;
  bool ok_ = true;
};

void put_short_text(Bytes& out, std::string_view text) {
  ESSAIMAGE_ASSERT(text.size() <= short_text_max);
  out.push_back(static_cast<std::uint8_t>(text.size()));
  append_bytes(out, bytes_of(text));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string joined_keys(const FederationId& federation, const SigningKey& invitation, const SigningKey& signing,
                        const TransportKey& transport) {
  return "essaimage join 1\nfederation " + federation.hex() + "\ninvitation " + invitation.hex() + "\nsigning " + signing.hex() +
         "\ntransport " + transport.hex() + "\n";
}

}  // namespace

Status check_invitation(const Invitation& invitation) {
  if (!is_slug(invitation.federation_slug) || !is_slug(invitation.slug) || invitation.slug == invitation.federation_slug) {
    return fail(Errc::invitation_malformed, "slugs");
  }
  if (!is_plain_text(invitation.name, limits::name_bytes_max)) return fail(Errc::invitation_malformed, "name");
  if (!is_endpoint(invitation.endpoint) || invitation.endpoint.size() > short_text_max) {
    return fail(Errc::invitation_malformed, "not tcp://host:port: " + invitation.endpoint);
  }
  if (invitation.expires < Timestamp{} || invitation.expires > timestamp_max) return fail(Errc::invitation_malformed, "expiry");
  return {};
}

std::string to_text(const Invitation& invitation) {
  ESSAIMAGE_ASSERT(check_invitation(invitation));
  Bytes bytes{format_number};
  append_bytes(bytes, invitation.federation.view());
  append_bytes(bytes, invitation.transport.view());
  append_bytes(bytes, invitation.seed);
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(invitation.expires.seconds) >> shift));
  }
  for (const auto* text : {&invitation.federation_slug, &invitation.slug, &invitation.name, &invitation.endpoint}) {
    put_short_text(bytes, *text);
  }
  const Sha256 sum = sha256(bytes);
  append_bytes(bytes, sum.view().first(check_bytes));
  return std::string(prefix) + to_base64(bytes);
}

Result<Invitation> parse_invitation(std::string_view text) {
  text = trimmed(text);
  if (!text.starts_with(prefix) || text.size() > text_bytes_max) {
    return fail(Errc::invitation_malformed, "it begins with " + std::string(prefix));
  }
  const auto bytes = from_base64(text.substr(prefix.size()));
  if (!bytes || bytes->size() <= check_bytes) return fail(Errc::invitation_malformed, "a character is wrong");
  const ByteView body = ByteView(*bytes).first(bytes->size() - check_bytes);
  const Sha256 sum = sha256(body);
  if (!std::equal(body.end(), body.end() + check_bytes, sum.bytes.begin())) {
    return fail(Errc::invitation_malformed, "its check sum is wrong");
  }
  Invitation invitation;
  Cutter cutter(body);
  const auto version = cutter.take(1);
  if (version.empty() || version[0] != format_number) return fail(Errc::invitation_malformed, "of a newer essaimage");
  cutter.fixed(invitation.federation);
  cutter.fixed(invitation.transport);
  const auto seed = cutter.take(invitation.seed.size());
  std::copy(seed.begin(), seed.end(), invitation.seed.begin());
  std::uint64_t expires = 0;
  for (const auto byte : cutter.take(8)) expires = expires << 8 | byte;
  invitation.expires = Timestamp{static_cast<std::int64_t>(expires)};
  for (auto* field : {&invitation.federation_slug, &invitation.slug, &invitation.name, &invitation.endpoint}) {
    *field = cutter.short_text();
  }
  if (!cutter.done()) return fail(Errc::invitation_malformed, "too short or too long");
  CHECK_OK(check_invitation(invitation));
  return invitation;
}

message::Join make_join(const Invitation& invitation, const SigningKey& signing, const TransportKey& transport) {
  const auto secret = SigningSecret::from_seed(invitation.seed);
  message::Join join;
  join.federation = invitation.federation;
  join.invitation = secret.public_key();
  join.signing = signing;
  join.transport = transport;
  join.proof = secret.sign(bytes_of(joined_keys(join.federation, join.invitation, signing, transport)));
  return join;
}

bool join_holds(const message::Join& join) {
  return verify(join.invitation, bytes_of(joined_keys(join.federation, join.invitation, join.signing, join.transport)), join.proof);
}

}  // namespace essaimage::store
