#pragma once
// The homes of a world are ours: what fails there is a finding, or a full disk. The trial ends with it.

#include <stdexcept>
#include <string>
#include <utility>

#include "proto/error.hpp"

namespace essaimage::sim {

template <class T>
T must(Result<T> result, const std::string& what) {
  if (!result) throw std::runtime_error(what + ": " + to_line(result.error()));
  return std::move(*result);
}
inline void must(const Status& status, const std::string& what) {
  if (!status) throw std::runtime_error(what + ": " + to_line(status.error()));
}

}  // namespace essaimage::sim
