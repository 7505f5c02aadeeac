#pragma once
// The tokenizer `essaimage` of the full-text index: words in the forms of store/search/words.hpp, those of one word at one
// place. For store/state alone. Thread rule: as the connection.

#include <sqlite3.h>

namespace essaimage::store::sql {

/// Makes it known to a connection that was just opened. A code of SQLite's.
int add_tokenizer(sqlite3* handle);

}  // namespace essaimage::store::sql
