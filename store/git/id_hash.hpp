#pragma once
// For hash tables of ids: they are hashes already, so their first bytes will do.

#include <cstring>

#include "proto/ids.hpp"

namespace essaimage::store {

struct IdHash {
  template <std::size_t N, class Tag>
  std::size_t operator()(const FixedBytes<N, Tag>& id) const {
    static_assert(N >= sizeof(std::size_t));
    std::size_t value = 0;
    std::memcpy(&value, id.bytes.data(), sizeof value);
    return value;
  }
};

}  // namespace essaimage::store
