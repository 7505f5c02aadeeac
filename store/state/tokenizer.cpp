#include "store/state/tokenizer.hpp"

#include <new>

#include "store/search/words.hpp"

namespace essaimage::store::sql {
namespace {

using Emit = int (*)(void* context, int flags, const char* token, int bytes, int begin, int end);

// SQLite is C: nothing may be thrown through it.

int create(void*, const char**, int, Fts5Tokenizer** out) {
  try {
    auto stems = std::make_unique<Stems>();
    if (!stems->ready()) return SQLITE_NOMEM;
    *out = reinterpret_cast<Fts5Tokenizer*>(stems.release());
    return SQLITE_OK;
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
}

void destroy(Fts5Tokenizer* tokenizer) { delete reinterpret_cast<Stems*>(tokenizer); }

/// Of a beginning that may go on in any way there is no stem. `beside`: in the place of the word before.
int emit_word(Stems& stems, const Word& word, bool beginning, bool beside, void* context, Emit emit) {
  const auto& forms = stems.forms(word.text);
  for (std::size_t i = 0; i < (beginning ? 1 : forms.size()); ++i) {
    const int code = emit(context, i == 0 && !beside ? 0 : FTS5_TOKEN_COLOCATED, forms[i].data(), static_cast<int>(forms[i].size()),
                          static_cast<int>(word.begin), static_cast<int>(word.end));
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

int tokenize(Fts5Tokenizer* tokenizer, void* context, int flags, const char* bytes, int count, Emit emit) {
  try {
    auto& stems = *reinterpret_cast<Stems*>(tokenizer);
    const std::string_view text(bytes, static_cast<std::size_t>(count));
    const bool beginning = (flags & FTS5_TOKENIZE_PREFIX) != 0;
    Word word;
    for (WordReader reader(text); reader.next(word);) {
      int code = emit_word(stems, word, beginning, false, context, emit);
      const auto joined = reader.joined();
      if (code == SQLITE_OK && !joined.empty())
        code = emit_word(stems, {reader.joined_begin(), word.end, joined}, beginning, true, context, emit);
      if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
}

}  // namespace

int add_tokenizer(sqlite3* handle) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &statement, nullptr);
  if (code != SQLITE_OK) return code;
  sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
  sqlite3_step(statement);
  code = sqlite3_finalize(statement);
  if (code != SQLITE_OK) return code;
  if (api == nullptr) return SQLITE_ERROR;
  fts5_tokenizer tokenizer{create, destroy, tokenize};
  return api->xCreateTokenizer(api, "essaimage", nullptr, &tokenizer, nullptr);
}

}  // namespace essaimage::store::sql
