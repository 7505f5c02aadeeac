// Unicode and the names of things: ids, audiences, feeds, times, hexadecimal.

#include "proto/text.hpp"

#include "proto/ids.hpp"
#include "proto/time.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::text_target {
namespace {

/// True if it was read and is written as it was.
template <class T>
bool round(std::string_view text) {
  const auto value = T::parse(text);
  if (!value) return false;
  ESSAIMAGE_ASSERT(value->str() == text);
  return true;
}

bool run(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  const bool known = is_utf8(text);
  const std::string composed = to_nfc(text), folded = fold_name(text);
  if (known) {
    ESSAIMAGE_ASSERT(to_utf8(code_points(text)) == text);
    ESSAIMAGE_ASSERT(to_nfc(composed) == composed);
    ESSAIMAGE_ASSERT(fold_name(folded) == folded);
  } else {
    ESSAIMAGE_ASSERT(composed.empty() && folded.empty() && !is_plain_line(text) && !is_plain_line(text, true));
  }
  for (const char c : fold_to_ascii(text)) ESSAIMAGE_ASSERT(static_cast<unsigned char>(c) < 0x80);
  const std::string slug = slug_from(text);
  ESSAIMAGE_ASSERT(slug.empty() || is_slug(slug));
  if (is_slug(text)) ESSAIMAGE_ASSERT(slug == text);

  bool accepted = round<FeedId>(text) || round<KitId>(text) || round<Audience>(text);
  if (const auto hex = from_hex(text)) {
    ESSAIMAGE_ASSERT(to_hex(*hex) == text);
    accepted = true;
  }
  if (const auto time = parse_utc(text)) {
    ESSAIMAGE_ASSERT(to_utc(*time) == text);
    accepted = true;
  }
  return accepted || errc_from(text).has_value();
}

std::vector<Seed> seeds() {
  return {seed("valid-feed", "mdq-wazemmes/territory/lille"),
          seed("valid-kit", "mdq-wazemmes/robot"),
          seed("valid-audience", "mirror:numerique"),
          seed("valid-hex", "00ff10"),
          seed("valid-time", "2026-03-01T09:30:00Z"),
          seed("sentence", "Café à l'École – œuvre n° 3"),
          seed("decomposed", "e\xCC\x81te\xCC\x81 \xEF\xBC\xA3ON \xE2\x80\x8D"),
          seed("hostile-day", "2026-02-30T09:30:00Z"),
          seed("hostile-feed", "a/territory/b/c"),
          seed("hostile-surrogate", "\xED\xA0\x80")};
}

const Registered registered{{"text", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::text_target
