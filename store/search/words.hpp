#pragma once
// Words of texts in the forms under which they are found: without accents and case, and by their French and English stems
// (Snowball), so that "ateliers" finds "atelier" and "numerique" finds "numérique". Whoever searches and what is searched
// go through the same functions. Linear in the text, whatever it holds; a word counts by its first
// limits::word_bytes_max bytes.
// Functions: pure, any thread. Stems: one thread at a time, memory bounded. Input is any bytes; what is not UTF-8 parts words.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sb_stemmer;

namespace essaimage::store {

struct Word {
  std::size_t begin = 0, end = 0;  ///< in the text
  std::string_view text;           ///< its beginning, if it is longer than words count
};

/// The first word at or behind a place of the text; false if there is none. Letters, digits and marks make words, so "l'atelier"
/// is two.
bool next_word(std::string_view text, std::size_t from, Word& word);

/// The words of a text one after the other, and which of them people also write as one: "aujourd'hui" as "aujourdhui", "F.A.L.C." as
/// "FALC". Not what an apostrophe leaves of a little word ("l'atelier"), nor one that ends in one ("women's"). The text must outlive it.
class WordReader {
 public:
  explicit WordReader(std::string_view text, std::size_t from = 0);

  /// False: there are no more.
  bool next(Word& word);
  /// Of the last word of several that are also written as one: that one. Else empty. Valid until the next call.
  std::string_view joined() const { return ends_ ? std::string_view(joined_) : std::string_view(); }
  /// Where the first of them begins.
  std::size_t joined_begin() const { return joined_begin_; }
  /// They are single letters with dots between them.
  bool is_abbreviation() const { return link_ == Link::dot; }

 private:
  enum class Link : std::uint8_t { none, apostrophe, dot };
  Link link_to_next(const Word& word) const;

  std::string_view text_;
  Word next_;
  bool has_next_ = false;
  Link to_next_ = Link::none, link_ = Link::none;  ///< of the words that are being joined: how they are
  std::string joined_;
  std::size_t joined_begin_ = 0;
  bool ends_ = false;
};

/// Small letters without accents: "Œuvre" is "oeuvre".
std::string fold_word(std::string_view word);

/// All words of a text, folded, with one blank between them: two texts that a person would call the same are equal.
std::string fold_text(std::string_view text);

/// Little words of French and English that say nothing of what a text is about ("le", "avec", "the"), and what an apostrophe
/// leaves of one ("l", "qu"). `folded`: fold_word().
bool is_little_word(std::string_view folded);

/// A number that changes when a newer library finds other stems, or folds otherwise, by some words of both languages: what was
/// indexed with others cannot be taken out of the index again.
std::uint32_t words_version();

/// Without memory it throws std::bad_alloc, and never finds less: what stands in an index must be found there again.
class Stems {
 public:
  Stems();
  ~Stems();
  Stems(const Stems&) = delete;
  Stems& operator=(const Stems&) = delete;

  /// False if there was no memory for them.
  bool ready() const { return french_ && english_; }
  /// Under which a word is found: folded, and its stems where they differ. Valid until the next call. Little words, numbers
  /// and what is very short have no stem.
  const std::vector<std::string>& forms(std::string_view word);

 private:
  struct Delete {
    void operator()(sb_stemmer* stemmer) const noexcept;
  };
  using Stemmer = std::unique_ptr<sb_stemmer, Delete>;
  static void add_stem(sb_stemmer& stemmer, const std::string& word, std::vector<std::string>& forms);
  Stemmer french_, english_;
  std::unordered_map<std::string, std::vector<std::string>> known_;  ///< words come again
};

}  // namespace essaimage::store
