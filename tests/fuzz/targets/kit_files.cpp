// What stands in the folder of a kit: kit.toml of people, and the generated entry.toml, pointers and .gitattributes.

#include "proto/limits.hpp"
#include "store/kit/attributes.hpp"
#include "store/kit/entry.hpp"
#include "store/kit/manifest.hpp"
#include "store/kit/pointer.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::kit_files_target {
namespace {

bool run_manifest(ByteView bytes) {
  const auto reading = kit::read_manifest(text_of(bytes));
  const auto manifest = kit::parse_manifest(text_of(bytes));
  ESSAIMAGE_ASSERT(manifest.has_value() == reading.manifest.has_value());
  if (!manifest) {
    ESSAIMAGE_ASSERT(!reading.findings.empty());
    return false;
  }
  ESSAIMAGE_ASSERT(*manifest == *reading.manifest);
  ESSAIMAGE_ASSERT(bytes.size() <= limits::manifest_bytes_max && !manifest->title.empty());
  const std::string slug = kit::slug_of(*manifest, "Dossier n° 1");
  ESSAIMAGE_ASSERT(is_slug(slug));
  return true;
}

std::vector<Seed> manifest_seeds() {
  return {seed("valid-short", "kind = \"prototype\"\ntitle = \"Robot\"\nlanguages = [\"fr\"]\n"),
          seed("valid-full", R"(kind = "method"
title = "Lampe à poser"
summary = "Une lampe, du bois et de la patience."
slug = "lampe"
languages = ["fr", "pt-BR"]
stage = "workshop"
themes = ["bois", "lumière"]
participants = ["enfants"]
duration_minutes = 90
sessions = 3
group_min = 4
group_max = 12
equipment = ["scie", "perceuse"]
licence = "CC-BY-SA-4.0"
authors = ["Maison de quartier"]
contact = "kits@example.org"
adapted_from = "csc-fives/lampe@2"
own = { "clé" = [1, 2.5, 1979-05-27T07:32:00Z, true] }
[[consent]]
file = "photos/"
role = "participant"
scope = "region"
until = 2028-06-30
)"),
          seed("hostile-no-title", "kind = \"prototype\"\n"),
          seed("hostile-not-toml", "a = ["),
          seed("hostile-nesting", "kind = \"prototype\"\ntitle = \"T\"\nx = " + std::string(2'000, '[')),
          seed("hostile-keys", "kind = \"prototype\"\ntitle = \"T\"\na.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z = 1\n")};
}

bool run_entry(ByteView bytes) {
  const auto entry = kit::parse_entry(text_of(bytes));
  if (!entry) return false;
  ESSAIMAGE_ASSERT(kit::check_entry(*entry));
  ESSAIMAGE_ASSERT(kit::encode_entry(*entry) == text_of(bytes));
  return true;
}

std::vector<Seed> entry_seeds() {
  const std::string good = kit::encode_entry({{"mdq-wazemmes", "robot"}, 12, {1'700'000'000}, "nouvelle \"pièce\" \\"});
  return {seed("valid-note", good), seed("valid-first", kit::encode_entry({{"a", "b"}, 1, {0}, ""})),
          seed("hostile-line-behind", good + "\n"), seed("hostile-comment", "# x\n" + good)};
}

bool run_pointer(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  const bool looks = kit::looks_like_pointer(text);
  const auto pointer = kit::parse_pointer(text);
  if (!pointer) return false;
  ESSAIMAGE_ASSERT(looks);
  ESSAIMAGE_ASSERT(kit::encode_pointer(*pointer) == text);
  ESSAIMAGE_ASSERT(pointer->size <= limits::media_bytes_max);
  return true;
}

std::vector<Seed> pointer_seeds() {
  const std::string good = kit::encode_pointer({{}, 123'456});
  std::string minus = good;
  minus.replace(minus.find("size ") + 5, 1, "-");
  return {seed("valid-pointer", good), seed("valid-large", kit::encode_pointer({{}, limits::media_bytes_max})),
          seed("hostile-line-behind", good + "x 1\n"), seed("hostile-minus", minus),
          seed("hostile-beyond", good.substr(0, good.find("size ")) + "size 99999999999999999999\n")};
}

bool run_attributes(ByteView bytes) {
  const auto media = kit::parse_attributes(text_of(bytes));
  if (!media) return false;
  ESSAIMAGE_ASSERT(kit::encode_attributes(*media) == text_of(bytes));
  return true;
}

std::vector<Seed> attributes_seeds() {
  const std::string good = kit::encode_attributes({"a.jpg", "b c [1].jpg", "d/\xC3\xA9 #1.png"});
  return {seed("valid-media", good), seed("hostile-more", good + "* text\n"),
          seed("hostile-order", good.substr(good.find('\n') + 1) + good),
          seed("hostile-quote", "\"/files/a\\\"b\" filter=lfs diff=lfs merge=lfs -text\n"), seed("hostile-empty", "")};
}

const Registered manifest{{"manifest", run_manifest, manifest_seeds}};
const Registered entry{{"entry", run_entry, entry_seeds}};
const Registered pointer{{"pointer", run_pointer, pointer_seeds}};
const Registered attributes{{"attributes", run_attributes, attributes_seeds}};

}  // namespace
}  // namespace essaimage::fuzz::kit_files_target
