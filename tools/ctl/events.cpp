#include "tools/ctl/events.hpp"

#include <fmt/format.h>

#include <array>
#include <ctime>

#include "proto/counted.hpp"

namespace essaimage::ctl {

namespace {

struct EventWords {
  std::string_view kind;
  Text text;
  Colour colour;
};

constexpr std::array<EventWords, 19> words{{
    {"peer-connected", {"connected", "connecté"}, Colour::green},
    {"peer-lost", {"connection lost", "connexion perdue"}, Colour::yellow},
    {"peer-refused", {"refused us", "nous a refusés"}, Colour::red},
    {"stranger-refused", {"a stranger was refused", "un inconnu a été refusé"}, Colour::yellow},
    {"peer-misbehaved", {"broke the rules of the protocol", "a enfreint les règles du protocole"}, Colour::red},
    {"feed-advanced", {"feed has news", "fil mis à jour"}, Colour::green},
    {"objects-lost",
     {"objects of the feed are lost here: fetched once more", "des objets du fil sont perdus ici : redemandés"},
     Colour::red},
    {"fetch-started", {"feed is being fetched", "fil en cours de réception"}, Colour::none},
    {"fetch-failed", {"feed could not be fetched", "échec de la réception du fil"}, Colour::yellow},
    {"media-progress", {"media is coming", "média en cours de réception"}, Colour::dim},
    {"media-completed", {"media is whole", "média complet"}, Colour::none},
    {"fork-seen", {"two publications carry the same number: feed frozen", "deux publications du même numéro : fil gelé"}, Colour::red},
    {"rollback-refused", {"an older state was refused", "un état plus ancien a été refusé"}, Colour::red},
    {"forgery-refused", {"a forged head was refused", "une tête contrefaite a été refusée"}, Colour::red},
    {"joined", {"this centre is a member now", "ce centre est maintenant membre"}, Colour::green},
    {"join-refused", {"the joining was refused", "l'adhésion a été refusée"}, Colour::red},
    {"member-admitted", {"admitted as a member", "admis comme membre"}, Colour::green},
    {"level", {"level with all connected peers", "à jour avec tous les pairs connectés"}, Colour::green},
    {"kit-passed-on",
     {"published to the region: the federation accepted it", "publié pour la région : la fédération l'a retenu"},
     Colour::green},
}};

std::string clock_of(const std::string& utc) {
  const auto time = parse_utc(utc);
  if (!time) return utc;
  const auto seconds = static_cast<std::time_t>(time->seconds);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

}  // namespace

std::string event_line(const Json& event, Language language, const Style& style) {
  const auto kind = text_at(event, "kind");
  const EventWords* found = nullptr;
  for (const auto& entry : words)
    if (entry.kind == kind) found = &entry;
  const auto said = found == nullptr ? printable(kind) : style.paint(found->colour, typeset(found->text.in(language), language));
  auto line = style.paint(Colour::dim, printable(clock_of(text_at(event, "time"))));
  if (const auto peer = text_at(event, "peer"); !peer.empty()) line += "  " + printable(peer);
  line += "  " + said;
  if (const auto feed = text_at(event, "feed"); !feed.empty()) line += "  " + printable(feed);
  if (const auto kit = text_at(event, "kit"), path = text_at(event, "path"); !kit.empty()) {
    line += "  " + printable(kit) + (path.empty() ? "" : (language == Language::french ? "\u00A0: " : ": ") + printable(path));
  } else if (const auto media = text_at(event, "media"); !media.empty()) {
    line += "  " + printable(media.substr(0, 12));
  }
  if (const auto bytes = number_at(event, "bytes"); bytes > 0) line += "  " + human_bytes(bytes, language);
  if (const auto error = event.find("error"); error != event.end() && error->is_object()) {
    const auto code = errc_from(text_at(*error, "code"));
    const auto cause = code ? std::string(describe(*code, language).cause) : text_at(*error, "code");
    line += "  " + printable(cause);
    if (const auto detail = text_at(*error, "detail"); !detail.empty())
      line += (language == Language::french ? "\u00A0: " : ": ") + printable(detail);
  }
  return line;
}

}  // namespace essaimage::ctl
