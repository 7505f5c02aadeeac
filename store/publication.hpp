#pragma once
// One publish command: kits come in file by file, and take effect together in one durable step, or not at all.
// One thread at a time. Destroyed before commit() it leaves nothing. After a failure of end_kit() or commit() nothing more comes
// of it: Errc::usage.

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
  /// What its author has withdrawn may come back, by a new consent: Errc::publish_withdrawn else, of all kits together.
  bool again = false;
};

struct PublishedKit {
  KitId id;
  Audience audience;
  std::uint64_t version = 0;
  bool by_rule = false;    ///< into a mirror, beside where it was published, by a rule of this home (store/mirrors.hpp)
  bool unchanged = false;  ///< the same tree was there already: no new version
  std::uint32_t files = 0;
  std::uint64_t bytes = 0;
  ObjectId commit;
};

class Publication {
 public:
  virtual ~Publication() = default;

  /// `folder` names the kit where its kit.toml gives no slug.
  virtual Status begin_kit(const std::string& folder) = 0;
  /// Of the kit that has begun: the absolute path of its folder, under which its files are remembered.
  virtual void set_place(const std::string& place) = 0;
  /// True if that file was published from this place in this state, and what it held is held here: it is in the kit now.
  /// Else its bytes are to come. `state` must be another one whenever the bytes may be others; it is compared, never read.
  virtual Result<bool> take_known(const std::string& path, bool executable, const std::string& state) = 0;
  /// Path within the kit, as in the person's folder; refused under the rules of store/kit/names.hpp.
  virtual Status begin_file(const std::string& path, bool executable, std::uint64_t bytes_hint) = 0;
  virtual Status write(Bytes bytes) = 0;
  virtual Status end_file() = 0;  ///< that media could not be stored may be told by a later call, commit() at the latest
  /// Of the file that has begun: what it holds is remembered under this state once the publication has taken effect.
  virtual void remember(const std::string& state) = 0;
  virtual void abort_file() = 0;  ///< it changed while it was read: begin it again
  virtual Status end_kit() = 0;   ///< refuses a kit without a right kit.toml, and all that reception would refuse
  virtual Result<std::vector<PublishedKit>> commit() = 0;
};

}  // namespace essaimage::store
