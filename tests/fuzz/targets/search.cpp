// What people write and look for as words, and files whose beginning and end are looked at.

#include "proto/limits.hpp"
#include "store/kit/opens.hpp"
#include "store/search/kit_text.hpp"
#include "store/search/query.hpp"
#include "store/search/words.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::search_target {
namespace {

/// Words follow each other within the text, are bounded, and each is found under some form.
void read_words(std::string_view text) {
  store::Stems stems;
  store::Word word;
  std::size_t at = 0, count = 0;
  for (; store::next_word(text, at, word); at = word.end) {
    ESSAIMAGE_ASSERT(at <= word.begin && word.begin < word.end && word.end <= text.size());
    ESSAIMAGE_ASSERT(!word.text.empty() && word.text.size() <= limits::word_bytes_max);
    if (++count > 200) continue;
    const auto& forms = stems.forms(word.text);
    ESSAIMAGE_ASSERT(!forms.empty() && forms.size() <= 4 && forms.front() == store::fold_word(word.text));
  }
}

/// Nothing that is typed stands outside of quotes.
bool type(std::string_view text) {
  const auto typed = store::typed_words(text);
  if (!typed) return false;
  bool inside = false;
  for (const char c : typed->all) {
    if (c == '"') inside = !inside;
    else if (!inside) ESSAIMAGE_ASSERT(std::string_view("ANDOR *()").find(c) != std::string_view::npos);
    else ESSAIMAGE_ASSERT(static_cast<unsigned char>(c) > 0x20);
  }
  ESSAIMAGE_ASSERT(!inside && typed->words.size() <= limits::search_words_max);
  return !typed->words.empty();
}

void look_at_file(ByteView bytes) {
  const auto head = bytes.first(std::min(bytes.size(), kit::opens_head_bytes));
  const auto tail = bytes.last(std::min(bytes.size(), kit::opens_tail_bytes));
  for (const auto* const path :
       {"a.pdf", "a.jpg", "a.png", "a.gif", "a.webp", "a.zip", "a.odt", "a.docx", "a.mp4", "a.mp3", "a.wav", "a.stl", "a.svg", "a"})
    (void)kit::opening_of(path, head, tail, bytes.size());
}

bool run(ByteView bytes) {
  const auto text = text_of(bytes);
  read_words(text);
  look_at_file(bytes);
  store::KitTextMaker maker;
  maker.add_text("a.html", text);
  maker.add_text("a.md", text);
  ESSAIMAGE_ASSERT(maker.take({}).text.size() <= 2 * limits::searched_file_bytes_max + 2);
  return type(text);
}

std::vector<Seed> seeds() {
  return {seed("valid-french", "L'atelier numérique d’été"),
          seed("valid-marks", "e\u0301te\u0301 cafe\u0301"),
          seed("valid-greek", "Ελλάδα ΣΊΣΥΦΟΣ"),
          seed("valid-page", "<p class='x'>Bonjour</p><script>x</script>"),
          seed("valid-syntax", "\"a\" OR b* NEAR(c d) ^e title:f -g"),
          seed("hostile-blank", " \n\t!?"),
          seed("hostile-endless", std::string(4'000, 'x')),
          seed("hostile-bytes", "\xFF\xFE\xC3(\xED\xA0\x80"),
          seed("hostile-marks", "\u0301\u0301\u0301")};
}

const Registered registered{{"search", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::search_target
