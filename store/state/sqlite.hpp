#pragma once
// SQLite for store/state: a connection and its prepared statements, errors as Result. Statements
// are prepared once and kept. For store/state alone, which alone includes sqlite3.h. Thread rule:
// one thread at a time (State's mutex). A Statement must not outlive its Database. Errors:
// Errc::disk_full, Errc::corrupt (a damaged file, or none of SQLite's), Errc::io else.

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "proto/ids.hpp"
#include "store/disk/layout.hpp"

namespace essaimage::store::sql {

/// One use of a prepared statement: bind in order, step, read columns. Resets it when destroyed.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement, Status error) : statement_(statement), error_(std::move(error)) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Binds the next parameter. Texts and blobs are not copied: they must live until the last step.
  Statement& operator<<(std::int64_t value);
  Statement& operator<<(std::uint64_t value) { return *this << static_cast<std::int64_t>(value); }
  Statement& operator<<(std::uint32_t value) { return *this << static_cast<std::int64_t>(value); }
  Statement& operator<<(std::string_view text);
  Statement& operator<<(ByteView blob);
  /// Binds a copy of a column of another statement's row.
  void bind_column(const Statement& row, int column);

  Result<bool> step();  ///< true: there is a row
  Status run();         ///< steps to the end
  /// Calls `function` for each row, until it fails if it returns a Status.
  template <class Function>
  Status each(Function&& function) {
    for (;;) {
      TRY(const bool more, step());
      if (!more) return {};
      if constexpr (std::is_void_v<decltype(function())>) {
        function();
      } else {
        CHECK_OK(function());
      }
    }
  }

  // --- columns of the row, from 0; a value of another type, or length, reads as zero or empty
  // -------------------------
  std::int64_t integer(int column) const;
  std::uint64_t unsigned_integer(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  std::string text(int column) const;
  template <class Fixed>
  Fixed fixed(int column) const {
    const auto value = Fixed::from(blob(column));
    return value ? *value : Fixed{};
  }

 private:
  ByteView blob(int column) const;
  sqlite3_stmt* statement_;
  Status error_;
  int next_ = 1;
};

class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const Path& file);
  ~Database();

  Status execute(const char* script);  ///< statements without results
  /// A literal: prepared at first, then kept by its address. It may be in use once at a time.
  Statement prepare(const char* literal);
  std::int64_t last_row() const;
  void release_memory() { sqlite3_db_release_memory(handle_.get()); }

 private:
  Database() = default;
  struct Close {
    void operator()(sqlite3* handle) const noexcept { sqlite3_close(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

/// Rolls back when destroyed, unless committed.
class Transaction {
 public:
  static Result<std::unique_ptr<Transaction>> begin(Database& database);
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace essaimage::store::sql
