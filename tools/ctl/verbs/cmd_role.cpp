// federation role show, add, remove, rotate, set; federation heartbeat.

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <ostream>

#include "store/disk/files.hpp"
#include "tools/ctl/requests.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

Result<NamedKey> read_key(const std::string& text) {
  constexpr std::size_t key_file_bytes_max = 4096;
  constexpr std::string_view kind = "ssh-ed25519 ";
  std::string line = text;
  if (!line.starts_with(kind)) {
    const auto file = store::read_file(text, key_file_bytes_max);
    if (!file) return fail(Errc::usage, "KEY: " + text + ": neither a public key nor a file that holds one");
    line = std::string(text_of(*file));
    if (!line.starts_with(kind)) {
      const auto secret = store::SigningSecret::load(text, true);
      if (!secret) return fail(Errc::usage, "KEY: " + text + ": neither a public key nor a file that holds one");
      return NamedKey{secret->public_key(), {}};
    }
  }
  line = line.substr(0, line.find_first_of("\r\n"));
  const auto comment = line.find(' ', kind.size());
  const auto key = store::from_openssh(std::string_view(line).substr(0, comment));
  if (!key) return fail(Errc::usage, "KEY: " + text + ": neither a public key nor a file that holds one");
  return NamedKey{*key, comment == std::string::npos ? std::string() : line.substr(comment + 1)};
}

Result<store::SigningSecret> read_secret_key(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return fail(Errc::file_missing, file);
  auto secret = store::SigningSecret::load(file, true);
  if (!secret && secret.error().code == Errc::key_unusable) return fail(Errc::key_not_secret, secret.error().detail);
  return secret;
}

}  // namespace essaimage::ctl

namespace essaimage::ctl::verb {

namespace {

Timestamp now() {
  using std::chrono::system_clock;
  return {std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch()).count()};
}

/// Of what is asked for, before it is too late to think again.
void warn_of_expiry(const Context& context, const Json& arguments) {
  constexpr std::int64_t day_seconds = 86'400, soon_days = 30;
  const auto until = parse_utc(text_at(arguments, "expires"));
  if (!until || until->seconds - now().seconds > soon_days * day_seconds) return;
  context.err() << fmt::format(
      fmt::runtime(context.say("warning: the role {} runs out in {} days: its holders must renew it by then.\n",
                               "attention : le rôle {} expire dans {} jours : il faudra le prolonger d'ici là.\n")),
      text_at(arguments, "role"), (until->seconds - now().seconds) / day_seconds);
}

/// "2027-12-31": to its end; "never".
Result<std::string> read_day(const std::string& text) {
  if (text == "never" || text == "jamais") return std::string("never");
  const auto part = [&](std::size_t at, std::size_t length) {
    int value = -1;
    const auto* begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, begin + length, value);
    return error == std::errc() && end == begin + length ? value : -1;
  };
  constexpr std::int64_t last_second = 86'399;
  const bool shape = text.size() == 10 && text[4] == '-' && text[7] == '-';
  const auto day = shape ? start_of_day(part(0, 4), part(5, 2), part(8, 2)) : Result<Timestamp>(fail(Errc::usage));
  if (!day) return fail(Errc::usage, "--expires: expected a day such as 2027-12-31, or never; " + text);
  // To the end of this day is as good as past: nobody can sign what renews it in time.
  const Timestamp until{day->seconds + last_second};
  if (until.seconds - now().seconds <= last_second) return fail(Errc::usage, "--expires: " + text + ": tomorrow at the earliest");
  return to_utc(until);
}

/// What all changes of a role have.
Result<Json> begin_change(const Context& context) {
  Json arguments{{"role", context.parsed.positionals[0]}};
  if (const auto threshold = context.parsed.value("threshold"); !threshold.empty()) {
    TRY(arguments["threshold"], parse_seconds(threshold, "threshold"));
  }
  if (const auto expires = context.parsed.value("expires"); !expires.empty()) {
    TRY(arguments["expires"], read_day(expires));
  }
  if (context.parsed.has("offline")) arguments["offline"] = true;
  return arguments;
}

Result<ExitCode> change(Context& context, const Json& arguments) {
  TRY(auto client, Client::connect(context));
  TRY(const auto reply, client.ask("federation.change-role", arguments));
  warn_of_expiry(context, arguments);
  if (context.json) {
    context.out() << pretty(reply) << "\n";
    return ExitCode::ok;
  }
  if (flag_at(reply, "needs_all_keys"))
    context.err() << fmt::format(
        fmt::runtime(context.say("warning: the role {} needs all of its keys: losing one of them locks it. Add one more key.\n",
                                 "attention : le rôle {} a besoin de toutes ses clés : en perdre une le bloque. Ajoutez une clé "
                                 "de plus.\n")),
        text_at(reply, "role"));
  TRY(const bool asked, save_request(context, reply));
  if (!asked)
    context.out() << fmt::format(
        fmt::runtime(context.say("The role {} is changed, and in force.\n", "Le rôle {} est changé, et en vigueur.\n")),
        text_at(reply, "role"));
  return ExitCode::ok;
}

/// Until when, and that it is soon or over.
Table::Cell expiry_cell(const Json& role, const Context& context) {
  const auto expires = text_at(role, "expires");
  if (expires.empty()) return {context.say("never", "jamais")};
  const auto when = human_time(expires, context.language);
  if (flag_at(role, "expired")) return {when + context.say(", run out", ", expiré"), Colour::red};
  constexpr std::uint64_t soon_days = 30;
  const auto days = number_at(role, "expires_in_days");
  if (days > soon_days) return {when};
  return {when + fmt::format(fmt::runtime(context.say(", in {} days", ", dans {} jours")), days), Colour::yellow};
}

std::string texts_joined(const Json& list) {
  std::string out;
  for (const auto& text : list)
    if (text.is_string()) out += (out.empty() ? "" : ", ") + text.get<std::string>();
  return out;
}

}  // namespace

Result<ExitCode> role_show(Context& context) {
  TRY(auto client, Client::connect(context));
  auto roles = Json::array();
  Client::Handlers handlers;
  handlers.item = [&](const Json& page) -> Status {
    for (const auto& role : page) roles.push_back(role);
    return {};
  };
  TRY(auto reply, client.ask("federation.roles", Json::object(), handlers));
  if (context.json) {
    reply["roles"] = std::move(roles);
    context.out() << pretty(reply) << "\n";
    return ExitCode::ok;
  }
  Table table({{context.say("role", "rôle")},
               {context.say("signatures", "signatures")},
               {context.say("runs out", "expire")},
               {context.say("key", "clé")},
               {context.say("whose", "à qui"), Table::Align::left, true}});
  for (const auto& role : roles) {
    const auto& keys = list_at(role, "keys");
    std::string name = text_at(role, "role"),
                count = fmt::format(fmt::runtime(context.say("{} of {}", "{} sur {}")), number_at(role, "threshold"), keys.size());
    auto expiry = expiry_cell(role, context);
    for (const auto& key : keys) {
      auto whose = text_at(key, "note");
      if (flag_at(key, "here")) whose += (whose.empty() ? "" : ", ") + context.say("in this home", "dans ce nœud");
      table.add({name, count, expiry, text_at(key, "fingerprint"), whose});
      name = count = "";
      expiry = {""};
    }
  }
  context.out() << table.str(context.out_style);
  context.out() << fmt::format(
      fmt::runtime(context.say("version {} of the roles, signed by {}\n", "version {} des rôles, signée par {}\n")),
      number_at(reply, "version"), texts_joined(list_at(reply, "signed_by")));
  return ExitCode::ok;
}

Result<ExitCode> role_add(Context& context) {
  TRY(auto arguments, begin_change(context));
  TRY(const auto key, read_key(context.parsed.positionals[1]));
  arguments["add"] = store::to_openssh(key.key);
  const auto note = context.parsed.has("note") ? context.parsed.value("note") : key.comment;
  if (!note.empty()) arguments["note"] = note;
  return change(context, arguments);
}

Result<ExitCode> role_remove(Context& context) {
  TRY(auto arguments, begin_change(context));
  const auto text = context.parsed.positionals[1];
  const auto key = read_key(text);
  arguments["remove"] = key ? store::to_openssh(key->key) : text;
  return change(context, arguments);
}

Result<ExitCode> role_rotate(Context& context) {
  TRY(auto arguments, begin_change(context));
  arguments["rotate"] = true;
  return change(context, arguments);
}

Result<ExitCode> role_set(Context& context) {
  TRY(const auto arguments, begin_change(context));
  return change(context, arguments);
}

Result<ExitCode> federation_heartbeat(Context& context) {
  TRY(auto client, Client::connect(context));
  Json arguments = Json::object();
  if (context.parsed.has("offline")) arguments["offline"] = true;
  TRY(const auto reply, client.ask("federation.heartbeat", arguments));
  if (context.json) {
    context.out() << pretty(reply) << "\n";
  } else {
    context.out() << context.say("The federation's signed time: ", "L'heure signée par la fédération : ")
                  << human_time(text_at(reply, "heartbeat"), context.language) << "\n";
  }
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb
