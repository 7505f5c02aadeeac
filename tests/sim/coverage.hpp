#pragma once
// How often each fault struck and each path of the core was taken: a fault that never strikes proves nothing. One thread.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/core/effect.hpp"

namespace essaimage::sim {

enum class Fault : std::uint8_t {
  crash,
  link_cut,
  partition,
  one_way_partition,
  message_lost,
  message_repeated,
  cut_at_a_message,
  dial_failed,
  disk_failed,
  late_joiner,
  suspension,
  backup_restored,
  objects_lost,
  published_unasked,
  fork_resolved,
  message_tampered,
  message_replayed,
  garbage_sent,
  message_overtaken,
  far_link,
  healed_in_part,
  unsynced_lost,
  clock_drifts,
  clock_jumped,
  clock_stood,
  slow_line,
  slow_disk,
  territories_changed,
  territories_linked,
  territories_unlinked,
  mirror_published,
  key_lost,
  key_stolen,
  stolen_key_used,
  fell_back,
  feed_left,
  // What happens to the federation's roles, on stores that know them; by the rules,
  role_keys_changed,
  role_threshold_changed,
  role_given_end,
  role_renewed,
  role_over,
  role_over_shown,
  statement_signed,
  suspension_signed,
  signatures_lacking,
  signed_twice,
  two_decided,
  admission_signed,
  time_signed,
  days_passed,
  word_kept_back,
  clock_not_believed,
  wall_clock_dead,
  wall_clock_ahead,
  wall_clock_stopped,
  no_time_shown,
  // and against them: each of these was refused, or had no effect.
  word_rolled_back,
  file_rolled_back,
  member_brought_back,
  roles_rolled_back,
  time_rolled_back,
  twin_exchanged,
  twin_followed,
  roles_forged,
  member_forged,
  decision_forged,
  withdrawal_forged,
  time_forged,
  time_taken_out,
  far_time_named,
  far_time_undone,
  over_role_used,
  dead_clock_refused,
  too_few_signed,
  one_signed_for_all,
  removed_key_used,
  other_role_used,
  signature_replayed,
  stranger_signed,
};
inline constexpr std::size_t faults = static_cast<std::size_t>(Fault::stranger_signed) + 1;

class Coverage {
 public:
  void strike(Fault fault) { ++faults_[static_cast<std::size_t>(fault)]; }
  void saw(const core::Effect& effect);
  void add(const Coverage& other);

  /// What is to strike in many runs: of mixed weather on stores in memory, or on the real library; or of the scenario "roles".
  enum class Expected : std::uint8_t { in_memory, on_git, of_roles };
  std::vector<std::string> never_struck(Expected expected) const;
  /// For people: faults, effects of the core, events of the core; most often first.
  std::string table() const;

 private:
  std::array<std::uint64_t, faults> faults_{};
  std::array<std::uint64_t, std::variant_size_v<core::Effect>> effects_{};
  std::array<std::uint64_t, static_cast<std::size_t>(core::Event::Kind::level) + 1> events_{};
};

}  // namespace essaimage::sim
