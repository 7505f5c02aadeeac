#include "tools/ctl/requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "proto/counted.hpp"
#include "store/disk/files.hpp"
#include "store/federation/catalogue_file.hpp"
#include "store/federation/media_withdrawal.hpp"
#include "store/federation/member_file.hpp"
#include "store/federation/mirror_file.hpp"
#include "store/federation/paths.hpp"
#include "store/federation/succession_file.hpp"

namespace essaimage::ctl {

namespace {

std::string key_text(const store::Role& role, const SigningKey& key) {
  const auto note = role.notes.find(key);
  const auto print = store::fingerprint(key);
  return note == role.notes.end() ? print : print + " (" + printable(note->second) + ")";
}

/// What becomes other of a role.
std::string role_changes(const std::string& name, const store::Role& before, const store::Role& after, const Context& context) {
  std::vector<std::string> parts;
  for (const auto& key : after.keys)
    if (!before.has(key)) parts.push_back(context.say("adds the key ", "ajoute la clé ") + key_text(after, key));
  for (const auto& key : before.keys)
    if (!after.has(key)) parts.push_back(context.say("removes the key ", "retire la clé ") + key_text(before, key));
  if (before.threshold != after.threshold)
    parts.push_back(fmt::format(fmt::runtime(context.say("asks for {} signatures instead of {}", "demande {} signatures au lieu de {}")),
                                after.threshold, before.threshold));
  if (before.expires != after.expires)
    parts.push_back(after.expires ? context.say("runs out on ", "expire le ") + human_time(to_utc(*after.expires), context.language)
                                  : context.say("runs out never", "n'expire jamais"));
  for (const auto& key : after.keys)
    if (before.has(key) && key_text(before, key) != key_text(after, key))
      parts.push_back(context.say("says whose key it is: ", "dit à qui est la clé : ") + key_text(after, key));
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : context.say("; ", " ; ")) + part;
  return text.empty() ? text : context.say("role ", "rôle ") + name + context.say(": ", " : ") + text;
}

std::vector<std::string> roles_words(const store::SigningRequest& request, const Context& context) {
  const auto before = store::parse_federation_file(request.roles), after = store::parse_federation_file(request.next_roles()->content);
  std::vector<std::string> lines;
  if (!before || !after) return lines;
  for (const auto& [name, role] : after->roles) {
    auto line = role_changes(name, before->roles.at(name), role, context);
    if (!line.empty()) lines.push_back(std::move(line));
  }
  if (before->name != after->name) lines.push_back(context.say("new name: ", "nouveau nom : ") + printable(after->name));
  return lines;
}

/// Up to where what was published counts: of a suspension, or of a key that another one follows.
template <class Last>
std::string counts_words(const std::map<FeedId, Last>& last, const Context& context) {
  std::string text;
  for (const auto& [feed, upto] : last) {
    if constexpr (std::is_same_v<Last, Order>) {
      text += (text.empty() ? "" : ", ") + feed.str() + "@" + upto.str();
    } else {
      text += (text.empty() ? "" : ", ") + feed.str() + "@" + upto.order.str();
    }
  }
  return text.empty() ? context.say("nothing", "rien") : text;
}

std::string mirror_words(const store::MirrorFile& file, const Context& context) {
  std::string territories;
  for (const auto& territory : file.territories) territories += (territories.empty() ? "" : ", ") + territory;
  const auto which = printable(file.name) + " (" + file.slug + ")";
  if (file.runs())
    return fmt::format(
               fmt::runtime(context.say("the mirror {} links these territories: {}", "le projet miroir {} lie ces territoires : {}")),
               which, territories) +
           (file.begun_why.empty() ? file.begun_why : context.say("; why: ", " ; pourquoi : ") + printable(file.begun_why));
  std::map<FeedId, Order> last;
  for (const auto& [centre, order] : file.last_accepted) last[{centre, file.audience()}] = order;
  return fmt::format(fmt::runtime(context.say("the mirror {} ends: {}; what was published for it counts up to: {}",
                                              "le projet miroir {} se termine : {} ; ce qui y a été publié compte jusqu'à : {}")),
                     which, printable(file.ended_why), counts_words(last, context));
}

std::string member_words(const store::MemberFile& file, const Context& context) {
  const auto& member = file.member;
  const auto who = printable(member.name) + " (" + member.slug + ")";
  if (member.suspended)
    return fmt::format(fmt::runtime(context.say("{} is suspended: {}; what it published counts up to: {}",
                                                "{} est suspendu : {} ; ce qu'il a publié compte jusqu'à : {}")),
                       who, printable(member.suspended_why), counts_words(member.last_accepted, context));
  std::string territories;
  for (const auto& territory : member.territories) territories += (territories.empty() ? "" : ", ") + territory;
  auto text =
      fmt::format(fmt::runtime(context.say("{} is a member, under its key number {} ({}), territories: {}",
                                           "{} est membre, avec sa clé numéro {} ({}), territoires : {}")),
                  who, member.keys.size(), store::fingerprint(member.current_keys().signing), territories.empty() ? "-" : territories);
  for (std::size_t i = 0; i + 1 < member.keys.size(); ++i)
    text +=
        fmt::format(fmt::runtime(context.say("; its key number {} ({}) counts up to: {}", " ; sa clé numéro {} ({}) compte jusqu'à : {}")),
                    i + 1, store::fingerprint(member.keys[i].signing), counts_words(member.keys[i].last_valid, context));
  if (!member.neighbours.empty()) {
    std::string names;
    for (const auto& each : member.neighbours) names += (names.empty() ? "" : ", ") + each;
    text += fmt::format(fmt::runtime(context.say("; its next key may be given by {} of its neighbours {}",
                                                 " ; sa prochaine clé peut être donnée par {} de ses voisins {}")),
                        member.neighbours_needed, names);
  }
  // Whoever goes on under a new key is not suspended any more.
  if (member.keys.size() > 1) text += context.say("; if it was suspended, that ends", " ; s'il était suspendu, il ne l'est plus");
  return text;
}

/// Who signs compares the fingerprint with the centre's own word.
std::string succession_words(const store::SuccessionFile& file, const Context& context) {
  auto text =
      fmt::format(fmt::runtime(context.say("{} goes on under its key number {} ({}); its key number {} counts up to: {}",
                                           "{} continue avec sa clé numéro {} ({}) ; sa clé numéro {} compte jusqu'à : {}")),
                  file.slug, file.version, store::fingerprint(file.signing), file.version - 1, counts_words(file.last_valid, context));
  if (!file.vouched.empty())
    text += fmt::format(
        fmt::runtime(context.say("; {} that it signed for others count still", " ; {} qu'elle a signées pour d'autres comptent toujours")),
        counted(file.vouched.size(), {{"succession", "succession"}, {"successions", "successions"}}, context.language));
  return text;
}

std::string catalogue_words(const store::CatalogueFile& file, const Context& context) {
  using Decision = store::CatalogueFile::Decision;
  const auto pattern = [&] {
    switch (file.decision) {
      case Decision::accepted: return context.say("version {} of {} is in the catalogue: {}", "la version {} de {} est au catalogue : {}");
      case Decision::declined: return context.say("version {} of {} is declined: {}", "la version {} de {} n'est pas retenue : {}");
      case Decision::retired:
        return context.say("version {} of {} is retired from the catalogue: {}", "la version {} de {} sort du catalogue : {}");
      case Decision::recommended:
        return context.say("version {0} of {1} is recommended in {3}: {2}", "la version {0} de {1} est recommandée pour {3} : {2}");
      case Decision::advised_against:
        return context.say("version {0} of {1} is advised against in {3}: {2}", "la version {0} de {1} est déconseillée pour {3} : {2}");
    }
    return std::string();
  }();
  auto text = fmt::format(fmt::runtime(pattern), file.kit_version, file.kit.str(), printable(file.reason), file.territory);
  for (const auto& condition : file.conditions) text += context.say("; on condition: ", " ; à condition : ") + printable(condition);
  return text;
}

std::string statement_words(const store::RequestedStatement& statement, const Context& context) {
  namespace feed_path = store::feed_path;
  if (statement.path.starts_with(feed_path::members_folder)) {
    const auto file = store::parse_member_file(statement.content);
    return file ? member_words(*file, context) : statement.path;
  }
  if (statement.path.starts_with(feed_path::invitations_folder)) {
    const auto file = store::parse_invitation_file(statement.content);
    if (!file) return statement.path;
    return fmt::format(fmt::runtime(context.say("{} ({}) may join until {}", "{} ({}) peut rejoindre jusqu'au {}")), printable(file->name),
                       file->slug, human_time(to_utc(file->expires), context.language));
  }
  if (statement.path.starts_with(feed_path::successions_folder)) {
    const auto file = store::parse_succession_file(statement.content);
    return file ? succession_words(*file, context) : statement.path;
  }
  if (statement.path.starts_with(store::feed_path::mirrors_folder)) {
    const auto file = store::parse_mirror_file(statement.content);
    return file ? mirror_words(*file, context) : statement.path;
  }
  if (statement.path.starts_with(store::feed_path::withdrawals_folder)) {
    const auto file = store::parse_media_withdrawal(statement.content);
    if (!file) return statement.path;
    return fmt::format(
        fmt::runtime(file->withdrawn
                         ? context.say("the media file {} is withdrawn everywhere: {}", "le média {} est retiré partout : {}")
                         : context.say("the withdrawal of the media file {} is taken back: {}", "le retrait du média {} est annulé : {}")),
        file->media.hex(), printable(file->why));
  }
  const auto file = store::parse_catalogue_file(statement.content);
  if (!file) return statement.path;
  return catalogue_words(*file, context);
}

/// "request-catalogue-wazemmes-robot-v2.toml"
std::string name_of(const store::SigningRequest& request) {
  const auto& first = request.statements.front();
  auto name = first.path.substr(0, first.path.size() - store::feed_path::file_suffix.size());
  std::replace(name.begin(), name.end(), '/', '-');
  constexpr std::size_t name_max = 120;
  const auto territory = first.audience.kind == Audience::Kind::territory ? "-" + first.audience.slug : std::string();
  return "request-" + name.substr(0, name_max) + territory + "-v" + std::to_string(first.version) + ".toml";
}

}  // namespace

Option request_option() {
  return {"to",
          {"FILE", "FICHIER"},
          {"where to write the request, if more keys have to sign (else: a file in this folder)",
           "où écrire la demande, si d'autres clés doivent signer (sinon : un fichier dans ce dossier)"}};
}

std::string neighbours_text(const Json& centre, const Context& context) {
  const auto at = centre.find("neighbours");
  if (at == centre.end() || !at->is_object()) return {};
  const auto names = texts_at(*at, "named");
  if (names.empty()) return {};
  const auto needed = number_at(*at, "needed");
  return fmt::format(fmt::runtime(context.say("{} of {}", "{} parmi {}")), needed, printable(names));
}

Result<store::SigningRequest> read_request(const std::string& file) {
  const auto text = store::read_file(file, store::request_bytes_max);
  if (!text && text.error().code == Errc::too_large) return fail(Errc::request_malformed, file);
  if (!text && text.error().code == Errc::not_found) return fail(Errc::file_missing, file);
  if (!text) return tl::unexpected(text.error());
  return store::parse_request(text_of(*text));
}

Result<bool> save_request(const Context& context, const Json& reply) {
  const auto text = text_at(reply, "request");
  if (text.empty()) return false;
  if (context.json) return true;  // it is in the document
  TRY(const auto request, store::parse_request(text));
  auto file = context.parsed.value("to");
  if (file.empty()) file = name_of(request);
  CHECK_OK(store::create_file(file, bytes_of(text)));
  TRY(const auto standing, standing_of(request));
  context.err() << fmt::format(
      fmt::runtime(context.say("Nothing is in force yet: more keys have to sign ({}). The request is in {}.\n"
                               "Hand it to those who hold them: essaimagectl federation sign {}\n",
                               "Rien n'est encore en vigueur : d'autres clés doivent signer ({}). La demande est dans {}.\n"
                               "Remettez-la à qui les tient : essaimagectl federation sign {}\n")),
      standing_text(standing, context), printable(file), printable(file));
  return true;
}

std::vector<std::string> words_of(const store::SigningRequest& request, const Context& context) {
  std::vector<std::string> lines;
  for (const auto& statement : request.statements) {
    if (&statement == request.next_roles()) {
      lines = roles_words(request, context);
    } else {
      lines.push_back(statement_words(statement, context));
    }
  }
  return lines;
}

Result<std::vector<RoleStanding>> standing_of(const store::SigningRequest& request) {
  TRY(const auto demands, store::demands_of(request));
  std::vector<RoleStanding> standing;
  for (const auto& demand : demands) {
    const auto signatures = static_cast<std::uint32_t>(demand.signers.size());
    const auto same = [&](const RoleStanding& each) { return each.role == demand.role && each.of_next == demand.of_next; };
    const auto at = std::find_if(standing.begin(), standing.end(), same);
    if (at == standing.end()) {
      standing.push_back({demand.role, demand.of_next, signatures, demand.who.threshold});
    } else {
      at->signatures = std::min(at->signatures, signatures);
    }
  }
  return standing;
}

std::string standing_text(const std::vector<RoleStanding>& standing, const Context& context) {
  std::string text;
  for (const auto& each : standing) {
    const bool near = each.role == store::role_neighbours;
    const auto part = fmt::format(
        fmt::runtime(context.say("{}{}: {} of {}", "{}{} : {} sur {}")), near ? context.say("neighbours", "voisins") : each.role,
        each.of_next && each.role == store::role_root ? context.say(" as it will be", " futur") : "", each.signatures, each.threshold);
    text += (text.empty() ? "" : ", ") + part;
  }
  return text;
}

bool is_enough(const std::vector<RoleStanding>& standing) {
  return std::all_of(standing.begin(), standing.end(), [](const auto& each) { return each.signatures >= each.threshold; });
}

}  // namespace essaimage::ctl
