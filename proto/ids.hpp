#pragma once
// The names of things: hashes, keys, centres, audiences, feeds, kits, heads. Values only; each parses strictly and
// prints the one form that it parses.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/bytes.hpp"
#include "proto/error.hpp"

namespace essaimage {

/// A fixed number of bytes that cannot be confused with another kind of the same size.
template <std::size_t N, class Tag>
struct FixedBytes {
  static constexpr std::size_t size = N;
  std::array<std::uint8_t, N> bytes{};

  auto operator<=>(const FixedBytes&) const = default;
  ByteView view() const { return bytes; }
  std::string hex() const { return to_hex(bytes); }
  bool is_zero() const { return *this == FixedBytes{}; }

  static Result<FixedBytes> from(ByteView raw) {
    if (raw.size() != N) return fail(Errc::malformed, "wrong length");
    FixedBytes value;
    std::copy(raw.begin(), raw.end(), value.bytes.begin());
    return value;
  }
  static Result<FixedBytes> parse(std::string_view hex) {
    const auto raw = from_hex(hex);
    if (!raw) return fail(Errc::malformed, "not hexadecimal");
    return from(*raw);
  }
};

using Sha256 = FixedBytes<32, struct Sha256Tag>;
using ObjectId = FixedBytes<20, struct ObjectIdTag>;          ///< of a git object (SHA-1)
using SigningKey = FixedBytes<32, struct SigningKeyTag>;      ///< public Ed25519 key
using Signature = FixedBytes<64, struct SignatureTag>;        ///< Ed25519
using TransportKey = FixedBytes<32, struct TransportKeyTag>;  ///< public CURVE key

/// SHA-256 of the first federation.toml.
using FederationId = Sha256;

/// True for 1 to 64 of a-z 0-9 and single inner hyphens. Centres, territories, mirrors and kits are named so.
bool is_slug(std::string_view text);

/// The nearest slug of any UTF-8 text ("Café numérique" gives "cafe-numerique"); empty if nothing is left.
std::string slug_from(std::string_view text);

/// Who may hold a feed.
struct Audience {
  enum class Kind : std::uint8_t { region, territory, mirror };
  Kind kind = Kind::region;
  std::string slug;  ///< empty for region

  auto operator<=>(const Audience&) const = default;
  std::string str() const;                               ///< "region", "territory:lille", "mirror:numerique"
  std::string path() const;                              ///< "region", "territory/lille", "mirror/numerique"
  static Result<Audience> parse(std::string_view text);  ///< of str()
};

/// One author's feed for one audience.
struct FeedId {
  std::string centre;
  Audience audience;

  auto operator<=>(const FeedId&) const = default;
  std::string str() const;                             ///< "mdq-wazemmes/territory/lille"
  std::string ref() const;                             ///< "refs/heads/essaimage/" + str()
  static Result<FeedId> parse(std::string_view text);  ///< of str()
};

struct KitId {
  std::string centre;
  std::string slug;

  auto operator<=>(const KitId&) const = default;
  std::string str() const;  ///< "<centre>/<slug>"
  static Result<KitId> parse(std::string_view text);
};

/// The total order of a feed's commits.
struct Order {
  std::uint64_t generation = 0;
  std::uint64_t epoch = 0;
  std::uint64_t seq = 0;

  auto operator<=>(const Order&) const = default;
  std::string str() const;  ///< "1.1.42"
};

/// The newest commit of a feed, as held or as claimed by somebody.
struct Head {
  FeedId feed;
  Order order;
  ObjectId commit;

  auto operator<=>(const Head&) const = default;
};

}  // namespace essaimage
