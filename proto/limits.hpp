#pragma once
// Every maximum, with its reason. What comes from outside is refused beyond these, before it costs anything.

#include <cstddef>
#include <cstdint>

namespace essaimage::limits {

inline constexpr std::size_t KiB = 1024;
inline constexpr std::size_t MiB = 1024 * KiB;
inline constexpr std::uint64_t GiB = 1024 * std::uint64_t{MiB};

// --- names ---------------------------------------------------------------------------------------------------------
inline constexpr std::size_t slug_bytes_max = 64;
/// ext4, NTFS and APFS all hold 255; 5 are kept for the escape of a leading '%' and for temporary suffixes.
inline constexpr std::size_t file_name_bytes_max = 250;
/// Within a kit. Windows programs without long-path support stop at 260 in all, so a kit checks out below C:\Users\….
inline constexpr std::size_t kit_path_bytes_max = 220;
inline constexpr std::size_t kit_path_depth_max = 16;

// --- kits ----------------------------------------------------------------------------------------------------------
inline constexpr std::size_t text_file_bytes_max = 256 * KiB;  ///< beyond it, and with a NUL, a file is media
inline constexpr std::size_t manifest_bytes_max = 64 * KiB;    ///< kit.toml
inline constexpr std::size_t files_per_kit_max = 20'000;
inline constexpr std::uint64_t media_bytes_max = 64 * GiB;
inline constexpr std::size_t kits_per_publish_max = 10'000;

// --- chunks --------------------------------------------------------------------------------------------------------
inline constexpr std::size_t chunk_bytes_max = 4 * MiB;  ///< of the largest step of store/media/chunker.hpp
inline constexpr std::size_t chunks_per_media_max = 1'000'000;
/// Whoever needs a kit's media keeps the length of each chunk in memory: 8 MB. Enough for 16 GB of photographs, or a
/// terabyte of films.
inline constexpr std::size_t chunks_per_kit_max = 2'000'000;

// --- git objects and packs -----------------------------------------------------------------------------------------
inline constexpr std::size_t commit_bytes_max = 4 * KiB;  ///< the one byte form is under 1 KiB
inline constexpr std::size_t tree_entries_max = 65'536;
inline constexpr std::size_t object_bytes_max = 48 * MiB;  ///< a chunk list of chunks_per_media_max
inline constexpr std::size_t pack_objects_max = 2'000'000;
inline constexpr std::uint64_t pack_bytes_max = 2 * GiB;
inline constexpr std::uint64_t pack_inflated_bytes_max = 4 * GiB;
/// What a parcel unfolds to, against its length; texts of people are below 20.
inline constexpr std::uint64_t pack_inflation_ratio_max = 100;
inline constexpr std::uint64_t pack_inflation_slack = 16 * MiB;  ///< a small parcel of very regular texts is no bomb
/// Entries of kits' folders that are looked at for one pack. Trees that are named many times cost their author nothing
/// and a receiver microseconds each; this is a minute. All kits of a region together have a tenth of it.
inline constexpr std::size_t pack_visits_max = 20'000'000;

// --- wire ----------------------------------------------------------------------------------------------------------
/// A slice passes a 1 Mbit/s link in half a second, so that control is never blocked longer.
inline constexpr std::size_t slice_bytes_max = 64 * KiB;
/// A run of chunks begins with a byte that says how it travels, and is no longer than that and the chunks.
inline constexpr std::size_t run_overhead_bytes = 1;
inline constexpr std::size_t message_bytes_max = 128 * KiB;
inline constexpr std::size_t heads_per_message_max = 512;  ///< in all ranges together; 100 bytes each at most usual
inline constexpr std::size_t ranges_per_message_max = 512;
inline constexpr std::size_t media_per_message_max = 512;
inline constexpr std::size_t agent_bytes_max = 64;
inline constexpr std::size_t error_code_bytes_max = 64;
inline constexpr std::size_t feed_name_bytes_max = 140;  ///< <slug>/territory/<slug>
inline constexpr std::size_t endpoints_per_member_max = 4;
inline constexpr std::size_t endpoint_bytes_max = 256;

// --- federation ----------------------------------------------------------------------------------------------------
inline constexpr std::size_t members_max = 10'000;
inline constexpr std::size_t statement_bytes_max = 64 * KiB;  ///< any TOML statement in a feed
inline constexpr std::size_t territories_per_member_max = 16;
inline constexpr std::size_t neighbours_max = 16;  ///< that one centre names; one alone could take it over: two at least
inline constexpr std::size_t neighbours_needed_min = 2;
inline constexpr std::size_t name_bytes_max = 200;    ///< of a centre, for people
inline constexpr std::size_t reason_bytes_max = 500;  ///< why something was decided, or adopted: for people
/// All that ever were: who is linked stays in memory, and each that we are in asks for peers of its own.
inline constexpr std::size_t mirrors_max = 256;
inline constexpr std::size_t territories_per_mirror_max = 16;
inline constexpr std::size_t rule_kits_max = 1'000;  ///< that one mirror's rule names one by one
/// Kits that a curator has looked at one by one; all decisions in force stay in memory.
inline constexpr std::size_t decisions_max = 10'000;
/// Kits of others that one centre uses, by the folders of its feed.
inline constexpr std::size_t adoptions_per_feed_max = 10'000;
/// Own kits of one centre that it proposes, by one folder of its feed.
inline constexpr std::size_t proposals_per_feed_max = 10'000;
/// Field reports of one centre, by the folders of its feed: more than two each working day for ten years.
inline constexpr std::size_t outcomes_per_feed_max = 10'000;
inline constexpr std::size_t outcome_text_bytes_max = 1'000;  ///< what worked, what failed, a note: for people
inline constexpr std::size_t sessions_max = 1'000;            ///< that one outcome tells of
inline constexpr std::size_t participants_max = 100'000;      ///< of one age band, in one outcome
inline constexpr std::size_t family_max = 2'000;              ///< kits that are shown of one kit's family
inline constexpr std::size_t conditions_max = 20;             ///< of one decision: "from the age of 12"
inline constexpr std::size_t decision_bytes_max = 16 * KiB;   ///< of one decision about a kit
/// Commits of one feed that are walked to tell what was ever said about a kit, and what is told of it.
inline constexpr std::size_t told_commits_max = 20'000, told_statements_max = 1'000;
/// Withdrawals of one author, by one folder of its feed; and those of the federation. Receipts: for each author as many.
inline constexpr std::size_t withdrawals_per_feed_max = 2'000;
inline constexpr std::size_t withdrawn_media_max = 20'000;          ///< that one withdrawal names: as many as a kit has files
inline constexpr std::size_t withdrawn_paths_max = 1'000;           ///< likewise; a folder is one
inline constexpr std::size_t withdrawn_paths_bytes_max = 64 * KiB;  ///< of them together: as much as a kit.toml can name
inline constexpr std::size_t withdrawn_ranges_max = 200;            ///< of versions
inline constexpr std::size_t withdrawal_bytes_max = 2 * MiB;        ///< of its file
inline constexpr std::size_t themes_max = 50;                       ///< of one kit, or one decision

// --- searching, and being ready ------------------------------------------------------------------------------------
inline constexpr std::size_t search_bytes_max = 500;  ///< what a person types
inline constexpr std::size_t search_words_max = 16;
inline constexpr std::size_t search_hits_max = 500;
/// What a kit's own texts may cost the index: 20,000 words, a booklet of 40 pages. Beyond it a kit is found by what its kit.toml
/// says and by the names of its files.
inline constexpr std::size_t searched_kit_bytes_max = 128 * KiB;
inline constexpr std::size_t searched_file_bytes_max = 32 * KiB;
inline constexpr std::size_t searched_files_max = 64;
inline constexpr std::size_t searched_names_bytes_max = 16 * KiB;
inline constexpr std::size_t word_bytes_max = 64;  ///< a longer one counts by its beginning
inline constexpr std::size_t deadlines_max = 200;  ///< of one node

// --- control -------------------------------------------------------------------------------------------------------
inline constexpr std::size_t control_frame_bytes_max = 8 * MiB;
inline constexpr std::size_t control_data_bytes_max = 256 * KiB;  ///< of a file's bytes in one frame
inline constexpr std::size_t control_clients_max = 32;

}  // namespace essaimage::limits
