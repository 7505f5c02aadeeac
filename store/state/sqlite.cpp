#include "store/state/sqlite.hpp"

#include <cerrno>

#include "store/state/tokenizer.hpp"

namespace essaimage::store::sql {
namespace {

Error error_of(sqlite3* handle, int sqlite_code) {
  const int reason = errno;
  const std::string text = std::string("state.sqlite: ") + (handle != nullptr ? sqlite3_errmsg(handle) : "no memory");
  switch (sqlite_code & 0xFF) {
    case SQLITE_FULL: return {Errc::disk_full, text};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {Errc::corrupt, text};
    default: break;
  }
  // SQLite knows ENOSPC of a write to its own files, and no other: a quota, a limit on the file's size, no room for the index of its
  // log or for a new file show in errno alone (sqlite3_system_errno() stays 0).
  const bool by_system = (sqlite_code & 0xFF) == SQLITE_IOERR || (sqlite_code & 0xFF) == SQLITE_CANTOPEN;
  const bool full = by_system && (reason == ENOSPC || reason == EDQUOT || reason == EFBIG);
  return {full ? Errc::disk_full : Errc::io, text};
}

}  // namespace

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::operator<<(std::int64_t value) {
  if (error_) sqlite3_bind_int64(statement_, next_++, value);
  return *this;
}

Statement& Statement::operator<<(std::string_view text) {
  if (error_) sqlite3_bind_text64(statement_, next_++, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::operator<<(ByteView blob) {
  if (error_) sqlite3_bind_blob64(statement_, next_++, blob.data(), blob.size(), SQLITE_STATIC);
  return *this;
}

void Statement::bind_column(const Statement& row, int column) {
  if (error_) sqlite3_bind_value(statement_, next_++, sqlite3_column_value(row.statement_, column));
}

Result<bool> Statement::step() {
  CHECK_OK(error_);
  errno = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return tl::unexpected(error_of(sqlite3_db_handle(statement_), code));
}

Status Statement::run() {
  return each([] {});
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Statement::text(int column) const {
  const auto* const bytes = sqlite3_column_text(statement_, column);
  const auto length = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string() : std::string(text_of({bytes, length}));
}

ByteView Statement::blob(int column) const {
  const auto* const bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<std::unique_ptr<Database>> Database::open(const Path& file) {
  sqlite3* handle = nullptr;
  errno = 0;
  const int code = sqlite3_open_v2(file.c_str(), &handle,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  std::unique_ptr<Database> database(new Database);
  database->handle_.reset(handle);
  if (code != SQLITE_OK) return tl::unexpected(error_of(handle, code));
  if (const int added = add_tokenizer(handle); added != SQLITE_OK) return tl::unexpected(error_of(handle, added));
  return database;
}

Database::~Database() = default;

Status Database::execute(const char* script) {
  errno = 0;
  const int code = sqlite3_exec(handle_.get(), script, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return tl::unexpected(error_of(handle_.get(), code));
  return {};
}

Statement Database::prepare(const char* literal) {
  auto& kept = statements_[literal];
  if (!kept) {
    sqlite3_stmt* statement = nullptr;
    errno = 0;
    const int code = sqlite3_prepare_v3(handle_.get(), literal, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK) return Statement(nullptr, tl::unexpected(error_of(handle_.get(), code)));
    kept.reset(statement);
  }
  return Statement(kept.get(), {});
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle_.get()); }

Result<std::unique_ptr<Transaction>> Transaction::begin(Database& database) {
  CHECK_OK(database.execute("BEGIN IMMEDIATE"));
  return std::unique_ptr<Transaction>(new Transaction(database));
}

Transaction::~Transaction() {
  if (database_ != nullptr) static_cast<void>(database_->execute("ROLLBACK"));
}

Status Transaction::commit() {
  CHECK_OK(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace essaimage::store::sql
