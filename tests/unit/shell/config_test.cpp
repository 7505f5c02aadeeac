#include "daemon/shell/config.hpp"

#include <algorithm>

#include "proto/default_config.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

namespace config_test {
using namespace essaimage;
using namespace essaimage::shell;

namespace {

Result<Config> parse(std::string_view text, std::string_view file = "essaimage.toml", Language language = Language::english) {
  return parse_config(text, file, language);
}

Error error_of(std::string_view text, Language language = Language::english) {
  auto config = parse(text, "essaimage.toml", language);
  REQUIRE_FALSE(config);
  return config.error();
}

const std::string some_key(64, 'a');

}  // namespace

TEST_CASE("The configuration example parses, and says what the defaults are") {
  const auto example = parse(default_config(), "essaimage.toml");
  REQUIRE(example);
  const Config defaults;
  CHECK(example->listen == defaults.listen);
  CHECK(example->advertise == defaults.advertise);
  CHECK(example->language == defaults.language);
  CHECK(example->log.level == defaults.log.level);
  CHECK(example->log.format == defaults.log.format);
  CHECK(example->log.file == defaults.log.file);
  CHECK(example->log.file_mib == defaults.log.file_mib);
  CHECK(example->log.files_kept == defaults.log.files_kept);
  CHECK(example->limits.connections == defaults.limits.connections);
  CHECK(example->limits.connections_per_peer == defaults.limits.connections_per_peer);
  CHECK(example->limits.send_queue_mib == defaults.limits.send_queue_mib);
  CHECK(example->hold.takes_all());
  CHECK(example->hold.free_bytes_min == defaults.hold.free_bytes_min);
  CHECK(defaults.hold.free_bytes_min == 2'147'483'648);
  CHECK(example->hold.copies_min == defaults.hold.copies_min);
}

TEST_CASE("A policy of what is held is read in the units that people know, and kept strictly") {
  const auto config = parse(
      "[hold]\nmedia = \"territory\"\nthemes = [\"santé\"]\nkinds = [\"method\"]\nfile_mib_max = 1.5\nquota_gib = 0.25\n"
      "free_gib_min = 0\ncopies_min = 0\n",
      "essaimage.toml");
  REQUIRE(config);
  CHECK(config->hold.media == store::HoldPolicy::Media::territory);
  CHECK(config->hold.themes == std::vector<std::string>{"santé"});
  CHECK(config->hold.kinds == std::vector<std::string>{"method"});
  CHECK(config->hold.file_bytes_max == 1'572'864);
  CHECK(config->hold.quota_bytes == 268'435'456);
  CHECK(config->hold.free_bytes_min == 0);
  CHECK(config->hold.copies_min == 0);
  for (const char* wrong : {"media = \"some\"", "themes = \"santé\"", "themes = [\"\"]", "kinds = [\"film\"]", "file_mib_max = -1",
                            "quota_gib = \"1\"", "quota_gib = nan", "free_gib_min = 1e9", "copies_min = 101"}) {
    INFO(wrong);
    CHECK(error_of(std::string("[hold]\n") + wrong).code == Errc::config_wrong);
  }
  using Media = store::HoldPolicy::Media;
  for (const auto& [word, media] : {std::pair{"all", Media::all}, std::pair{"territory", Media::territory}, std::pair{"none", Media::none},
                                    std::pair{"catalogue", Media::catalogue}, std::pair{"adopted", Media::adopted}}) {
    INFO(word);
    const auto read = parse(std::string("[hold]\nmedia = \"") + word + "\"\n", "f");
    REQUIRE(read);
    CHECK(read->hold.media == media);
    CHECK(str(media) == word);
  }
  CHECK(error_of("[hold]\nquota_gb = 3").detail.find("quota_gib") != std::string::npos);
}

TEST_CASE("how fast and when media move") {
  const auto config = parse("[traffic]\nupload_kbit = 500\nlan_exempt = false\nhours = [\"20:00-07:00\", \"12:00-13:30\"]\n", "f");
  REQUIRE(config);
  CHECK(config->traffic.upload_kbit == 500);
  CHECK(config->traffic.download_kbit == 0);
  CHECK_FALSE(config->traffic.lan_exempt);
  CHECK(config->traffic.hours == std::vector<Hours>{{1200, 420}, {720, 810}});
  const auto wrong = parse("[traffic]\nhours = [\"20-7\"]\n", "f");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().detail.find("f:2: [traffic] hours: expected a list of at most 8 parts of the day, such as [\"20:00-07:00\"]") !=
        std::string::npos);
}

TEST_CASE("The configuration example names every key") {
  const auto text = default_config();
  for (const auto& key : config_keys()) {
    const auto name = key.substr(key.find('.') == std::string::npos ? 0 : key.find('.') + 1);
    const bool is_section = name == "log" || name == "limits" || name == "hold" || name == "traffic" || name == "peers";
    const auto needle = is_section ? "[" + name + "]" : "\n" + name + " = ";
    const auto in_comment = "\n# " + name + " = ";
    INFO(key);
    CHECK((text.find(needle) != std::string::npos || text.find(in_comment) != std::string::npos));
  }
}

TEST_CASE("A new home listens where it was told, whatever is in the text") {
  const auto config = parse(default_config("tcp://127.0.0.1:7001"), "essaimage.toml");
  REQUIRE(config);
  CHECK(config->listen == "tcp://127.0.0.1:7001");
  const auto odd = parse(default_config("a\"\n\\b"), "essaimage.toml");
  REQUIRE_FALSE(odd);
  CHECK(odd.error().code == Errc::config_wrong);
  CHECK(odd.error().detail.find("listen") != std::string::npos);
}

TEST_CASE("Every key has an effect") {
  const auto config = parse(
      "listen = \"\"\nadvertise = [\"tcp://centre.example:80\"]\nlanguage = \"fr\"\n"
      "[log]\nlevel = \"debug\"\nformat = \"json\"\nfile = false\nfile_mib = 7\nfiles_kept = 0\n"
      "[limits]\nconnections = 8\nconnections_per_peer = 2\nsend_queue_mib = 1\n"
      "[[peers]]\nendpoint = \"tcp://[fe80::1]:7490\"\nkey = \"" +
          some_key + "\"\n",
      "essaimage.toml");
  REQUIRE(config);
  CHECK(config->listen.empty());
  CHECK(config->advertise == std::vector<std::string>{"tcp://centre.example:80"});
  CHECK(config->language == Language::french);
  CHECK(config->log.level == LogLevel::debug);
  CHECK(config->log.format == LogFormat::json);
  CHECK_FALSE(config->log.file);
  CHECK(config->log.file_mib == 7);
  CHECK(config->log.files_kept == 0);
  CHECK(config->limits.connections == 8);
  CHECK(config->limits.connections_per_peer == 2);
  CHECK(config->limits.send_queue_mib == 1);
  REQUIRE(config->peers.size() == 1);
  CHECK(config->peers[0].endpoint == "tcp://[fe80::1]:7490");
  CHECK(config->peers[0].peer.hex() == some_key);
}

TEST_CASE("An unknown key is refused with its line and the key that was meant") {
  const auto top = error_of("\nlistn = \"\"\n");
  CHECK(top.code == Errc::config_key_unknown);
  CHECK(top.detail.find("essaimage.toml:2: listn") == 0);
  CHECK(top.detail.find("listen") != std::string::npos);
  const auto inner = error_of("[log]\nlevle = \"info\"\n");
  CHECK(inner.code == Errc::config_key_unknown);
  CHECK(inner.detail.find("essaimage.toml:2: [log] levle; did you mean `level`?") == 0);
  CHECK(inner.detail.find("level") != std::string::npos);
  const auto far = error_of("quota = 3\n");
  CHECK(far.detail.find("essaimage.toml:1: quota; here may stand: listen, advertise,") == 0);
}

TEST_CASE("A wrong value is refused with its line and what is expected") {
  const auto number = error_of("[log]\n\nfile_mib = 0\n");
  CHECK(number.code == Errc::config_wrong);
  CHECK(number.detail == "essaimage.toml:3: [log] file_mib: expected a number from 1 to 1024");
  CHECK(error_of("[log]\nlevel = \"loud\"").detail.find("\"warn\"") != std::string::npos);
  CHECK(error_of("log = 3").detail.find("essaimage.toml:1: log") == 0);
  CHECK(error_of("[limits]\nconnections = \"many\"").code == Errc::config_wrong);
  CHECK(error_of("listen = 7490").code == Errc::config_wrong);
  CHECK(error_of("advertise = [\"tcp://here:0\"]").code == Errc::config_wrong);
  CHECK(error_of("[[peers]]\nendpoint = \"tcp://a:1\"\n").code == Errc::config_wrong);
  CHECK(error_of("[[peers]]\nendpoint = \"tcp://a:1\"\nkey = \"12\"\n").detail.find(":3: [[peers]] key") != std::string::npos);
  CHECK(error_of("listen = ").code == Errc::config_wrong);
  CHECK(error_of(std::string(300'000, '#')).code == Errc::config_wrong);
}

TEST_CASE("What is wrong is said in the language of the file, else in that which was asked for") {
  const auto french = error_of("[log]\nfile_mib = 0\n", Language::french).detail;
  CHECK(french == "essaimage.toml:2: [log] file_mib\u00A0: il faut un nombre de 1 à 1024");
  Language language = Language::english;
  const auto config = parse_config("language = \"fr\"\nadvertise = 3\n", "f", language);
  REQUIRE_FALSE(config);
  CHECK(language == Language::french);
  CHECK(config.error().detail.find("une liste d'au plus") != std::string::npos);
  CHECK(error_of("quota = 3\n", Language::french).detail.find("ici sont possibles") != std::string::npos);
  CHECK(error_of("listen = ", Language::french).detail.find("essaimage.toml:1: la ligne est illisible\u00A0: ") == 0);
  for (const char* wrong :
       {"listen = 3", "advertise = 3", "language = \"de\"", "log = 3", "hold = 3", "peers = 3", "[log]\nlevel = 3", "[log]\nfile = 3",
        "[limits]\nconnections = 3", "[hold]\nmedia = \"some\"", "[hold]\nthemes = 3", "[hold]\nkinds = 3", "[hold]\nquota_gib = true",
        "[traffic]\nhours = 3", "[traffic]\nupload_kbit = 3", "[[peers]]\nendpoint = 3\nkey = 3", "[log]\nlevle = 3"}) {
    INFO(wrong);
    const auto en = error_of(wrong).detail, fr = error_of(wrong, Language::french).detail;
    CHECK(en != fr);
    CHECK(en.find("essaimage.toml:") == 0);
    CHECK(en.substr(0, 17) == fr.substr(0, 17));
  }
}

TEST_CASE("An endpoint is tcp with a host and a port, and nothing that ZeroMQ would read as more") {
  for (const char* good : {"tcp://127.0.0.1:7490", "tcp://centre-1.example:1", "tcp://[::1]:65535"}) CHECK(is_endpoint(good, false));
  for (const char* bad : {"", "tcp://", "tcp://:7490", "tcp://host", "tcp://host:", "tcp://host:0", "tcp://host:65536", "tcp://a;b:1",
                          "udp://host:1", "ipc:///tmp/x:1", "tcp://host:1 ", "tcp://ho st:1", "tcp://host:+1", "tcp://*:1"})
    CHECK_FALSE(is_endpoint(bad, false));
  CHECK(is_endpoint("tcp://127.0.0.1:0", true));
}

TEST_CASE("A home without essaimage.toml has the defaults; an unreadable one is an error") {
  const test::TempFolder folder;
  const store::Layout layout{folder.path()};
  Language language = Language::english;
  const auto load = [&](const store::Layout& where) { return load_config(where, language); };
  REQUIRE(load(layout));
  test::write_text(layout.config(), "listen = \"tcp://127.0.0.1:9\"\n");
  CHECK(load(layout)->listen == "tcp://127.0.0.1:9");
  std::filesystem::remove(layout.config());
  std::filesystem::create_directory(layout.config());
  CHECK_FALSE(load(layout));
}

}  // namespace config_test
