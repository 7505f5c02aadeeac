// Events of the core as lines of the log.

#include <array>

#include "daemon/shell/log.hpp"
#include "proto/counted.hpp"

namespace essaimage::shell {
namespace {

using Kind = core::Event::Kind;

struct Row {
  Kind kind;
  LogLevel level;
  std::string_view category, code;
  Text text;
};

constexpr std::array rows = {
    Row{Kind::peer_connected, LogLevel::info, "peer", "peer.connected", {"connected", "connecté"}},
    Row{Kind::peer_lost, LogLevel::info, "peer", "peer.lost", {"connection ended", "connexion terminée"}},
    Row{Kind::peer_refused, LogLevel::warn, "peer", "peer.refused", {"the peer refused us", "le pair nous a refusés"}},
    Row{Kind::stranger_refused, LogLevel::info, "peer", "peer.stranger-refused", {"refused: not a member", "refusé : pas membre"}},
    Row{Kind::peer_misbehaved,
        LogLevel::warn,
        "peer",
        "peer.misbehaved",
        {"the peer broke the protocol", "le pair ne respecte pas le protocole"}},
    Row{Kind::feed_advanced, LogLevel::info, "feed", "feed.advanced", {"has something new", "a du nouveau"}},
    Row{Kind::objects_lost,
        LogLevel::error,
        "feed",
        "feed.objects-lost",
        {"objects of the feed are lost or damaged here: it is fetched once more from peers",
         "des objets du fil sont perdus ou abîmés ici : il est redemandé aux pairs"}},
    Row{Kind::fetch_started, LogLevel::debug, "feed", "feed.fetch-started", {"fetching", "récupération en cours"}},
    Row{Kind::fetch_failed, LogLevel::warn, "feed", "feed.fetch-failed", {"fetching failed", "la récupération a échoué"}},
    Row{Kind::media_progress, LogLevel::debug, "media", "media.progress", {"arriving", "en cours d'arrivée"}},
    Row{Kind::media_completed, LogLevel::debug, "media", "media.completed", {"complete", "complet"}},
    Row{Kind::fork_seen,
        LogLevel::error,
        "feed",
        "feed.fork-seen",
        {"the feed forked and is frozen: two nodes publish under one identity",
         "le fil bifurque et il est gelé : deux nœuds publient sous la même identité"}},
    Row{Kind::rollback_refused,
        LogLevel::warn,
        "feed",
        "feed.rollback-refused",
        {"refused an older head", "une tête plus ancienne est refusée"}},
    Row{Kind::forgery_refused,
        LogLevel::warn,
        "feed",
        "feed.forgery-refused",
        {"refused a commit that its author did not sign", "refusé : non signé par son auteur"}},
    Row{Kind::joined, LogLevel::info, "federation", "federation.joined", {"this node is a member now", "ce nœud est maintenant membre"}},
    Row{Kind::join_refused, LogLevel::error, "federation", "federation.join-refused", {"joining was refused", "l'adhésion a été refusée"}},
    Row{Kind::member_admitted,
        LogLevel::info,
        "federation",
        "federation.member-admitted",
        {"a new member joined", "un nouveau membre a rejoint la fédération"}},
    Row{Kind::level, LogLevel::info, "node", "node.level", {"level with all connected peers", "à jour avec tous les pairs connectés"}},
    Row{Kind::kit_passed_on,
        LogLevel::info,
        "feed",
        "feed.kit-passed-on",
        {"published to the region, as this centre had proposed and the federation has accepted",
         "publié pour la région, comme ce centre l'avait proposé et comme la fédération l'a retenu"}},
};

const Row& row_of(Kind kind) {
  for (const auto& row : rows) {
    if (row.kind == kind) return row;
  }
  ESSAIMAGE_ASSERT(false);  // every event has a line
  return rows.front();
}

}  // namespace

LogLine line_of(const core::Event& event, Language language) {
  const Row& row = row_of(event.kind);
  LogLine line{row.level, row.category, std::string(row.code), typeset(row.text.in(language), language), {}};
  if (!event.peer.empty()) line.fields.emplace_back("peer", event.peer);
  if (event.feed) line.fields.emplace_back("feed", event.feed->str());
  if (event.kit) line.fields.emplace_back("kit", event.kit->str());
  if (event.media) line.fields.emplace_back("media", event.media->hex().substr(0, 12));
  if (event.bytes != 0) line.fields.emplace_back("bytes", std::to_string(event.bytes));
  if (event.error) {
    const auto text = describe(event.error->code, language);
    line.fields.emplace_back("error", std::string(text.code));
    line.fields.emplace_back("why", to_line(*event.error, language));
  }
  return line;
}

}  // namespace essaimage::shell
