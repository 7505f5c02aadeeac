#pragma once
// A kit that has a deadline, and whether it will be here by then, as far as can be told without reading it. Plain values.

#include <optional>
#include <string>

#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::shell {

struct DueKit {
  enum class Outlook : std::uint8_t {
    whole,    ///< nothing lacks
    in_time,  ///< at the present rate
    late,     ///< at the present rate
    stalled,  ///< nothing comes, for a reason that does not pass by itself
    open,     ///< nothing can be said yet
  };
  KitId kit;
  Timestamp by;
  Outlook outlook = Outlook::open;
  std::uint64_t files_lacking = 0, bytes_lacking = 0;  ///< media
  std::optional<Duration> left;                        ///< at the present rate
  std::string reason_en, reason_fr;                    ///< of `stalled`, as the rest of a sentence

  bool is_at_risk() const { return outlook == Outlook::late || outlook == Outlook::stalled; }
};

}  // namespace essaimage::shell
