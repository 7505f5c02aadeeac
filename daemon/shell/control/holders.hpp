#pragma once
// Who else holds kits whole, as far as connected members tell: asked anew each time, which takes some seconds at most.
// Thread rule: as Node. Errors: those of Node::locate().

#include <map>
#include <set>

#include "daemon/shell/node.hpp"

namespace essaimage::shell {

class Holders {
 public:
  /// Asks about all of these, in as many questions as it needs.
  static Result<Holders> of(Node& node, const std::vector<store::FeedMedia>& media);

  /// Members' slugs; empty also if it was not asked about.
  const std::set<std::string>& of(const Sha256& media) const;
  /// Members that hold every one of these.
  std::set<std::string> of_all(const std::vector<store::NamedMedia>& media) const;

 private:
  std::map<Sha256, std::set<std::string>> by_media_;
};

/// All media of these kits' newest versions, each once.
std::vector<store::FeedMedia> media_of(const std::vector<store::KitSummary>& kits);

}  // namespace essaimage::shell
