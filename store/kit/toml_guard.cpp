#include "store/kit/toml_guard.hpp"

#include "proto/text.hpp"

namespace essaimage::kit {
namespace {

/// Walks over the text as TOML divides it: strings, comments, and what lies between.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  /// Nothing is wrong, or what is.
  std::string_view walk() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skip_string(c);
      } else if (c == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else {
        count(c);
        ++at_;
        if (depth_ > toml_depth_max) return "too many brackets within brackets";
        if (dots_ >= toml_depth_max) return "too many dots in a key";
      }
    }
    return {};
  }

  std::size_t line() const { return line_; }

 private:
  bool three(char quote) const {
    return at_ + 2 < text_.size() && text_[at_] == quote && text_[at_ + 1] == quote && text_[at_ + 2] == quote;
  }

  void skip_string(char quote) {
    const bool long_form = three(quote);
    at_ += long_form ? 3 : 1;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        if (!long_form) return;  // not closed: the parser says so
        ++line_;
      }
      if (c == '\\' && quote == '"') {
        ++at_;
        if (at_ < text_.size() && text_[at_] == '\n') continue;
      } else if (c == quote && (!long_form || three(quote))) {
        at_ += long_form ? 3 : 1;
        // A long string may end in one or two quotes of its own before the three that close it.
        for (int more = 0; long_form && more < 2 && at_ < text_.size() && text_[at_] == quote; ++more) ++at_;
        return;
      }
      ++at_;
    }
  }

  void count(char c) {
    switch (c) {
      case '\n':
        ++line_;
        dots_ = 0;
        break;
      case '=':
      case ',': dots_ = 0; break;
      case '[':
      case '{':
        ++depth_;
        dots_ = 0;
        break;
      case ']':
      case '}':
        if (depth_ > 0) --depth_;
        break;
      case '.': ++dots_; break;
      default: break;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  int depth_ = 0;
  int dots_ = 0;
};

/// The position of a control character or a line separator that parsers could take differently.
std::size_t find_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool ends_line = c == '\n' || (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n');
    if ((c < 0x20 && c != '\t' && !ends_line) || c == 0x7F) return i;
    const auto rest = text.substr(i, 3);
    if (rest.starts_with("\xC2\x85") || rest == "\xE2\x80\xA8" || rest == "\xE2\x80\xA9") return i;
  }
  return std::string_view::npos;
}

std::string place(std::string_view file, std::size_t line) { return std::string(file) + ":" + std::to_string(line) + ": "; }

}  // namespace

Status guard_toml(std::string_view text, std::size_t bytes_max, std::string_view file) {
  if (text.size() > bytes_max) {
    return fail(Errc::too_large, place(file, 1) + "at most " + std::to_string(bytes_max) + " bytes");
  }
  if (!is_utf8(text)) {
    std::size_t line = 1;
    for (auto rest = text; !rest.empty(); ++line) {
      const auto end = rest.find('\n');
      if (!is_utf8(rest.substr(0, end)) || end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
    return fail(Errc::malformed, place(file, line) + "expected UTF-8");
  }
  if (const auto at = find_control(text); at != std::string_view::npos) {
    std::size_t line = 1;
    for (const char c : text.substr(0, at)) line += c == '\n' ? 1 : 0;
    return fail(Errc::malformed, place(file, line) + "unexpected control character");
  }
  Walker walker(text);
  if (const auto wrong = walker.walk(); !wrong.empty()) {
    return fail(Errc::malformed, place(file, walker.line()) + std::string(wrong));
  }
  return {};
}

}  // namespace essaimage::kit
