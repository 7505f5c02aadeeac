#include "store/state/schema.hpp"

#include <array>

#include "store/disk/files.hpp"
#include "store/search/words.hpp"

namespace essaimage::store {
namespace {

constexpr std::int64_t schema_version = 5;

// 8 MiB of pages whatever the file's size. One process owns the file, but a person may look into
// it: hence no EXCLUSIVE.
constexpr const char* settings = R"(
  PRAGMA busy_timeout = 10000;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA cache_size = -6144;
  PRAGMA journal_size_limit = 16777216;
  PRAGMA secure_delete = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA trusted_schema = OFF;
)";
constexpr const char* reader_settings = R"(
  PRAGMA busy_timeout = 10000;
  PRAGMA query_only = ON;
  PRAGMA cache_size = -2048;
  PRAGMA temp_store = MEMORY;
  PRAGMA trusted_schema = OFF;
)";

constexpr const char* kept_tables = R"(
  CREATE TABLE IF NOT EXISTS witness (
    feed TEXT PRIMARY KEY, generation INTEGER NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
    commit_id BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS frozen (feed TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS value (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS choice (
    kit TEXT PRIMARY KEY, choice TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS deadline (kit TEXT PRIMARY KEY, by INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS erased (sha BLOB PRIMARY KEY) WITHOUT ROWID;
)";

// list: a chunk list of a media file, in the order in which they were first seen. names: which kit
// names which. held: for which feeds a media file that is on the disk is held. chunk: the first 8
// bytes of each chunk's id. older: what a media file that lacks was made from. adoption: what feeds say of the kits of others;
// the kit need not be known. outcome, proposal: likewise, each in its one byte form. kit.parent, parent_version, origin: adapted_from.
// search: the words of each kit (store/search), under its number; search_word: which words there are.
// names.until: when the last consent ends by which the kit names it, in seconds, or far; over: 1 if that is past, 2 if it is so for
// sure (JudgedTime::sure). consent: those of kits that end. blocked: withdrawn by the federation. withdrawal: of authors, each in
// its byte form but for its media, which are in gone.
constexpr const char* index_tables = R"(
  CREATE TABLE feed (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, generation INTEGER NOT NULL, epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL, commit_id BLOB NOT NULL);
  CREATE TABLE kit (
    id INTEGER PRIMARY KEY, feed INTEGER NOT NULL, slug TEXT NOT NULL, tree BLOB NOT NULL, version INTEGER NOT NULL,
    published_at INTEGER NOT NULL, title TEXT NOT NULL, summary TEXT NOT NULL, kind TEXT NOT NULL, stage TEXT NOT NULL,
    licence TEXT NOT NULL, languages TEXT NOT NULL, themes TEXT NOT NULL,
    equipment TEXT NOT NULL, duration INTEGER NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL,
    parent TEXT NOT NULL, parent_version INTEGER NOT NULL, origin TEXT NOT NULL, UNIQUE (feed, slug));
  CREATE INDEX kit_parent ON kit (parent) WHERE parent <> '';
  CREATE TABLE media (id INTEGER PRIMARY KEY, sha BLOB NOT NULL UNIQUE);
  CREATE TABLE list (
    id INTEGER PRIMARY KEY AUTOINCREMENT, media INTEGER NOT NULL, blob BLOB NOT NULL, bytes INTEGER NOT NULL,
    refused INTEGER NOT NULL DEFAULT 0, UNIQUE (media, blob));
  CREATE TABLE names (
    kit INTEGER NOT NULL, list INTEGER NOT NULL, feed INTEGER NOT NULL, until INTEGER NOT NULL, over INTEGER NOT NULL,
    PRIMARY KEY (kit, list)) WITHOUT ROWID;
  CREATE INDEX names_list ON names (list, feed);
  CREATE INDEX names_until ON names (until) WHERE until < 9000000000000;
  CREATE TABLE consent (
    kit INTEGER NOT NULL, file TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (kit, file)) WITHOUT ROWID;
  CREATE TABLE blocked (sha BLOB PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE withdrawal (
    id INTEGER PRIMARY KEY, feed INTEGER NOT NULL, number INTEGER NOT NULL, kit TEXT NOT NULL, at INTEGER NOT NULL,
    record BLOB NOT NULL, media INTEGER NOT NULL, text TEXT NOT NULL, UNIQUE (feed, number));
  CREATE INDEX withdrawal_kit ON withdrawal (kit);
  CREATE TABLE gone (sha BLOB NOT NULL, withdrawal INTEGER NOT NULL, PRIMARY KEY (sha, withdrawal)) WITHOUT ROWID;
  CREATE INDEX gone_withdrawal ON gone (withdrawal);
  CREATE TABLE receipt (
    about TEXT NOT NULL, feed INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (about, feed)) WITHOUT ROWID;
  CREATE INDEX receipt_feed ON receipt (feed);
  CREATE TABLE held (media INTEGER NOT NULL, feed INTEGER NOT NULL, PRIMARY KEY (media, feed)) WITHOUT ROWID;
  CREATE INDEX held_feed ON held (feed);
  CREATE TABLE chunk (
    media INTEGER NOT NULL, place INTEGER NOT NULL, prefix INTEGER NOT NULL, PRIMARY KEY (media, place)) WITHOUT ROWID;
  CREATE INDEX chunk_prefix ON chunk (prefix);
  CREATE TABLE older (
    media INTEGER NOT NULL, feed INTEGER NOT NULL, older BLOB NOT NULL, PRIMARY KEY (media, feed)) WITHOUT ROWID;
  CREATE INDEX older_older ON older (older);
  CREATE TABLE adoption (
    kit TEXT NOT NULL, feed INTEGER NOT NULL, version INTEGER NOT NULL, tree BLOB NOT NULL, adopted_at INTEGER NOT NULL,
    note TEXT NOT NULL, PRIMARY KEY (kit, feed)) WITHOUT ROWID;
  CREATE INDEX adoption_feed ON adoption (feed);
  CREATE TABLE outcome (
    kit TEXT NOT NULL, number INTEGER NOT NULL, feed INTEGER NOT NULL, first_day INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (kit, number, feed)) WITHOUT ROWID;
  CREATE INDEX outcome_feed ON outcome (feed, number);
  CREATE VIRTUAL TABLE search USING fts5(title, themes, summary, facts, names, text, tokenize = 'essaimage');
  CREATE VIRTUAL TABLE search_word USING fts5vocab(search, row);
  CREATE TABLE proposal (kit TEXT NOT NULL, feed INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (kit, feed)) WITHOUT ROWID;
  CREATE INDEX proposal_feed ON proposal (feed);
)";

// A cache beside the index: made wherever it lacks, so that it needs no version of its own.
constexpr const char* hint_table = R"(
  CREATE TABLE IF NOT EXISTS hint (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, state TEXT NOT NULL, blob BLOB NOT NULL, media BLOB NOT NULL,
    bytes INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS hint_media ON hint (media) WHERE media <> x'';
)";

constexpr std::array index_table_names = {"search_word", "search",  "feed",       "kit",      "media",   "list",     "names",
                                          "held",        "chunk",   "older",      "adoption", "outcome", "proposal", "hint",
                                          "consent",     "blocked", "withdrawal", "gone",     "receipt"};

/// Words that are found otherwise than they were indexed cannot be taken out again: then all is indexed anew.
std::int32_t words_number() { return static_cast<std::int32_t>(words_version() & 0x7FFFFFFF); }

Path beside(const Path& file, const char* suffix) {
  Path path = file;
  path += suffix;
  return path;
}

Result<std::int64_t> read_integer(sql::Database& database, const char* literal) {
  auto statement = database.prepare(literal);
  TRY(const bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

Status make_tables(sql::Database& database) {
  TRY(const auto transaction, sql::Transaction::begin(database));
  CHECK_OK(database.execute(kept_tables));
  for (const char* const table : index_table_names) {
    CHECK_OK(database.execute((std::string("DROP TABLE IF EXISTS ") + table).c_str()));
  }
  CHECK_OK(database.execute(index_tables));
  CHECK_OK(database.execute(("PRAGMA user_version = " + std::to_string(schema_version)).c_str()));
  CHECK_OK(database.execute(("PRAGMA application_id = " + std::to_string(words_number())).c_str()));
  return transaction->commit();
}

/// Reads a little of every table and of its indexes, so that a file whose first pages are damaged shows at once.
Status look_into(sql::Database& database) {
  for (const char* const literal :
       {"SELECT max(id) FROM feed", "SELECT max(id) FROM kit", "SELECT max(id) FROM media", "SELECT max(id) FROM list",
        "SELECT max(kit) FROM names", "SELECT max(media) FROM held", "SELECT max(media) FROM chunk", "SELECT max(media) FROM older",
        "SELECT max(kit) FROM adoption", "SELECT max(kit) FROM outcome", "SELECT max(kit) FROM proposal", "SELECT max(rowid) FROM search",
        "SELECT max(id) FROM hint", "SELECT max(kit) FROM consent", "SELECT count(*) FROM blocked", "SELECT max(id) FROM withdrawal",
        "SELECT max(withdrawal) FROM gone", "SELECT max(about) FROM receipt", "SELECT count(*) FROM erased", "SELECT count(*) FROM witness",
        "SELECT count(*) FROM frozen", "SELECT count(*) FROM value", "SELECT count(*) FROM choice", "SELECT count(*) FROM deadline",
        // Each of these from an index of its table:
        "SELECT max(name) FROM feed", "SELECT max(parent) FROM kit WHERE parent <> ''", "SELECT max(sha) FROM media",
        "SELECT max(list) FROM names", "SELECT max(feed) FROM held", "SELECT max(prefix) FROM chunk", "SELECT max(feed) FROM adoption",
        "SELECT max(feed) FROM outcome", "SELECT max(feed) FROM proposal", "SELECT max(path) FROM hint"}) {
    TRY([[maybe_unused]] const auto value, read_integer(database, literal));
  }
  return {};
}

Status check_whole(sql::Database& database) {
  auto statement = database.prepare("PRAGMA integrity_check(1)");
  TRY(const bool row, statement.step());
  if (row && statement.text(0) == "ok") return {};
  return fail(Errc::corrupt, "state.sqlite: " + (row ? statement.text(0) : std::string("no answer")));
}

Result<OpenedState> try_open(const Path& file) {
  OpenedState opened;
  TRY(opened.writer, sql::Database::open(file));
  sql::Database& database = *opened.writer;
  CHECK_OK(database.execute(settings));
  TRY(const std::int64_t version, read_integer(database, "PRAGMA user_version"));
  if (is_suspect(file)) {
    CHECK_OK(check_whole(database));
    CHECK_OK(remove_file(beside(file, ".suspect")));
  }
  TRY(const std::int64_t words, read_integer(database, "PRAGMA application_id"));
  if (version != schema_version || words != words_number()) {
    CHECK_OK(make_tables(database));
    opened.rebuilt = true;
    opened.lost = version == 0;  // a file that was made just now
  } else {
    CHECK_OK(database.execute(kept_tables));
  }
  CHECK_OK(database.execute(hint_table));
  TRY(opened.reader, sql::Database::open(file));
  CHECK_OK(opened.reader->execute(reader_settings));
  CHECK_OK(look_into(*opened.reader));
  return opened;
}

/// Copies the rows that can be read; what cannot is lost.
void salvage_table(sql::Database& from, sql::Database& to, const char* select, const char* insert, int columns) {
  auto row = from.prepare(select);
  while (row.step().value_or(false)) {
    auto copy = to.prepare(insert);
    for (int column = 0; column < columns; ++column) copy.bind_column(row, column);
    if (!copy.run()) return;
  }
}

void salvage(const Path& damaged, sql::Database& to) {
  auto from = sql::Database::open(damaged);
  auto transaction = sql::Transaction::begin(to);
  if (!from || !transaction) return;
  salvage_table(**from, to, "SELECT feed, generation, epoch, seq, commit_id FROM witness",
                "INSERT OR IGNORE INTO witness VALUES (?, ?, ?, ?, ?)", 5);
  salvage_table(**from, to, "SELECT feed FROM frozen", "INSERT OR IGNORE INTO frozen VALUES (?)", 1);
  salvage_table(**from, to, "SELECT key, value FROM value", "INSERT OR IGNORE INTO value VALUES (?, ?)", 2);
  salvage_table(**from, to, "SELECT kit, choice, version FROM choice", "INSERT OR IGNORE INTO choice VALUES (?, ?, ?)", 3);
  salvage_table(**from, to, "SELECT kit, by FROM deadline", "INSERT OR IGNORE INTO deadline VALUES (?, ?)", 2);
  salvage_table(**from, to, "SELECT sha FROM erased", "INSERT OR IGNORE INTO erased VALUES (?)", 1);
  static_cast<void>((*transaction)->commit());
}

constexpr std::array file_suffixes = {"", "-wal", "-shm"};

Status set_aside(const Path& file) {
  const Path damaged = beside(file, ".damaged");
  for (const char* const suffix : file_suffixes) {
    const Path from = beside(file, suffix);
    const Path to = beside(damaged, suffix);
    CHECK_OK(remove_file(to));
    if (store::file_size(from)) CHECK_OK(move_durably(from, to));
  }
  return remove_file(beside(file, ".suspect"));
}

}  // namespace

Result<OpenedState> open_state(const Path& file) {
  auto opened = try_open(file);
  if (opened || opened.error().code != Errc::corrupt) return opened;
  CHECK_OK(set_aside(file));
  TRY(OpenedState fresh, try_open(file));
  salvage(beside(file, ".damaged"), *fresh.writer);
  return fresh;
}

bool is_suspect(const Path& file) { return store::file_size(beside(file, ".suspect")).has_value(); }

std::vector<Path> files_set_aside(const Path& file) {
  std::vector<Path> files;
  for (const char* const suffix : file_suffixes) {
    const Path each = beside(beside(file, ".damaged"), suffix);
    if (store::file_size(each)) files.push_back(each);
  }
  return files;
}

void mark_suspect(const Path& file) { static_cast<void>(replace_file(beside(file, ".suspect"), {})); }

}  // namespace essaimage::store
