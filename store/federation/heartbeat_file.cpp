#include "store/federation/heartbeat_file.hpp"

#include <algorithm>

#include "store/federation/paths.hpp"
#include "store/federation/shared_keys.hpp"

namespace essaimage::store {

std::string encode(const HeartbeatFile& file) {
  return "format = 1\nversion = " + std::to_string(file.version) + "\nprevious = \"" + file.previous.hex() +
         "\"\ntime = " + to_utc(file.time) + "\n";
}

Result<HeartbeatFile> parse_heartbeat_file(std::string_view toml) {
  TRY(const auto table, TomlTable::parse(toml, "heartbeat.toml"));
  HeartbeatFile file;
  CHECK_OK(read_version(table, file.version, file.previous));
  TRY(file.time, table.time("time"));
  if (encode(file) != toml) return fail(Errc::malformed, "heartbeat.toml: not in its one byte form");
  return file;
}

Status check_heartbeat(const Heartbeat& heartbeat, const FederationId& federation, const Role& role) {
  const auto& file = heartbeat.file;
  const auto text = encode(file);
  const StatementName name{federation, std::string(feed_path::heartbeat), file.version, file.previous};
  CHECK_OK(verify_statement(name, bytes_of(text), heartbeat.signatures, role));
  if (role.is_over(file.time)) return fail(Errc::role_expired, "heartbeat: " + to_utc(*role.expires));
  return {};
}

std::string to_text(const Heartbeat& heartbeat) { return encode(heartbeat.file) + heartbeat.signatures; }

Result<Heartbeat> parse_heartbeat(std::string_view text) {
  const auto at = std::min(text.find("-----BEGIN"), text.size());
  Heartbeat heartbeat;
  TRY(heartbeat.file, parse_heartbeat_file(text.substr(0, at)));
  heartbeat.signatures = std::string(text.substr(at));
  return heartbeat;
}

std::string_view str(TimeLack lack) {
  switch (lack) {
    case TimeLack::absent: return "absent";
    case TimeLack::form: return "form";
    case TimeLack::key: return "key";
    case TimeLack::role_over: return "role-over";
  }
  return "";
}

JudgedTime judge_time(Timestamp clock, std::optional<Timestamp> witnessed) {
  if (!witnessed) return {clock, clock, false};
  if (clock.seconds - witnessed->seconds > clock_beyond_max.count()) return {*witnessed, *witnessed, true};
  const Timestamp time = std::max(clock, *witnessed);
  return {time, std::min(time, Timestamp{clock.seconds + clock_behind_max.count()}), false};
}

}  // namespace essaimage::store
