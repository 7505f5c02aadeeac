#pragma once
// Transfers that no honest node would send, each made by itself: what refusals.cpp measures. A case with a parcel leaves a feed's
// raw commit and the parcel that is said to lead to it; any other is a reader and what it is given.

#include <functional>
#include <string>
#include <vector>

#include "proto/bytes.hpp"
#include "proto/error.hpp"

namespace essaimage::hostile {

struct Transfer {
  Bytes commit, parcel;
};

struct Case {
  std::string name;
  std::function<std::vector<Transfer>()> make;       ///< each is to be refused
  std::function<Result<std::uint64_t>()> read = {};  ///< instead: the bytes that were given until it refused, or that it did not
  bool honest = false;                               ///< to be accepted: what the others compare with
};

std::vector<Case> parcel_cases();
std::vector<Case> reader_cases();

}  // namespace essaimage::hostile
