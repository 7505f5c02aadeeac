#include "store/search/words.hpp"

#include <libstemmer.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>

#include "proto/limits.hpp"

namespace essaimage::store {
namespace {

constexpr std::size_t known_max = 8'192;

enum class Part : std::uint8_t { none, mark, word };

bool is_ascii_word(unsigned char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// What the code point at a place is, and how many bytes it has.
Part part_at(std::string_view text, std::size_t at, std::size_t& bytes) {
  const auto c = static_cast<unsigned char>(text[at]);
  bytes = 1;
  if (c < 0x80) return is_ascii_word(c) ? Part::word : Part::none;
  utf8proc_int32_t point = 0;
  const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                     static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size() - at, 4)), &point);
  if (used <= 0) return Part::none;
  bytes = static_cast<std::size_t>(used);
  switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO: return Part::word;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC: return Part::mark;
    default: return point == 0xAD ? Part::mark : Part::none;  // a soft hyphen parts no word
  }
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string small_ascii(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return small;
}

/// `marks`: accents stay.
std::string small_letters(std::string_view word, bool marks) {
  if (is_ascii(word)) return small_ascii(word);
  constexpr int usual = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
  utf8proc_uint8_t* out = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(word.data()), static_cast<utf8proc_ssize_t>(word.size()), &out,
                                 static_cast<utf8proc_option_t>(marks ? usual : usual | UTF8PROC_STRIPMARK));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, &std::free);
  if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
  if (size < 0) return std::string(word);
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)};
}

void open_ligatures(std::string& word) {
  for (const auto& [ligature, letters] : {std::pair("œ", "oe"), std::pair("æ", "ae")}) {
    for (auto at = word.find(ligature); at != std::string::npos; at = word.find(ligature, at)) word.replace(at, 2, letters);
  }
}

std::string plain_letters(std::string_view word) {
  auto plain = small_letters(word, false);
  if (!is_ascii(plain)) open_ligatures(plain);
  return plain;
}

constexpr auto little_words = std::to_array<std::string_view>(
    {"a",    "about", "ai",    "an",   "and", "are",  "as",   "at",   "au",    "aux",  "avec", "be",   "by",   "c",     "ce",   "ces",
     "cet",  "cette", "d",     "dans", "de",  "des",  "du",   "elle", "elles", "en",   "est",  "et",   "etre", "eux",   "for",  "from",
     "has",  "have",  "how",   "i",    "il",  "ils",  "in",   "is",   "it",    "its",  "j",    "je",   "l",    "la",    "le",   "les",
     "leur", "leurs", "lui",   "m",    "ma",  "mais", "me",   "mes",  "mon",   "my",   "n",    "ne",   "nos",  "notre", "nous", "of",
     "on",   "or",    "ou",    "our",  "par", "pas",  "pour", "qu",   "que",   "qui",  "s",    "sa",   "se",   "ses",   "si",   "son",
     "sont", "sur",   "t",     "ta",   "te",  "tes",  "that", "the",  "their", "they", "this", "to",   "toi",  "ton",   "tu",   "un",
     "une",  "vos",   "votre", "vous", "was", "we",   "were", "what", "which", "who",  "will", "with", "y",    "you",   "your"});
static_assert(std::ranges::is_sorted(little_words));

bool is_one_letter(std::string_view word) {
  std::size_t bytes = 0;
  return !word.empty() && part_at(word, 0, bytes) == Part::word && bytes == word.size() && (word[0] < '0' || word[0] > '9');
}

}  // namespace

bool next_word(std::string_view text, std::size_t from, Word& word) {
  std::size_t bytes = 0;
  while (from < text.size() && part_at(text, from, bytes) != Part::word) from += bytes;
  if (from >= text.size()) return false;
  word.begin = from;
  std::size_t counts = from;
  while (from < text.size() && part_at(text, from, bytes) != Part::none) {
    from += bytes;
    if (from - word.begin <= limits::word_bytes_max) counts = from;
  }
  word.end = from;
  word.text = text.substr(word.begin, counts - word.begin);
  return true;
}

WordReader::WordReader(std::string_view text, std::size_t from) : text_(text), has_next_(next_word(text, from, next_)) {}

/// How the word that was read last belongs together with the next one.
WordReader::Link WordReader::link_to_next(const Word& word) const {
  if (!has_next_ || joined_.size() + next_.text.size() > limits::word_bytes_max) return Link::none;
  const auto between = text_.substr(word.end, next_.begin - word.end);
  if (between == "." && link_ != Link::apostrophe && is_one_letter(word.text) && is_one_letter(next_.text)) return Link::dot;
  const bool apostrophe = between == "'" || between == "\u2019";
  if (!apostrophe || link_ == Link::dot) return Link::none;
  return link_ == Link::apostrophe || !is_little_word(fold_word(word.text)) ? Link::apostrophe : Link::none;
}

bool WordReader::next(Word& word) {
  ends_ = false;
  if (!has_next_) return false;
  word = next_;
  link_ = to_next_;
  if (link_ == Link::none) {
    joined_.clear();
    joined_begin_ = word.begin;
  }
  joined_ += word.text;
  has_next_ = next_word(text_, word.end, next_);
  to_next_ = link_to_next(word);
  ends_ = link_ != Link::none && to_next_ == Link::none && (link_ == Link::dot || !is_little_word(fold_word(word.text)));
  return true;
}

std::string fold_word(std::string_view word) { return plain_letters(word); }

std::string fold_text(std::string_view text) {
  std::string folded;
  Word word;
  for (std::size_t at = 0; next_word(text, at, word); at = word.end) folded += (folded.empty() ? "" : " ") + fold_word(word.text);
  return folded;
}

bool is_little_word(std::string_view folded) { return std::ranges::binary_search(little_words, folded); }

std::uint32_t words_version() {
  Stems stems;
  std::uint32_t sum = 2'166'136'261;  // FNV-1a
  const auto add = [&sum](std::string_view form) {
    for (const char c : form) sum = (sum ^ static_cast<unsigned char>(c)) * 16'777'619;
    sum = (sum ^ static_cast<unsigned char>(' ')) * 16'777'619;
  };
  Word part;
  for (WordReader reader("aujourd'hui l'atelier F.A.L.C. women's"); reader.next(part);) add(reader.joined());
  for (const std::string_view word :
       {"numériques", "ateliers", "souris",     "activités",     "journaux",     "parentalité", "animations",      "élèves",
        "œuvres",     "réparer",  "réparation", "accessibilité", "heureusement", "essaimées",   "continuellement", "yeux",
        "bijoux",     "être",     "naïve",      "aiguë",         "Straße",       "ﬁlm",         "workshops",       "printing",
        "stories",    "repaired", "generously", "happiness",     "relational",   "skis",        "dying",           "communities",
        "Ελλάδα",     "Привет"}) {
    for (const auto& form : stems.forms(word)) add(form);
  }
  return sum;
}

void Stems::Delete::operator()(sb_stemmer* stemmer) const noexcept { sb_stemmer_delete(stemmer); }

Stems::Stems() : french_(sb_stemmer_new("french", "UTF_8")), english_(sb_stemmer_new("english", "UTF_8")) {}
Stems::~Stems() = default;

/// French stems lean on accents, so the stem of what was written comes first, and loses them then.
void Stems::add_stem(sb_stemmer& stemmer, const std::string& word, std::vector<std::string>& forms) {
  const auto* const bytes = sb_stemmer_stem(&stemmer, reinterpret_cast<const sb_symbol*>(word.data()), static_cast<int>(word.size()));
  if (bytes == nullptr) throw std::bad_alloc();
  auto stem = plain_letters({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(sb_stemmer_length(&stemmer))});
  if (!stem.empty() && std::ranges::find(forms, stem) == forms.end()) forms.push_back(std::move(stem));
}

const std::vector<std::string>& Stems::forms(std::string_view word) {
  std::string key(word);
  if (const auto it = known_.find(key); it != known_.end()) return it->second;
  if (known_.size() >= known_max) known_.clear();
  std::vector<std::string> forms{plain_letters(word)};
  const std::string plain = forms.front();
  const bool number = std::ranges::any_of(plain, [](char c) { return c >= '0' && c <= '9'; });
  if (plain.size() >= 3 && plain.size() <= limits::word_bytes_max && !number && !is_little_word(plain) && ready()) {
    // Who types without accents is to find what was written with them, and the other way round: so both have stems.
    add_stem(*french_, small_letters(word, true), forms);
    add_stem(*french_, plain, forms);
    add_stem(*english_, plain, forms);
  }
  return known_.emplace(std::move(key), std::move(forms)).first->second;
}

}  // namespace essaimage::store
