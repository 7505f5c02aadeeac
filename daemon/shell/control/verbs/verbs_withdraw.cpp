// The verbs about withdrawal: an author's of its kits, the federation's of media for cause, and who has erased them.

#include <algorithm>

#include "daemon/shell/control/verbs.hpp"
#include "daemon/shell/control/withdrawal_json.hpp"

namespace essaimage::shell {

Json to_json(const store::WithdrawalView& view, bool members) {
  std::uint64_t erased = 0, kept = 0;
  for (const auto& [centre, receipt] : view.signed_by) {
    erased += receipt.erased;
    kept += receipt.kept;
  }
  Json json{{"withdrawal", view.key.str()},
            {"by", view.by_author ? "author" : "federation"},
            {"audience", view.audience.str()},
            {"withdrawn", to_utc(view.since)},
            {"why", view.why},
            {"media", view.media},
            {"record", view.record.hex()},
            {"taken_back", view.taken_back},
            {"taken_back_why", view.taken_back_why},
            {"taken_back_at", view.taken_back ? Json(to_utc(view.taken_back_at)) : Json(nullptr)},
            {"members", view.members.size() + view.suspended.size()},
            {"signed", view.signed_by.size()},
            {"erased_at", view.signed_by.size() - view.kept_at()},
            {"kept_at", view.kept_at()},
            {"suspended", to_json(view.suspended)},
            {"done", view.is_done()},
            {"erased", erased},
            {"kept", kept}};
  json["named_by"] = Json::array();
  for (const auto& kit : view.named_by) json["named_by"].push_back(kit.str());
  if (!view.by_author) json["files"] = view.files;
  if (view.by_author) {
    json["id"] = view.by_author->kit.str();
    json["paths"] = view.by_author->paths;
    json["versions"] = view.by_author->versions.str();
    json["earlier"] = view.by_author->earlier;
    json["expired"] = view.by_author->expired;
    json["epoch"] = view.by_author->epoch == 0 ? Json(nullptr) : Json(view.by_author->epoch);
  }
  if (!members) return json;
  json["receipts"] = Json::array();
  for (const auto& [centre, receipt] : view.signed_by)
    json["receipts"].push_back({{"centre", centre}, {"done", to_utc(receipt.done)}, {"erased", receipt.erased}, {"kept", receipt.kept}});
  json["lacking"] = Json::array();
  for (const auto& centre : view.members) {
    if (view.signed_by.contains(centre)) continue;
    const auto heard = view.last_heard.find(centre);
    json["lacking"].push_back(
        {{"centre", centre}, {"last_heard", heard == view.last_heard.end() ? Json(nullptr) : Json(to_utc(heard->second))}});
  }
  return json;
}

}  // namespace essaimage::shell

namespace essaimage::shell::verb {

namespace {

using Views = std::vector<store::WithdrawalView>;

constexpr std::chrono::milliseconds done_poll{250};

Result<Sha256> hash_from(const std::string& text) {
  auto hash = Sha256::parse(text);
  if (!hash) return fail(Errc::usage, "hash: 64 hexadecimal digits");
  return hash;
}

/// All that this names: nothing, a withdrawal ("wazemmes/3", "3" of this centre, a hash), or a kit.
Result<Views> named(const store::Library& library, const std::string& name) {
  auto& withdrawals = library.withdrawals();
  if (name.empty()) {
    TRY(auto views, withdrawals.find({}));
    TRY(auto others, withdrawals.of_federation());
    views.insert(views.end(), std::make_move_iterator(others.begin()), std::make_move_iterator(others.end()));
    std::ranges::stable_sort(views, {}, &store::WithdrawalView::since);
    return views;
  }
  const auto& identity = library.identity();
  const bool bare = name.find('/') == std::string::npos;
  const auto centre = bare && name.size() == 2 * Sha256::size ? identity.federation_slug : identity.slug;
  const auto key = store::WithdrawalKey::parse(bare ? centre + "/" + name : name);
  if (key && key->number == 0) {
    TRY(auto views, withdrawals.of_federation());
    std::erase_if(views, [&](const auto& view) { return view.key != *key; });
    if (views.empty()) return fail(Errc::withdrawal_none, name);
    return views;
  }
  if (key) {
    TRY(auto views, withdrawals.find({std::nullopt, key->centre, key->number}));
    if (!views.empty()) return views;
  }
  if (bare) return fail(Errc::withdrawal_none, name);
  TRY(const auto kit, KitId::parse(name));
  TRY(auto views, withdrawals.of_kit(kit));
  if (views.empty()) return fail(Errc::withdrawal_none, name);
  return views;
}

bool all_done(const Views& views) {
  return std::ranges::all_of(views, [](const auto& view) { return view.is_done() || view.taken_back; });
}

Json document_of(const Views& views) {
  auto list = Json::array();
  for (const auto& view : views) list.push_back(to_json(view, true));
  return {{"withdrawals", std::move(list)}, {"done", all_done(views)}};
}

/// Until all have signed, or the time is over (0: as long as it takes).
Result<Views> wait_done(Session& session, const std::function<Result<Views>()>& look, std::uint64_t seconds) {
  auto& node = session.node();
  const auto start = node.now();
  for (;;) {
    TRY(auto views, look());
    if (all_done(views)) return views;
    const auto limit = std::chrono::seconds(static_cast<std::int64_t>(std::min<std::uint64_t>(seconds, 1'000'000)));
    if (seconds > 0 && node.now() - start >= limit) return views;
    std::size_t done = 0, all = 0;
    for (const auto& view : views) {
      done += view.signed_by.size();
      all += view.members.size();
    }
    CHECK_OK(session.progress(done, all, control::Progress::Unit::things, "receipts"));
    CHECK_OK(session.pause(done_poll));
  }
}

struct Asked {
  store::Withdrawals::Wish wish;
  std::optional<Sha256> hash;
  std::string path;
  bool undo = false;
};

Result<Asked> asked_for(Arguments& arguments) {
  Asked asked;
  TRY(const auto hash, arguments.optional_text("hash"));
  if (hash) {
    TRY(asked.hash, hash_from(*hash));
  } else {
    TRY(asked.wish.kit, arguments.kit());
  }
  TRY(const auto file, arguments.optional_text("file"));
  asked.path = file.value_or("");
  if (file) asked.wish.files = {*file};
  TRY(asked.wish.why, arguments.text("why"));
  TRY(asked.wish.earlier, arguments.flag("earlier"));
  TRY(asked.wish.anyway, arguments.flag("anyway"));
  TRY(asked.undo, arguments.flag("undo"));
  const bool for_cause = asked.hash || asked.undo;
  if (for_cause && (asked.wish.earlier || (asked.hash && file))) return fail(Errc::usage, "hash, undo: of a media file as such");
  return asked;
}

/// For cause, on the federation's node.
Result<Views> withdraw_media(Session& session, const Asked& asked, std::optional<store::SigningRequest>& lacking) {
  auto& withdrawals = session.node().library().withdrawals();
  store::Withdrawals::Cause cause{{}, asked.wish.why, asked.undo, asked.wish.anyway};
  if (asked.hash) {
    // A digit that is wrong would be erased everywhere, as all would sign, and the photo nowhere.
    TRY(const bool known, withdrawals.knows(*asked.hash));
    if (!known && !asked.undo && !asked.wish.anyway) return fail(Errc::withdraw_unknown, asked.hash->hex());
    cause.media = {*asked.hash};
  } else {
    TRY(cause.media, withdrawals.media_at(asked.wish.kit, asked.path));
  }
  TRY(const auto files, withdrawals.withdraw_media(cause, &lacking));
  TRY(auto views, withdrawals.of_federation());
  std::erase_if(
      views, [&](const auto& view) { return std::ranges::none_of(files, [&](const auto& file) { return file.media == view.key.media; }); });
  return views;
}

Result<Views> withdraw_own(Session& session, const Asked& asked) {
  auto& withdrawals = session.node().library().withdrawals();
  TRY(const auto rows, withdrawals.withdraw(asked.wish));
  Views views;
  for (const auto& row : rows) {
    TRY(auto found, withdrawals.find({std::nullopt, row.feed.centre, row.withdrawal.number}));
    std::move(found.begin(), found.end(), std::back_inserter(views));
  }
  return views;
}

}  // namespace

Result<Json> withdraw(Session& session, Arguments& arguments) {
  TRY(const auto asked, asked_for(arguments));
  TRY(const auto wait, arguments.flag("wait"));
  TRY(const auto timeout, arguments.number("timeout_seconds"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  const auto& library = session.node().library();
  const auto& identity = library.identity();
  const bool own = !asked.hash && !asked.undo && asked.wish.kit.centre == identity.slug;
  if (!own && !identity.is_federation())
    return asked.hash ? fail(Errc::not_federation, identity.federation_slug) : fail(Errc::withdraw_not_own, asked.wish.kit.str());
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  std::optional<store::SigningRequest> lacking;
  TRY(auto views, own ? withdraw_own(session, asked) : withdraw_media(session, asked, lacking));
  if (wait && !lacking) {
    const auto names = [&] {
      std::vector<std::string> list;
      for (const auto& view : views) list.push_back(view.key.str());
      return list;
    }();
    const auto look = [&]() -> Result<Views> {
      Views now;
      for (const auto& name : names) {
        TRY(auto found, named(library, name));
        std::move(found.begin(), found.end(), std::back_inserter(now));
      }
      return now;
    };
    TRY(views, wait_done(session, look, timeout.value_or(0)));
  }
  auto json = document_of(views);
  json["undone"] = asked.undo;
  add_request(json, lacking);
  return json;
}

Result<Json> withdraw_list(Session& session, Arguments& arguments) {
  TRY(const auto name, arguments.optional_text("name"));
  CHECK_OK(arguments.nothing_else());
  TRY(const auto views, named(session.node().library(), name.value_or("")));
  std::vector<Json> entries;
  for (const auto& view : views) entries.push_back(to_json(view, false));
  CHECK_OK(session.list(entries));
  return Json{{"withdrawals", entries.size()}};
}

Result<Json> withdraw_status(Session& session, Arguments& arguments) {
  TRY(const auto name, arguments.optional_text("name"));
  TRY(const auto wait, arguments.flag("wait"));
  TRY(const auto timeout, arguments.number("timeout_seconds"));
  CHECK_OK(arguments.nothing_else());
  const auto& library = session.node().library();
  const auto look = [&] { return named(library, name.value_or("")); };
  TRY(const auto views, wait ? wait_done(session, look, timeout.value_or(0)) : look());
  return document_of(views);
}

}  // namespace essaimage::shell::verb
