#include "tools/ctl/export/collect.hpp"

#include <algorithm>
#include <set>

#include "proto/limits.hpp"
#include "store/kit/manifest.hpp"
#include "tools/ctl/export/document.hpp"
#include "tools/ctl/export/file_kinds.hpp"

namespace essaimage::ctl::site {

namespace {

constexpr std::string_view region = "region";
constexpr std::size_t batch_max = 500;  // files of one request
/// Texts that one page shows, and their bytes; others are links.
constexpr std::size_t texts_max = 40, texts_bytes_max = 600 * 1024;

/// README first, then what lies near the top.
std::vector<std::string> in_reading_order(std::vector<std::string> paths) {
  const auto rank = [](const std::string& path) {
    const bool top = path.find('/') == std::string::npos;
    return std::tuple(!(top && is_readme(path)), std::count(path.begin(), path.end(), '/'), path);
  };
  std::ranges::sort(paths, {}, rank);
  return paths;
}

bool is_of(const Json& member, const std::string& territory) {
  const auto& territories = list_at(member, "territories");
  return std::any_of(territories.begin(), territories.end(), [&](const Json& each) { return each == territory; });
}

}  // namespace

Result<Collector> Collector::begin(const Context& context, const Wish& wish) {
  TRY(auto client, Client::connect(context));
  Collector collector(context, wish, std::move(client));
  CHECK_OK(collector.read_about());
  CHECK_OK(collector.read_outcomes());
  return collector;
}

Status Collector::read_about() {
  TRY(const auto status, client_->ask("status"));
  TRY(const auto members, client_->list("member.list"));
  for (const auto& member : members) members_[text_at(member, "centre")] = member;
  const auto of_territory = [&](const Json& member) { return wish_->territory.empty() || is_of(member, wish_->territory); };
  if (std::none_of(members.begin(), members.end(), of_territory))
    return fail(Errc::usage, "--territory " + wish_->territory + ": no member is of it");
  TRY(const auto decisions, client_->list("catalogue.list"));
  for (const auto& decision : decisions) {
    const auto id = text_at(decision, "id");
    const auto member = members_.find(id.substr(0, id.find('/')));
    if (!is_wanted(decision, member == members_.end() ? Json::object() : member->second, *wish_)) continue;
    decisions_[id] = decision;
    ids_.push_back(id);
  }
  std::ranges::sort(ids_);
  const auto federation = status.value("federation", Json::object());
  about_ = {
      {"format", "essaimage-catalogue"},
      {"version", 1},
      {"exported", to_utc(wish_->now)},
      {"federation", {{"id", text_at(federation, "id")}, {"slug", text_at(federation, "slug")}, {"name", text_at(federation, "name")}}},
      {"exported_by", text_at(status, "centre")},
      {"for", wish_->reader == Reader::everyone ? "public" : "members"},
      {"territory", wish_->territory.empty() ? Json(nullptr) : Json(wish_->territory)},
      {"base_url", wish_->base_url.empty() ? Json(nullptr) : Json(wish_->base_url)},
      {"level", flag_at(status, "level")},
      {"peers_connected", number_at(status, "peers_connected")},
      {"heartbeat", text_at(federation, "heartbeat").empty() ? Json(nullptr) : Json(text_at(federation, "heartbeat"))}};
  return {};
}

/// What was said to one territory alone stays out of the sums.
Status Collector::read_outcomes() {
  TRY(const auto outcomes, client_->list("outcome.list"));
  for (const auto& outcome : outcomes) {
    if (text_at(outcome, "audience") != region) continue;
    auto [at, first] = outcomes_.try_emplace(text_at(outcome, "id"));
    auto& sum = at->second;
    if (first) sum = {{"outcomes", 0}, {"sessions", 0}, {"participants", 0}};
    const auto people = outcome.contains("participants") ? number_at(outcome["participants"], "total") : 0;
    sum["outcomes"] = number_at(sum, "outcomes") + 1;
    sum["sessions"] = number_at(sum, "sessions") + number_at(outcome, "sessions");
    sum["participants"] = number_at(sum, "participants") + people;
  }
  return {};
}

bool Collector::has(const std::string& id) const { return decisions_.contains(id); }

/// The newest version that the region may have: a newer one may have gone to a territory alone.
Result<Json> Collector::region_version(const Json& shown) {
  if (text_at(shown, "audience") == region) return shown;
  TRY(const auto history, client_->list("kit.history", Json{{"id", text_at(shown, "id")}}));
  for (const auto& version : history) {
    if (text_at(version, "audience") == region) return version;
  }
  return fail(Errc::not_found, text_at(shown, "id"));
}

void Collector::tell_centre(Json& document, const std::string& centre) const {
  const auto member = members_.find(centre);
  document["centre"] = centre;
  document["centre_name"] = member == members_.end() ? centre : text_at(member->second, "name");
  document["territories"] = member == members_.end() ? Json::array() : list_at(member->second, "territories");
}

Json Collector::adoptions_of(const Json& shown) const {
  auto adoptions = Json::array();
  for (const auto& adoption : list_at(shown, "adoptions")) {
    if (text_at(adoption, "audience") != region) continue;
    Json each = Json::object();
    tell_centre(each, text_at(adoption, "centre"));
    each["kit_version"] = number_at(adoption, "kit_version");
    each["adopted"] = text_at(adoption, "adopted");
    adoptions.push_back(std::move(each));
  }
  return adoptions;
}

Status Collector::connect_again() {
  TRY(auto client, Client::connect(*context_));
  client_.emplace(std::move(client));
  return {};
}

Result<Json> Collector::files_of(const std::string& id, std::uint64_t version) {
  TRY(auto files, client_->list("kit.files", Json{{"id", id}, {"version", version}}));
  if (files.size() > limits::files_per_kit_max) return fail(Errc::kit_too_many_files, id);
  return files;
}

Status Collector::stream(const Json& kit, const std::vector<std::string>& paths, const OnPart& part, const OnLost& lost) {
  for (std::size_t first = 0; first < paths.size();) {
    const auto count = std::min(paths.size() - first, batch_max);
    const auto begin = paths.begin() + static_cast<std::ptrdiff_t>(first);
    const std::vector<std::string> batch(begin, begin + static_cast<std::ptrdiff_t>(count));
    std::size_t done = 0;
    bool ours = false;  // it failed here, and not at the daemon's
    Client::Handlers handlers;
    handlers.data = [&](const control::Data& data) -> Status {
      if (data.file != done || done >= count) return fail(Errc::control_closed, "data out of order");
      auto status = part(first + done, data.bytes, data.end);
      ours = !status;
      if (data.end) ++done;
      return status;
    };
    const auto reply =
        client_->ask("kit.file", Json{{"id", text_at(kit, "id")}, {"version", number_at(kit, "version")}, {"paths", batch}}, handlers);
    if (reply && done != count) return fail(Errc::control_closed, "files are lacking");
    first += done;
    if (reply) continue;
    if (ours || reply.error().code == Errc::cancelled || done == count) return tl::unexpected(reply.error());
    // A failure ends the connection; what the daemon cannot give is a gap in the export, and not its end.
    CHECK_OK(connect_again());
    lost(first++);
  }
  return {};
}

Status Collector::read_texts(ExportKit& kit) {
  std::vector<std::string> paths;
  for (const auto& file : list_at(kit.document, "files")) {
    const auto path = text_at(file, "path");
    const bool shown = is_markdown(path) || is_plain_text(path);
    if (shown && !text_at(file, "place").empty() && number_at(file, "bytes") <= limits::text_file_bytes_max) paths.push_back(path);
  }
  paths = in_reading_order(std::move(paths));
  if (paths.size() > texts_max) paths.resize(texts_max);
  std::size_t all = 0;
  return stream(
      kit.document, paths,
      [&](std::size_t file, ByteView bytes, bool /*end*/) -> Status {
        all += bytes.size();
        // Beyond, a text is a link like any other file.
        if (all <= texts_bytes_max) kit.texts[paths[file]] += text_of(bytes);
        if (all > texts_bytes_max) kit.texts.erase(paths[file]);
        return {};
      },
      [&](std::size_t file) { kit.texts.erase(paths[file]); });
}

Result<ExportKit> Collector::kit(const std::string& id, bool with_texts) {
  const auto shown = client_->ask("kit.show", Json{{"id", id}});
  if (!shown) {
    if (shown.error().code == Errc::not_found) CHECK_OK(connect_again());
    return tl::unexpected(shown.error());
  }
  TRY(const auto newest, region_version(*shown));
  const auto version = number_at(newest, "version");
  TRY(const auto files, files_of(id, version));
  ExportKit kit;
  kit.document = {{"id", id}, {"version", version}, {"published", text_at(newest, "published_at")}};
  std::string toml;
  const auto append = [&](std::size_t /*file*/, ByteView bytes, bool /*end*/) -> Status {
    toml += text_of(bytes);
    return toml.size() > limits::manifest_bytes_max ? Status(fail(Errc::too_large, id)) : Status{};
  };
  bool lost = false;
  CHECK_OK(stream(kit.document, {std::string(kit::manifest_name)}, append, [&](std::size_t) { lost = true; }));
  if (lost) return fail(Errc::not_found, id);
  TRY(const auto manifest, kit::parse_manifest(toml));
  Facts facts{*shown, decisions_.at(id), manifest, files, adoptions_of(*shown), Json::object(), *wish_};
  const auto outcomes = outcomes_.find(id);
  facts.outcomes = outcomes == outcomes_.end() ? Json{{"outcomes", 0}, {"sessions", 0}, {"participants", 0}} : outcomes->second;
  tell_centre(kit.document, id.substr(0, id.find('/')));
  fill_document(kit.document, facts);
  if (!with_texts) return kit;
  CHECK_OK(read_texts(kit));
  choose_picture(kit.document, kit.texts);
  return kit;
}

}  // namespace essaimage::ctl::site
