#pragma once
// One publish command: kits come in file by file, and take effect together in one durable step, or not at all.
// One thread at a time. Destroyed before commit() it leaves nothing.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::store {

struct PublishOptions {
  /// Nothing: where the kit is already, else the region. Wider than before: the same tree goes into the wider feed, and
  /// later versions there only. Narrower: Errc::publish_narrower.
  std::optional<Audience> audience;
};

struct PublishedKit {
  KitId id;
  Audience audience;
  std::uint64_t version = 0;
  bool unchanged = false;     ///< the same tree was there already: no new version
  std::uint32_t files = 0;
  std::uint64_t bytes = 0;
  ObjectId commit;
};

class Publication {
 public:
  virtual ~Publication() = default;

  /// `folder` names the kit where its kit.toml gives no slug.
  virtual Status begin_kit(const std::string& folder) = 0;
  /// Path within the kit, as in the person's folder; refused under the rules of store/kit/names.hpp.
  virtual Status begin_file(const std::string& path, bool executable, std::uint64_t bytes_hint) = 0;
  virtual Status write(ByteView bytes) = 0;
  virtual Status end_file() = 0;
  virtual void abort_file() = 0;  ///< it changed while it was read: begin it again
  virtual Status end_kit() = 0;   ///< refuses a kit without a right kit.toml, and all that reception would refuse
  virtual Result<std::vector<PublishedKit>> commit() = 0;
};

}  // namespace essaimage::store
