#pragma once
// Why a file of a kit is not given out any more. Plain values.

#include <string>

#include "proto/time.hpp"

namespace essaimage::store {

struct WithdrawnBy {
  enum class Kind : std::uint8_t {
    author,      ///< of the kit
    federation,  ///< for cause, whoever names it
    consent,     ///< the consent that kit.toml gives has run out
  };
  Kind kind = Kind::author;
  std::string name;  ///< of the withdrawal, as WithdrawalKey::str(); of a consent, nothing
  std::string why;   ///< for people; of a consent, nothing
  Timestamp since;
};

}  // namespace essaimage::store
