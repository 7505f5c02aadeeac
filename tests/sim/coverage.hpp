#pragma once
// How often each fault struck and each path of the core was taken: a fault that never strikes proves nothing. One thread.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/core/effect.hpp"

namespace essaimage::sim {

enum class Fault : std::uint8_t {
  crash, link_cut, partition, one_way_partition, message_lost, message_repeated, cut_at_a_message, dial_failed, disk_failed,
  late_joiner, suspension, backup_restored, objects_lost, published_unasked, message_tampered, message_replayed, garbage_sent,
  message_overtaken, far_link, healed_in_part, unsynced_lost, clock_drifts, clock_jumped, clock_stood, slow_line, slow_disk,
  territories_changed, territories_linked, territories_unlinked, mirror_published, key_lost, key_stolen, stolen_key_used, fell_back,
  feed_left,
};
inline constexpr std::size_t faults = static_cast<std::size_t>(Fault::feed_left) + 1;

class Coverage {
 public:
  void strike(Fault fault) { ++faults_[static_cast<std::size_t>(fault)]; }
  void saw(const core::Effect& effect);
  void add(const Coverage& other);

  std::vector<std::string> never_struck() const;
  /// For people: faults, effects of the core, events of the core; most often first.
  std::string table() const;

 private:
  std::array<std::uint64_t, faults> faults_{};
  std::array<std::uint64_t, std::variant_size_v<core::Effect>> effects_{};
  std::array<std::uint64_t, static_cast<std::size_t>(core::Event::Kind::level) + 1> events_{};
};

}  // namespace essaimage::sim
