// catalogue export: the catalogue for people who have no node.

#include <fcntl.h>
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <ostream>

#include "tools/ctl/export/assets.hpp"
#include "tools/ctl/export/collect.hpp"
#include "tools/ctl/export/document.hpp"
#include "tools/ctl/export/escape.hpp"
#include "tools/ctl/export/export.hpp"
#include "tools/ctl/export/feeds.hpp"
#include "tools/ctl/export/page.hpp"
#include "tools/ctl/export/pages.hpp"
#include "tools/ctl/export/site_words.hpp"
#include "tools/ctl/export/site_writer.hpp"

namespace essaimage::ctl {

namespace site {

namespace {

namespace fs = std::filesystem;

Timestamp now() {
  using std::chrono::system_clock;
  return {std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch()).count()};
}

/// Without a slash at the end, so that a file can be said to lie in it.
fs::path plain(const std::string& path) {
  auto whole = fs::absolute(path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

Status check_feed(const Wish& wish) {
  if (wish.opds.empty()) return {};
  const auto ending = fs::path(wish.opds).extension();
  if (ending != ".xml" && ending != ".json")
    return fail(Errc::usage, "--opds " + wish.opds + ": expected a name that ends with .xml or .json");
  if (wish.base_url.empty() && (wish.html.empty() || plain(wish.opds).parent_path() != plain(wish.html)))
    return fail(Errc::usage, "--opds " + wish.opds + ": a feed leads to a site: name a file in the folder of --html, or give --base-url");
  return {};
}

Result<Wish> wish_of(const Context& context) {
  const auto& parsed = context.parsed;
  Wish wish;
  wish.html = parsed.value("html");
  wish.opds = parsed.value("opds");
  wish.json = parsed.value("json-file");
  wish.csv = parsed.value("csv");
  wish.base_url = parsed.value("base-url");
  wish.territory = parsed.value("territory");
  wish.now = now();
  wish.shown = context.json && wish.html.empty() && wish.opds.empty() && wish.json.empty() && wish.csv.empty();
  if (!wish.shown && wish.html.empty() && wish.opds.empty() && wish.json.empty() && wish.csv.empty())
    return fail(Errc::usage, context.say("catalogue export: --html DIR, --opds FILE, --json-file FILE or --csv FILE",
                                         "catalogue export : --html DOSSIER, --opds FICHIER, --json-file FICHIER ou --csv FICHIER"));
  const auto media = parsed.value("media"), readers = parsed.value("for");
  if (!media.empty() && media != "all" && media != "pictures" && media != "none")
    return fail(Errc::usage, "--media " + media + ": expected all, pictures or none");
  if (!readers.empty() && readers != "public" && readers != "members")
    return fail(Errc::usage, "--for " + readers + ": expected public or members");
  wish.media = media == "none" ? MediaWish::none : media == "pictures" ? MediaWish::pictures : MediaWish::all;
  wish.reader = readers == "members" ? Reader::members : Reader::everyone;
  if (!wish.base_url.empty()) {
    if (!is_web_address(wish.base_url) || !wish.base_url.starts_with("http") || wish.base_url.find_first_of("?#'") != std::string::npos)
      return fail(Errc::usage, "--base-url " + wish.base_url + ": expected an address such as https://catalogue.example/");
    if (!wish.base_url.ends_with('/')) wish.base_url += '/';
  }
  CHECK_OK(check_feed(wish));
  return wish;
}

/// One run of the verb.
class Export {
 public:
  Export(const Context& context, const Wish& wish) : context_(context), wish_(wish), bar_(context, "export") {}

  Result<Json> run() {
    CHECK_OK(check_files());
    TRY(auto collector, Collector::begin(context_, wish_));
    if (!wish_.html.empty()) {
      TRY(auto writer, SiteWriter::open(wish_.html));
      writer_.emplace(std::move(writer));
    }
    for (const auto& id : collector.ids()) CHECK_OK(add(collector, id));
    bar_.wipe();
    result_ = collector.about();
    result_["kits"] = kits_.size();
    if (writer_) CHECK_OK(finish_site(collector.about()));
    CHECK_OK(write_files(collector.about()));
    tell_gaps();
    return std::move(result_);
  }

 private:
  /// Before anything is written: what stands at the places of the files was made by an export.
  Status check_files() const {
    const auto feed_mark = wish_.opds.ends_with(".xml") ? atom_mark : opds_json_mark;
    for (const auto& [path, mark] : {std::pair(wish_.opds, feed_mark), std::pair(wish_.json, json_mark), std::pair(wish_.csv, csv_mark)}) {
      if (!path.empty()) CHECK_OK(may_replace(path, mark));
    }
    return {};
  }

  static Status may_replace(const fs::path& path, std::string_view mark) {
    constexpr std::size_t mark_bytes_max = 1024;
    std::error_code error;
    const auto type = fs::symlink_status(path, error).type();
    if (type == fs::file_type::not_found) return {};
    if (type != fs::file_type::regular) return fail(Errc::destination_taken, path.string());
    TRY(const auto file, store::open_file(path, O_RDONLY | O_NOFOLLOW));
    TRY(const auto begin, store::read_at(file.get(), 0, mark_bytes_max, path));
    if (text_of(begin).find(mark) == std::string_view::npos) return fail(Errc::destination_taken, path.string());
    return {};
  }

  Status add(Collector& collector, const std::string& id) {
    auto kit = collector.kit(id, writer_.has_value());
    if (!kit && kit.error().code == Errc::not_found) {
      unknown_.push_back(id);
      return {};
    }
    if (!kit) return tl::unexpected(kit.error());
    bar_.show({kits_.size(), collector.ids().size(), control::Progress::Unit::kits, id});
    if (writer_) {
      CHECK_OK(add_files(collector, kit->document));
      choose_picture(kit->document, kit->texts);
      drop_lost_texts(*kit);
      const std::function<bool(const std::string&)> has = [&](const std::string& other) { return collector.has(other); };
      for (const auto language : {Language::french, Language::english}) {
        const auto page = kit_page({collector.about(), kit->document, kit->texts, has}, language);
        CHECK_OK(writer_->put(folder_of(id) + std::string(page_name(language)), page));
      }
      words_[id] = words_of(kit->document, kit->texts);
    }
    for (auto& each : left_out_of(kit->document)) left_out_.push_back(std::move(each));
    kits_.push_back(std::move(kit->document));
    return {};
  }

  /// What was to go along and could not be read after all is a gap that the page tells of.
  Status add_files(Collector& collector, Json& kit) {
    std::vector<Json*> files;
    std::vector<std::string> paths;
    for (auto& file : kit["files"]) {
      if (text_at(file, "place").empty()) continue;
      TRY(const bool kept, writer_->keep(text_at(file, "place"), number_at(file, "bytes")));
      if (kept) continue;
      files.push_back(&file);
      paths.push_back(text_at(file, "path"));
    }
    std::uint64_t written = 0;
    std::size_t open = files.size();
    return collector.stream(
        kit, paths,
        [&](std::size_t file, ByteView bytes, bool end) -> Status {
          if (open != file) {
            open = file;
            written = 0;
            CHECK_OK(writer_->begin_file(text_at(*files[file], "place")));
          }
          written += bytes.size();
          CHECK_OK(writer_->write(bytes));
          if (!end) return {};
          if (written != number_at(*files[file], "bytes")) return fail(Errc::control_closed, paths[file] + ": not as long as announced");
          return writer_->end_file();
        },
        [&](std::size_t file) {
          (*files[file])["place"] = nullptr;
          (*files[file])["left_out"] = str(Left::not_here);
        });
  }

  static void drop_lost_texts(ExportKit& kit) {
    for (const auto& file : list_at(kit.document, "files")) {
      if (text_at(file, "place").empty()) kit.texts.erase(text_at(file, "path"));
    }
  }

  Status finish_site(const Json& about) {
    CHECK_OK(writer_->put("assets/site.css", site_css));
    CHECK_OK(writer_->put("assets/site.js", site_js));
    CHECK_OK(writer_->put(std::string(kit_png_place), kit_png));
    CHECK_OK(writer_->put("assets/search.js", search_script(words_)));
    std::vector<std::string> entrances;
    for (const auto language : {Language::english, Language::french}) {
      entrances.emplace_back(page_name(language));
      CHECK_OK(writer_->put(entrances.back(), index_page(about, kits_, language)));
    }
    TRY(const auto counts, writer_->finish(entrances));
    result_["html"] = {{"folder", wish_.html},          {"files", counts.files},     {"written", counts.written},
                       {"unchanged", counts.unchanged}, {"removed", counts.removed}, {"bytes_written", counts.bytes_written}};
    return {};
  }

  Status write_files(const Json& about) {
    auto written = Json::array(), numbers = Json::array();
    const auto write = [&](const fs::path& path, const std::string& content, std::string_view mark, std::size_t kits) -> Status {
      CHECK_OK(may_replace(path, mark));
      CHECK_OK(store::replace_file(fs::absolute(path), bytes_of(content), 0644));
      written.push_back(path.string());
      numbers.push_back(kits);
      return {};
    };
    if (!wish_.opds.empty()) {
      const bool atom = wish_.opds.ends_with(".xml");
      const fs::path first(wish_.opds);
      const auto name = first.filename().string();
      auto outputs = atom ? opds_atom(about, kits_, name) : opds_json(about, kits_, name);
      // Those that the first one leads to come before it.
      for (auto output = outputs.rbegin(); output != outputs.rend(); ++output)
        CHECK_OK(write(first.parent_path() / output->name, output->content, atom ? atom_mark : opds_json_mark, output->kits));
    }
    if (!wish_.json.empty()) CHECK_OK(write(wish_.json, json_export(about, kits_, left_out_), json_mark, kits_.size()));
    if (wish_.shown) result_["shown"] = json_export(about, kits_, left_out_);
    if (!wish_.csv.empty()) CHECK_OK(write(wish_.csv, csv_export(kits_), csv_mark, kits_.size()));
    result_["files"] = std::move(written);
    result_["files_kits"] = std::move(numbers);
    return {};
  }

  void tell_gaps() {
    result_["unknown_kits"] = unknown_;
    result_["left_out"] = left_out_;
  }

  const Context& context_;
  const Wish& wish_;
  ProgressBar bar_;
  std::optional<SiteWriter> writer_;
  std::vector<Json> kits_;
  std::vector<std::string> unknown_;
  std::map<std::string, std::string> words_;
  Json left_out_ = Json::array();
  Json result_;
};

/// What lacks or was left out: how much for each reason, and the first paths.
void tell_left_out(const Context& context, const Json& result) {
  constexpr std::size_t paths_max = 3;
  std::map<std::string, std::vector<std::string>> by_why;
  for (const auto& each : list_at(result, "left_out"))
    by_why[text_at(each, "why")].push_back(text_at(each, "kit") + "/" + text_at(each, "path"));
  for (const auto& [why, paths] : by_why) {
    std::string named;
    for (std::size_t i = 0; i < std::min(paths.size(), paths_max); ++i) named += (i == 0 ? "" : ", ") + paths[i];
    if (paths.size() > paths_max) named += ", …";
    context.out() << fmt::format(fmt::runtime(context.say("left out: {}: {}: {}\n", "laissé de côté : {} : {} : {}\n")),
                                 counted(paths.size(), files_counted, context.language), left_words(why, context.language),
                                 printable(named));
  }
  for (const auto& id : list_at(result, "unknown_kits"))
    context.out() << fmt::format(fmt::runtime(context.say("left out: {}: not known here yet, or not published to the region\n",
                                                          "laissé de côté : {} : pas encore connu ici, ou pas publié pour la région\n")),
                                 id.get<std::string>());
}

void tell(const Context& context, const Json& result) {
  if (result.contains("html")) {
    const auto& html = result["html"];
    const auto number = [&](const char* key) { return human_number(number_at(html, key), context.language); };
    context.out() << fmt::format(fmt::runtime(context.say("{}: {}, in {} ({} written, {} unchanged, {} removed, {})\n",
                                                          "{} : {}, dans {} ({} écrits, {} inchangés, {} effacés, {})\n")),
                                 text_at(html, "folder"), counted(number_at(result, "kits"), kits_counted, context.language),
                                 counted(number_at(html, "files"), files_counted, context.language), number("written"), number("unchanged"),
                                 number("removed"), human_bytes(number_at(html, "bytes_written"), context.language));
  }
  const auto &files = list_at(result, "files"), &kits = list_at(result, "files_kits");
  for (std::size_t i = 0; i < files.size(); ++i)
    context.out() << fmt::format(fmt::runtime(context.say("{}: {}\n", "{} : {}\n")), files[i].get<std::string>(),
                                 counted(kits[i].get<std::uint64_t>(), kits_counted, context.language));
  tell_left_out(context, result);
  const auto heartbeat = text_at(result, "heartbeat");
  context.out() << (flag_at(result, "level") ? context.say("This node is level with its peers", "Ce nœud est à jour avec ses pairs")
                                             : context.say("This node is not level with its peers, something newer may be elsewhere",
                                                           "Ce nœud n'est pas à jour avec ses pairs, il peut y avoir plus récent ailleurs"))
                << (heartbeat.empty() ? std::string()
                                      : context.say("; last sign of the federation: ", " ; dernier signe de la fédération : ") +
                                            human_time(heartbeat, context.language))
                << ".\n";
}

}  // namespace

}  // namespace site

Result<ExitCode> verb::catalogue_export(Context& context) {
  TRY(const auto wish, site::wish_of(context));
  TRY(const auto result, site::Export(context, wish).run());
  if (wish.shown) {
    context.out() << text_at(result, "shown");
  } else if (context.json) {
    context.out() << pretty(result) << "\n";
  } else {
    site::tell(context, result);
  }
  return ExitCode::ok;
}

}  // namespace essaimage::ctl
