#include "store/withdrawal/trees.hpp"

#include <map>
#include <utility>

#include "store/crypto/hash.hpp"
#include "store/federation/paths.hpp"
#include "store/library/kit_tree.hpp"

namespace essaimage::store {
namespace {

using Id = std::optional<ObjectId>;
using Ids = std::map<std::string, ObjectId>;

/// The folders of a folder, or its files. What should be the other says nothing.
Result<Ids> ids_in(const ObjectDb& objects, const Id& tree, bool folders) {
  Ids ids;
  if (!tree) return ids;
  TRY(const auto entries, objects.read_tree(*tree));
  for (const auto& entry : entries) {
    if ((entry.mode == TreeEntry::Mode::tree) == folders) ids.emplace(entry.name, entry.id);
  }
  return ids;
}

/// Calls `below(name, before, after)` for what differs between two folders.
template <class Below>
Status compare(const ObjectDb& objects, const Id& before, const Id& after, bool folders, const Below& below) {
  if (before == after) return {};
  TRY(const auto olds, ids_in(objects, before, folders));
  TRY(const auto news, ids_in(objects, after, folders));
  const auto lookup = [](const Ids& ids, const std::string& name) {
    const auto it = ids.find(name);
    return it == ids.end() ? Id() : Id(it->second);
  };
  for (const auto& [name, id] : news) {
    const Id old = lookup(olds, name);
    if (old != id) CHECK_OK(below(name, old, Id(id)));
  }
  for (const auto& [name, id] : olds) {
    if (!news.contains(name)) CHECK_OK(below(name, Id(id), Id()));
  }
  return {};
}

Result<Id> folder_of(const ObjectDb& objects, const Id& tree, std::string_view name) {
  if (!tree) return Id();
  return id_at(objects, *tree, name);
}

/// As with adoptions: what cannot be read says nothing, and stops nobody.
Status compare_withdrawal(const ObjectDb& objects, const FeedId& feed, const std::string& name, const Id& now, State::FeedChange& change) {
  const auto number = withdrawal_number(name);
  if (number == 0) return {};  // the federation's statement
  if (now) {
    TRY(const auto text, objects.read(*now, ObjectType::blob));
    auto withdrawal = parse_withdrawal(text_of(text));
    if (withdrawal && withdrawal->number == number && withdrawal->kit.centre == feed.centre) {
      change.withdrawn.push_back({std::move(*withdrawal), sha256(text)});
      return {};
    }
  }
  change.unwithdrawn.push_back(number);
  return {};
}

Status compare_receipt(const ObjectDb& objects, const std::string& place, const Id& now, State::FeedChange& change) {
  if (!place.ends_with(feed_path::file_suffix)) return {};
  const auto about = WithdrawalKey::parse(place.substr(0, place.size() - feed_path::file_suffix.size()));
  if (!about) return {};
  if (now) {
    TRY(const auto text, objects.read(*now, ObjectType::blob));
    auto receipt = parse_receipt(text_of(text));
    if (receipt && receipt->about == *about) {
      change.signed_receipts.push_back(std::move(*receipt));
      return {};
    }
  }
  change.unsigned_receipts.push_back(*about);
  return {};
}

}  // namespace

Status compare_withdrawals(const ObjectDb& objects, const State& state, const FeedId& feed, const std::optional<ObjectId>& before,
                           const ObjectId& after, State::FeedChange& change, const std::function<Status()>& flush) {
  if (!before) {
    TRY(change.unwithdrawn, state.withdrawals_in(feed));
    TRY(change.unsigned_receipts, state.receipts_in(feed));
  }
  constexpr std::size_t rows_max = 50'000;
  std::size_t rows = 0;
  TRY(const auto old_withdrawals, folder_of(objects, before, feed_path::withdrawals_folder));
  TRY(const auto withdrawals, folder_of(objects, after, feed_path::withdrawals_folder));
  CHECK_OK(compare(objects, old_withdrawals, withdrawals, false, [&](const std::string& name, const Id&, const Id& now) -> Status {
    CHECK_OK(compare_withdrawal(objects, feed, name, now, change));
    if (!change.withdrawn.empty()) {
      const auto& said = change.withdrawn.back().withdrawal;
      rows += said.media.size() + said.paths.size() + said.versions.ranges().size() + 1;
    }
    return std::exchange(rows, rows < rows_max ? rows : 0) < rows_max ? Status{} : flush();
  }));
  TRY(const auto old_receipts, folder_of(objects, before, feed_path::receipts_folder));
  TRY(const auto receipts, folder_of(objects, after, feed_path::receipts_folder));
  return compare(objects, old_receipts, receipts, true, [&](const std::string& centre, const Id& old, const Id& now) {
    return compare(objects, old, now, false, [&](const std::string& name, const Id&, const Id& file) {
      return compare_receipt(objects, centre + "/" + name, file, change);
    });
  });
}

}  // namespace essaimage::store
