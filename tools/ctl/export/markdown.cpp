#include "tools/ctl/export/markdown.hpp"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
#include <cmark-gfm.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

#include "store/kit/names.hpp"
#include "tools/ctl/export/escape.hpp"

namespace essaimage::ctl::site {

namespace {

constexpr int heading_shift = 2, heading_last = 6;
constexpr std::size_t words_bytes_max = 32 * 1024;

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeParser {
  void operator()(cmark_parser* parser) const { cmark_parser_free(parser); }
};
struct FreeIter {
  void operator()(cmark_iter* iter) const { cmark_iter_free(iter); }
};
struct Free {
  void operator()(char* text) const { std::free(text); }  // NOLINT: cmark allocates with malloc
};
using Node = std::unique_ptr<cmark_node, FreeNode>;

struct Document {
  std::unique_ptr<cmark_parser, FreeParser> parser;  // its list of extensions is needed by the renderer
  Node root;
};

Document parse(std::string_view text) {
  static std::once_flag once;
  std::call_once(once, cmark_gfm_core_extensions_ensure_registered);
  Document document;
  document.parser.reset(cmark_parser_new(CMARK_OPT_VALIDATE_UTF8));
  for (const auto* const name : {"table", "strikethrough"}) {
    if (auto* extension = cmark_find_syntax_extension(name)) cmark_parser_attach_syntax_extension(document.parser.get(), extension);
  }
  const auto shown = clean(text);
  cmark_parser_feed(document.parser.get(), shown.data(), shown.size());
  document.root.reset(cmark_parser_finish(document.parser.get()));
  return document;
}

/// Every node once, when it is entered.
template <class Visit>
void each_node(cmark_node* root, const Visit& visit) {
  const std::unique_ptr<cmark_iter, FreeIter> iter(cmark_iter_new(root));
  for (auto event = cmark_iter_next(iter.get()); event != CMARK_EVENT_DONE; event = cmark_iter_next(iter.get())) {
    if (event == CMARK_EVENT_ENTER) visit(cmark_iter_get_node(iter.get()));
  }
}

std::string words_below(cmark_node* root) {
  std::string words;
  each_node(root, [&](cmark_node* node) {
    const auto type = cmark_node_get_type(node);
    const bool begins_anew = type == CMARK_NODE_PARAGRAPH || type == CMARK_NODE_HEADING;
    if (begins_anew || type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK) words += ' ';
    if (type != CMARK_NODE_TEXT && type != CMARK_NODE_CODE) return;
    if (const auto* literal = cmark_node_get_literal(node); literal != nullptr) words += literal;
    if (cmark_node_next(node) == nullptr) words += ' ';
  });
  const auto begin = words.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return words.substr(begin, words.find_last_not_of(' ') - begin + 1);
}

std::string link_address_of(cmark_node* node) {
  const auto* address = cmark_node_get_url(node);
  return address == nullptr ? std::string() : address;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool code = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (!code) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

/// What stands in the place of a node: its own content, without the link or picture around it.
void unwrap(cmark_node* node) {
  while (auto* child = cmark_node_first_child(node)) {
    cmark_node_unlink(child);
    cmark_node_insert_before(node, child);
  }
  cmark_node_unlink(node);
  cmark_node_free(node);
}

/// A picture that is not shown: a link to it, or its words. Nothing of it is loaded.
void picture_to_link(cmark_node* picture, const std::string& address) {
  auto words = words_below(picture);
  if (words.empty()) words = address;
  auto* text = cmark_node_new(CMARK_NODE_TEXT);
  cmark_node_set_literal(text, words.c_str());
  if (is_web_address(address)) {
    auto* link = cmark_node_new(CMARK_NODE_LINK);
    cmark_node_set_url(link, address.c_str());
    cmark_node_append_child(link, text);
    cmark_node_insert_before(picture, link);
  } else {
    cmark_node_insert_before(picture, text);
  }
  cmark_node_unlink(picture);
  cmark_node_free(picture);
}

void mend_address(cmark_node* node, std::string_view folder, const Resolve& resolve) {
  const auto address = link_address_of(node);
  const bool picture = cmark_node_get_type(node) == CMARK_NODE_IMAGE;
  const auto path = path_in_kit(folder, address);
  if (const auto place = path ? resolve(*path, picture) : std::nullopt) {
    cmark_node_set_url(node, place->c_str());
  } else if (picture) {
    picture_to_link(node, address);
  } else if (!is_web_address(address)) {
    unwrap(node);
  }
}

}  // namespace

std::optional<std::string> path_in_kit(std::string_view folder, std::string_view address) {
  address = address.substr(0, address.find_first_of("#?"));
  if (address.empty() || address.starts_with('/') || address.find(':') != std::string_view::npos) return std::nullopt;
  std::vector<std::string> names;
  const auto add = [&](std::string_view path) {
    for (std::size_t start = 0; start <= path.size();) {
      const auto slash = std::min(path.find('/', start), path.size());
      const auto name = std::string(path.substr(start, slash - start));
      start = slash + 1;
      if (name.empty() || name == ".") continue;
      if (name != "..") {
        names.push_back(name);
      } else if (names.empty()) {
        return false;
      } else {
        names.pop_back();
      }
    }
    return true;
  };
  if (!add(folder) || !add(unescaped(address))) return std::nullopt;
  std::string path;
  for (const auto& name : names) path += (path.empty() ? "" : "/") + name;
  return kit::check_path(path) ? std::optional(path) : std::nullopt;
}

std::string markdown_html(std::string_view text, std::string_view folder, const Resolve& resolve) {
  const auto document = parse(text);
  std::vector<cmark_node*> addresses;
  each_node(document.root.get(), [&](cmark_node* node) {
    const auto type = cmark_node_get_type(node);
    if (type == CMARK_NODE_LINK || type == CMARK_NODE_IMAGE) addresses.push_back(node);
    if (type != CMARK_NODE_HEADING) return;
    cmark_node_set_heading_level(node, std::min(cmark_node_get_heading_level(node) + heading_shift, heading_last));
  });
  // Children first: a picture may stand in a link, and changing a node frees what was it.
  for (auto node = addresses.rbegin(); node != addresses.rend(); ++node) mend_address(*node, folder, resolve);
  auto* extensions = cmark_parser_get_syntax_extensions(document.parser.get());
  const std::unique_ptr<char, Free> rendered(cmark_render_html(document.root.get(), CMARK_OPT_DEFAULT, extensions));
  return rendered ? std::string(rendered.get()) : std::string();
}

std::map<std::string, std::string> picture_texts(std::string_view text, std::string_view folder) {
  std::map<std::string, std::string> texts;
  const auto document = parse(text);
  each_node(document.root.get(), [&](cmark_node* node) {
    if (cmark_node_get_type(node) != CMARK_NODE_IMAGE) return;
    const auto path = path_in_kit(folder, link_address_of(node));
    if (auto words = words_below(node); path && !words.empty()) texts.try_emplace(*path, std::move(words));
  });
  return texts;
}

std::string markdown_words(std::string_view text) {
  const auto document = parse(text.substr(0, words_bytes_max));
  return words_below(document.root.get());
}

}  // namespace essaimage::ctl::site
