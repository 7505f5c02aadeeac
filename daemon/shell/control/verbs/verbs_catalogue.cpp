// The verbs by which centres propose, curators review, the federation decides (on its node), and centres adopt.

#include "daemon/shell/control/catalogue_view.hpp"
#include "daemon/shell/control/verbs.hpp"
#include "store/life/outcome_file.hpp"

namespace essaimage::shell::verb {

namespace {

using Decision = store::CatalogueFile::Decision;
using Acceptance = store::Library::Acceptance;

Status may_decide(const store::Library& library) {
  const auto& identity = library.identity();
  return identity.is_federation() ? Status{} : fail(Errc::not_federation, identity.federation_slug);
}

/// What was said before is known, unless the person answers for that.
Status confirmed(Session& session, bool offline) { return offline ? Status{} : wait_for_confirmation(session); }

Result<Acceptance> words_of(Arguments& arguments) {
  Acceptance words;
  TRY(words.kit, arguments.kit());
  TRY(words.version, arguments.number("version"));
  TRY(words.reason, arguments.text("reason"));
  TRY(words.themes, arguments.texts("themes"));
  TRY(words.conditions, arguments.texts("conditions"));
  TRY(words.after, arguments.number("after"));
  TRY(words.anyway, arguments.flag("anyway"));
  TRY(const auto reviewer, arguments.optional_text("reviewer"));
  words.reviewer = reviewer.value_or("");
  TRY(const auto reviewed, arguments.optional_text("reviewed"));
  if (!reviewed) return words;
  const auto day = store::parse_day(*reviewed);
  if (!day) return fail(Errc::usage, "reviewed: expected a day such as 2026-03-01");
  words.reviewed = *day;
  return words;
}

Result<Json> decided(Session& session, Arguments& arguments, Decision decision) {
  TRY(const auto words, words_of(arguments));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  if (decision == Decision::retired && words.version) return fail(Errc::usage, "version");
  auto& library = session.node().library();
  CHECK_OK(may_decide(library));
  CHECK_OK(confirmed(session, offline));
  std::optional<store::SigningRequest> lacking;
  TRY(const auto file, library.curation().decide(decision, words, &lacking));
  TRY(const auto view, CatalogueView::of(library));
  TRY(auto entry, view.said(file));
  entry["waits_for"] = str(lacking ? WaitsFor::nobody : view.waits_for(file.kit));
  add_request(entry, lacking);
  return entry;
}

}  // namespace

Result<Json> catalogue_accept(Session& session, Arguments& arguments) { return decided(session, arguments, Decision::accepted); }
Result<Json> catalogue_decline(Session& session, Arguments& arguments) { return decided(session, arguments, Decision::declined); }
Result<Json> catalogue_retire(Session& session, Arguments& arguments) { return decided(session, arguments, Decision::retired); }

Result<Json> catalogue_review(Session& session, Arguments& arguments) {
  TRY(const auto words, words_of(arguments));
  TRY(const auto recommends, arguments.flag("recommend"));
  TRY(const auto advises_against, arguments.flag("advise_against"));
  TRY(const auto territory, arguments.optional_text("territory"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  if (recommends == advises_against) return fail(Errc::usage, "one of recommend, advise_against");
  if (words.reviewer.empty()) return fail(Errc::usage, "reviewer");
  auto& library = session.node().library();
  CHECK_OK(may_decide(library));
  CHECK_OK(confirmed(session, offline));
  std::optional<store::SigningRequest> lacking;
  const auto decision = recommends ? Decision::recommended : Decision::advised_against;
  TRY(const auto files, library.curation().review(decision, words, territory.value_or(""), &lacking));
  TRY(const auto view, CatalogueView::of(library));
  Json reply{{"id", words.kit.str()}, {"recommendations", Json::array()}};
  for (const auto& file : files) {
    TRY(auto said, view.said(file));
    reply["recommendations"].push_back(std::move(said));
  }
  add_request(reply, lacking);
  return reply;
}

Result<Json> catalogue_propose(Session& session, Arguments& arguments) {
  store::Curation::Proposing proposing;
  TRY(proposing.kit, arguments.kit());
  TRY(proposing.version, arguments.number("version"));
  TRY(const auto to, arguments.optional_text("to"));
  TRY(const auto note, arguments.optional_text("note"));
  TRY(proposing.anyway, arguments.flag("anyway"));
  TRY(const auto withdraws, arguments.flag("withdraw"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  if (withdraws == to.has_value()) return fail(Errc::usage, "one of to, withdraw");
  auto& curation = session.node().library().curation();
  if (withdraws) {
    CHECK_OK(confirmed(session, offline));
    CHECK_OK(curation.take_back(proposing.kit));
    return Json{{"id", proposing.kit.str()}};
  }
  TRY(proposing.to, store::proposed_to(*to));
  proposing.note = note.value_or("");
  CHECK_OK(confirmed(session, offline));
  TRY(const auto row, curation.propose(proposing));
  return to_json(row);
}

Result<Json> kit_adopt(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto note, arguments.optional_text("note"));
  TRY(const auto anyway, arguments.flag("anyway"));
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  CHECK_OK(confirmed(session, offline));
  TRY(const auto row, session.node().library().adopt(id, note.value_or(""), anyway));
  return to_json(row);
}

Result<Json> kit_unadopt(Session& session, Arguments& arguments) {
  TRY(const auto id, arguments.kit());
  TRY(const auto offline, arguments.flag("offline"));
  CHECK_OK(arguments.nothing_else());
  CHECK_OK(confirmed(session, offline));
  CHECK_OK(session.node().library().unadopt(id));
  return Json{{"id", id.str()}};
}

}  // namespace essaimage::shell::verb
