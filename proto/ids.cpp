#include "proto/ids.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "proto/text.hpp"

namespace essaimage {

bool is_slug(std::string_view text) {
  if (text.empty() || text.size() > limits::slug_bytes_max) return false;
  if (text.front() == '-' || text.back() == '-') return false;
  if (text.find("--") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string slug_from(std::string_view text) {
  std::string slug;
  for (const char c : fold_to_ascii(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      slug.push_back(c);
    } else if (!slug.empty() && slug.back() != '-') {
      slug.push_back('-');
    }
  }
  if (slug.size() > limits::slug_bytes_max) slug.resize(limits::slug_bytes_max);
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

std::string Audience::str() const {
  switch (kind) {
    case Kind::region: return "region";
    case Kind::territory: return "territory:" + slug;
    case Kind::mirror: return "mirror:" + slug;
  }
  ESSAIMAGE_ASSERT(false);
}

std::string Audience::path() const {
  std::string text = str();
  std::replace(text.begin(), text.end(), ':', '/');
  return text;
}

Result<Audience> Audience::parse(std::string_view text) {
  if (text == "region") return Audience{};
  for (const auto& [prefix, kind] :
       {std::pair{std::string_view("territory:"), Kind::territory}, std::pair{std::string_view("mirror:"), Kind::mirror}}) {
    if (!text.starts_with(prefix)) continue;
    const auto slug = text.substr(prefix.size());
    if (!is_slug(slug)) break;
    return Audience{kind, std::string(slug)};
  }
  return fail(Errc::audience_unknown, std::string(text));
}

std::string FeedId::str() const { return centre + "/" + audience.path(); }
std::string FeedId::ref() const { return "refs/heads/essaimage/" + str(); }

Result<FeedId> FeedId::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || !is_slug(text.substr(0, slash))) {
    return fail(Errc::malformed, "not a feed: " + std::string(text));
  }
  std::string rest(text.substr(slash + 1));
  if (rest.find(':') != std::string::npos) return fail(Errc::malformed, "not a feed: " + std::string(text));
  std::replace(rest.begin(), rest.end(), '/', ':');
  TRY(auto audience, Audience::parse(rest));
  return FeedId{std::string(text.substr(0, slash)), std::move(audience)};
}

std::string KitId::str() const { return centre + "/" + slug; }

Result<KitId> KitId::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return fail(Errc::kit_id_malformed, std::string(text));
  const auto centre = text.substr(0, slash);
  const auto slug = text.substr(slash + 1);
  if (!is_slug(centre) || !is_slug(slug)) return fail(Errc::kit_id_malformed, std::string(text));
  return KitId{std::string(centre), std::string(slug)};
}

std::string Order::str() const { return std::to_string(generation) + "." + std::to_string(epoch) + "." + std::to_string(seq); }

}  // namespace essaimage
