#pragma once
// Errors are values. Each has a stable code with a cause, somebody who can act, and a next step, in English and in
// French; error_codes.def lists them all. The same code appears in the CLI, in JSON, in logs and on the page.
//
// A bug is not an Error: it is an ESSAIMAGE_ASSERT, which stays on in release builds. Input of any kind never trips one.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace essaimage {

enum class Errc : std::uint16_t {
#define ESSAIMAGE_ERROR(name, code, actor, cause_en, cause_fr, next_en, next_fr) name,
#include "proto/error_codes.def"
#undef ESSAIMAGE_ERROR
};

/// Who can mend it.
enum class Actor { author, admin, federation, peer, nobody, developer };

enum class Language { english, french };

/// What is fixed about a code.
struct ErrorText {
  std::string_view code;  ///< stable, such as "kit.title-missing"
  Actor actor;
  std::string_view cause;
  std::string_view next_step;
};

/// A foreseen failure.
struct Error {
  Errc code;
  std::string detail;  ///< what it concerns, untranslated: "kit.toml:3: expected a string", a path, a slug
};

ErrorText describe(Errc code, Language language);
std::string_view describe(Actor actor, Language language);

/// The stable text of a code back to the code (control replies carry the text).
std::optional<Errc> errc_from(std::string_view code);

/// "cause: detail" in one line.
std::string to_line(const Error& error, Language language = Language::english);

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(Errc code, std::string detail = {}) { return tl::unexpected<Error>(Error{code, std::move(detail)}); }

[[noreturn]] void assertion_failed(const char* what, const char* file, int line);

}  // namespace essaimage

#define ESSAIMAGE_ASSERT(condition) ((condition) ? void() : ::essaimage::assertion_failed(#condition, __FILE__, __LINE__))

#define ESSAIMAGE_CONCAT_(a, b) a##b
#define ESSAIMAGE_CONCAT(a, b) ESSAIMAGE_CONCAT_(a, b)

/// TRY(auto x, f()): x is the value of f(), or the enclosing function returns its error.
#define TRY(declaration, ...) TRY_(ESSAIMAGE_CONCAT(result_at_, __LINE__), declaration, __VA_ARGS__)
#define TRY_(result, declaration, ...)                                                 \
  auto result = (__VA_ARGS__);                                                         \
  if (!result) return ::tl::unexpected<::essaimage::Error>(std::move(result).error()); \
  declaration = std::move(*result)

/// CHECK_OK(f()): the enclosing function returns the error of f(), if any.
#define CHECK_OK(...)                                                                  \
  do {                                                                                 \
    if (auto result_of_check = (__VA_ARGS__); !result_of_check)                        \
      return ::tl::unexpected<::essaimage::Error>(std::move(result_of_check).error()); \
  } while (false)
