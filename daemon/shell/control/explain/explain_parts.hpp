#pragma once
// The sentences of explain.hpp, one function each: what is the matter, who can act, how. Pure
// functions, any thread.

#include "daemon/shell/control/waits.hpp"

namespace essaimage::shell {

/// Below it, media of an ordinary kit may not fit any more.
inline constexpr std::uint64_t disk_low_bytes = 500'000'000;

/// In brackets, a blank before them; empty: no error.
Words error_words(const std::optional<Error>& error);
/// With commas between them.
std::string joined(const std::vector<std::string>& names);

/// What a peer's state means; nothing if it is connected and level.
std::optional<Explanation> about_peer(const Situation& here, const core::PeerStatus& peer);
Explanation about_succession();
/// Peers that refuse us because, as they say, another key took the place of this home's (Errc::key_succeeded), or this centre is
/// suspended (Errc::publish_suspended), which its own roster may not say: it was cut off before it could hear of it.
std::vector<std::string> who_tell_of(const core::NodeStatus& status, Errc why);
/// When the first of them said so, since the daemon was started.
std::optional<Instant> told_since(const core::NodeStatus& status, Errc why);
Explanation about_told_succession(const std::vector<std::string>& peers);
Explanation about_told_suspension(const Situation& here, const std::vector<std::string>& peers);
Explanation about_frozen(const Situation& here, const FeedId& feed);
/// A feed of which something newer is known (`feed.wanted` is set).
Explanation about_wanted(const core::FeedStatus& feed);
/// A feed that was here and is not any more, or not whole (`feed.lacking`).
Explanation about_lost(const Situation& here, const core::FeedStatus& feed);
/// Of media that are to come (`lacking.coming()`).
Explanation about_media(const Situation& here, const std::string& subject, const Arrival& lacking);
/// That these peers serve no media now.
Words words_of_refusal(const std::vector<std::string>& peers);
/// "3 media files (1.2 MB)", of what is lacking.
Words words_of_media(std::uint64_t files, std::uint64_t bytes);
Explanation about_joining(const Situation& here);
Explanation about_suspension(const Situation& here);
Explanation about_confirmation();
Explanation about_disk(const Situation& here);
Explanation about_nobody_connected();
Explanation all_well(const std::string& subject, Words text);
/// The kit or feed is not here; the same words whether it exists elsewhere or not.
Explanation about_absent(const std::string& subject, const Member& centre);
Explanation about_other_audience(const std::string& subject, const Audience& audience);
Explanation about_unknown_centre(const std::string& subject, const std::string& centre);

}  // namespace essaimage::shell
