#pragma once
// Every interval and number of the core, with its reason. What WIRE.md fixes is marked.

#include <cstddef>
#include <cstdint>

#include "proto/limits.hpp"
#include "proto/time.hpp"

namespace essaimage::core::settings {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// --- links ---------------------------------------------------------------------------------------------------------
inline constexpr Duration tick_interval = seconds(1);  ///< all timers below are this exact
/// WIRE.md; the silence after which a side pings, drawn anew each time, so that now one side does and now the other; and the
/// longest that is borne. Pings are most of what an idle node sends.
struct Silence {
  Duration least, most, borne;
};
/// Of the tree, by which news come: a dead link is noticed within two minutes.
inline constexpr Silence tree_silence{seconds(80), seconds(100), seconds(120)};
/// Of links that only tell of news, or stand by. Below the five minutes after which the first home routers forget a connection.
inline constexpr Silence spare_silence{seconds(265), seconds(285), seconds(305)};
inline constexpr std::size_t tree_links_few = 3;               ///< WIRE.md; of more, none is needed by itself
inline constexpr Duration ping_answered_within = seconds(20);  ///< an ADSL line full of uploads answers in under 10
inline constexpr Duration hello_within = seconds(20);          ///< an ADSL line full of uploads answers in under 10
inline constexpr Duration stranger_within = seconds(30);       ///< WIRE.md
inline constexpr std::size_t strangers_max = 16;
inline constexpr std::size_t links_max = 512;              ///< of members; beyond it, one of each territory (Sessions::make_room)
inline constexpr std::size_t waiting_messages_max = 1024;  ///< of a link that is not writable; beyond it, it is dead

// --- dialling --------------------------------------------------------------------------------------------------------
inline constexpr std::size_t peers_wanted = 7;
inline constexpr std::size_t near_wanted = 4;          ///< of our own territories, shared out among them, however many others
inline constexpr std::size_t near_wanted_of_each = 2;  ///< at least: when one goes off, its territory's news still come
inline constexpr Duration dial_within = seconds(30);
inline constexpr Duration backoff_min = seconds(1);
inline constexpr Duration backoff_max = minutes(5);
inline constexpr Duration backoff_in_company = minutes(60);  ///< of the federation's node, by who has enough other peers
inline constexpr Duration backoff_reset_after = minutes(1);  ///< a link that lived so long was a good one

// --- misbehaviour ------------------------------------------------------------------------------------------------------
inline constexpr double messages_burst = 400;       ///< WIRE.md
inline constexpr double messages_per_second = 100;  ///< WIRE.md
/// WIRE.md; in tokens, of what no request bounds. What is under way when a request ends is far below the burst.
inline constexpr double stray_cost = 0.25;  ///< a slice or an offer of no request, or once more
/// Credit, or MediaHave, that changes nothing; small slices. A swarm tells of thousands of small media a second, also who
/// holds them already.
inline constexpr double idle_cost = 0.02;
inline constexpr double unused_cost = 1;          ///< a source that was opened, and cancelled before a byte of it
inline constexpr double idle_item_cost = 0.002;   ///< each media of such a MediaHave
inline constexpr std::size_t small_slice = 1024;  ///< an honest one is the rest of a credit or of the transfer
inline constexpr unsigned score_max = 100;        ///< closed and banned at this score; one point fades a second
inline constexpr Duration ban = minutes(5);       ///< WIRE.md; doubles each time
inline constexpr Duration ban_max = minutes(24 * 60);
inline constexpr std::size_t records_max = 4096;

// --- announcing and reconciling ------------------------------------------------------------------------------------------
inline constexpr Duration graft_after = seconds(1);          ///< WIRE.md; an eager announcement is usually faster
inline constexpr Duration round_interval = seconds(60);      ///< WIRE.md
inline constexpr Duration round_interval_max = minutes(16);  ///< WIRE.md; doubles up to it while both are level and nothing changes
inline constexpr Duration round_within = seconds(20);        ///< WIRE.md
inline constexpr Duration round_retry_min = seconds(1);      ///< while a peer is not level; doubles up to the interval
inline constexpr std::size_t list_heads_max = 4;             ///< WIRE.md
inline constexpr std::size_t split_ranges = 8;               ///< WIRE.md

// --- fetching --------------------------------------------------------------------------------------------------------------
inline constexpr std::size_t fetches_per_link = 4;  ///< WIRE.md
inline constexpr std::size_t fetches_max = 8;       ///< each has an open file and a quarantine folder
inline constexpr std::size_t runs_per_link = 24;    ///< WIRE.md; so many only of small media
inline constexpr std::size_t runs_per_window = 4;   ///< of large ones
inline constexpr std::size_t runs_max = 96;
inline constexpr Duration answer_within = seconds(20);  ///< an offer; and progress_bytes, again and again
/// Half a usual slice: a line of 1 Mbit/s keeps this up for all the requests that are open on it.
inline constexpr std::uint64_t progress_bytes = limits::slice_bytes_max / 2;
/// So long at most does a fetch of the federation's feed, whose offer was proven, let no other begin.
inline constexpr Duration federation_first = minutes(1);
/// For who lets us wait: a line that stalls is seen, and never banned for it alone (points fade as fast).
inline constexpr unsigned late_points = 5;
inline constexpr Duration retry_min = seconds(5);  ///< of a feed or media with a peer where it failed
inline constexpr Duration retry_max = minutes(5);
inline constexpr Duration refused_rest = seconds(1);         ///< of a peer that serves no media now; doubles
inline constexpr std::size_t window_min = 32 * limits::KiB;  ///< a quarter of a second of a 1 Mbit/s line
inline constexpr std::size_t share_min = 16 * limits::KiB;   ///< of one request; smaller slices are mostly envelope
inline constexpr std::size_t window_max = 4 * limits::MiB;   ///< loopback is full with 1 MiB
inline constexpr Duration rate_forgotten_after = seconds(3);
/// A run is taken over if it ends so many times sooner by that, and is that far from its end.
inline constexpr std::uint64_t takeover_factor = 3;
inline constexpr Duration takeover_at_least = seconds(2);
inline constexpr std::uint64_t run_bytes = limits::MiB;  ///< a run: many small chunks, or one large
inline constexpr std::size_t asked_media_max = 2048;     ///< media asked for and not answered yet, a link
/// Questions of ours, a feed each: well below what the answerer lets pass (WIRE.md, section 11).
inline constexpr double questions_burst = 800;
inline constexpr double questions_per_second = 200;

// --- the line to the outside (uplink.hpp) -------------------------------------------------------------------------------------
inline constexpr Duration queue_target = milliseconds(100);    ///< RFC 6817 allows no more; a call bears 150
inline constexpr Duration queue_settles = milliseconds(600);   ///< about: a longer queue than wanted is gone after that
inline constexpr Duration probe_interval = milliseconds(500);  ///< WIRE.md; 1 % of 1 Mbit/s
inline constexpr double carries_grows = 1.5;                   ///< at most so many times in one step: one sample proves little
inline constexpr unsigned media_turn = 4;                      ///< every fourth time media come before packs
inline constexpr Duration probe_lost_after = seconds(10);      ///< a link that loses nothing answers; the next ping asks again
inline constexpr Duration bulk_over_after = seconds(2);
inline constexpr Duration slice_takes = milliseconds(40);  ///< at most, of the line: what an announcement waits for
inline constexpr std::size_t slice_bytes_min = 2 * limits::KiB;
inline constexpr std::uint64_t uplink_min = 8 * limits::KiB;  ///< bytes a second, however full the line: or nothing would ever end
inline constexpr Duration uplink_forgotten_after = seconds(30);

// --- serving -----------------------------------------------------------------------------------------------------------------
inline constexpr std::size_t sources_per_link = 8;
inline constexpr std::size_t sources_max = 64;               ///< open files
inline constexpr std::size_t queued_per_link = 32;           ///< beyond it: Unavailable
inline constexpr Duration source_idle = seconds(60);         ///< without credit
inline constexpr std::size_t looked_up_per_link = 8192;      ///< media in MediaQuery messages that the store works on
inline constexpr std::size_t subscriptions_per_link = 4096;  ///< WIRE.md
inline constexpr Duration have_interval = seconds(1);        ///< WIRE.md
// --- locating: who else holds certain media, for people ------------------------------------------------------------------------
inline constexpr std::size_t locates_max = 4;
inline constexpr std::size_t locate_media_max = 2048;  ///< of one; well below what an answerer looks up for a link
inline constexpr Duration locate_within = seconds(3);  ///< somebody waits at a terminal

// --- publishing ---------------------------------------------------------------------------------------------------------------
/// So long at most a home that may be an older copy waits for a peer of each of its territories, if others told already.
inline constexpr Duration confirm_within = seconds(60);

// --- joining -------------------------------------------------------------------------------------------------------------------
inline constexpr std::size_t joins_at_once = 4;
inline constexpr Duration admit_alone_after = seconds(120);

}  // namespace essaimage::core::settings
