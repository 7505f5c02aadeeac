#include "store/federation/toml_form.hpp"

#include <toml++/toml.h>

#include "proto/limits.hpp"
#include "proto/text.hpp"
#include "store/kit/toml_guard.hpp"

namespace essaimage::store {
namespace {

const toml::table& table_at(const void* pointer) { return *static_cast<const toml::table*>(pointer); }

}  // namespace

Result<TomlTable> TomlTable::parse(std::string_view text, std::string file, std::size_t bytes_max) {
  CHECK_OK(kit::guard_toml(text, bytes_max, file));
  TomlTable table;
  table.file_ = std::move(file);
  try {
    auto document = std::make_shared<const toml::table>(toml::parse(text));
    table.table_ = document.get();
    table.document_ = std::move(document);
  } catch (const toml::parse_error& error) {
    return fail(Errc::malformed, table.file_ + ":" + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
  }
  return table;
}

tl::unexpected<Error> TomlTable::wrong(std::string_view key, std::string_view expected) const {
  return fail(Errc::malformed, file_ + ": " + std::string(key) + ": expected " + std::string(expected));
}

bool TomlTable::has(std::string_view key) const { return table_at(table_).contains(key); }

Result<std::string> TomlTable::text(std::string_view key) const {
  if (const auto* value = table_at(table_).get_as<std::string>(key)) return value->get();
  return wrong(key, "a text");
}

Result<std::uint64_t> TomlTable::number(std::string_view key) const {
  const auto* value = table_at(table_).get_as<std::int64_t>(key);
  if (value == nullptr || value->get() < 0) return wrong(key, "a number that is not negative");
  return static_cast<std::uint64_t>(value->get());
}

Result<bool> TomlTable::flag(std::string_view key) const {
  if (const auto* value = table_at(table_).get_as<bool>(key)) return value->get();
  return wrong(key, "true or false");
}

Result<Timestamp> TomlTable::time(std::string_view key) const {
  const auto* value = table_at(table_).get_as<toml::date_time>(key);
  if (value == nullptr || !value->get().offset) return wrong(key, "a time in UTC");
  const auto& at = value->get();
  TRY(const auto day, start_of_day(at.date.year, at.date.month, at.date.day));
  return Timestamp{day.seconds + at.time.hour * 3'600 + at.time.minute * 60 + at.time.second};
}

Result<std::vector<std::string>> TomlTable::texts(std::string_view key) const {
  const auto* array = table_at(table_).get_as<toml::array>(key);
  if (array == nullptr) return wrong(key, "a list of texts");
  std::vector<std::string> texts;
  for (const auto& item : *array) {
    const auto* value = item.as_string();
    if (value == nullptr) return wrong(key, "a list of texts");
    texts.push_back(value->get());
  }
  return texts;
}

Result<std::vector<TomlTable>> TomlTable::tables(std::string_view key) const {
  std::vector<TomlTable> tables;
  if (!has(key)) return tables;
  const auto* array = table_at(table_).get_as<toml::array>(key);
  if (array == nullptr) return wrong(key, "tables");
  for (const auto& item : *array) {
    const auto* value = item.as_table();
    if (value == nullptr) return wrong(key, "tables");
    TomlTable& table = tables.emplace_back(*this);
    table.table_ = value;
  }
  return tables;
}

Result<std::vector<std::pair<std::string, TomlTable>>> TomlTable::named_tables(std::string_view key) const {
  std::vector<std::pair<std::string, TomlTable>> tables;
  if (!has(key)) return tables;
  const auto* parent = table_at(table_).get_as<toml::table>(key);
  if (parent == nullptr) return wrong(key, "tables");
  for (const auto& [name, item] : *parent) {
    const auto* value = item.as_table();
    if (value == nullptr) return wrong(key, "tables");
    auto& table = tables.emplace_back(std::string(name.str()), *this);
    table.second.table_ = value;
  }
  return tables;
}

std::string toml_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

std::string toml_texts(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const auto& text : texts) {
    if (list.size() > 1) list += ", ";
    list += toml_text(text);
  }
  return list + "]";
}

std::string toml_lines(std::string_view text) {
  std::string quoted = "\"\"\"\n";
  std::size_t quotes = 0;  // in a row, as they would stand: a third one would end the string
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool ends = c == '"' && (quotes == 2 || i + 1 == text.size());
    if (c == '\\' || ends) quoted.push_back('\\');
    quoted.push_back(c);
    quotes = c == '"' && !ends ? quotes + 1 : 0;
  }
  return quoted + "\"\"\"";
}

Result<std::string> plain_text_from(std::string_view typed, std::size_t bytes_max, const char* what) {
  constexpr std::string_view blanks = " \t";
  const auto begin = std::min(typed.find_first_not_of(blanks), typed.size());
  typed = typed.substr(begin, typed.find_last_not_of(blanks) + 1 - begin);
  auto text = to_nfc(typed);
  if (is_plain_text(text, bytes_max)) return text;
  return fail(Errc::usage, std::string(what) + ": one line of 1 to " + std::to_string(bytes_max) + " bytes");
}

bool is_plain_text(std::string_view text, std::size_t bytes_max) {
  if (text.empty() || text.size() > bytes_max) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    // U+0080 to U+009F are control characters too.
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
  }
  return to_nfc(text) == text;
}

bool is_endpoint(std::string_view text) {
  constexpr std::string_view scheme = "tcp://";
  if (text.size() > limits::endpoint_bytes_max || !text.starts_with(scheme)) return false;
  const auto colon = text.rfind(':');
  if (colon <= scheme.size() || colon + 1 == text.size() || text.size() - colon > 6) return false;
  unsigned port = 0;
  for (const char c : text.substr(colon + 1)) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  if (port == 0 || port > 65'535 || text[colon + 1] == '0') return false;
  for (const char c : text.substr(scheme.size(), colon - scheme.size())) {
    const bool host = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' ||
                      c == ':' || c == '[' || c == ']' || c == '%';
    if (!host) return false;
  }
  return true;
}

}  // namespace essaimage::store
