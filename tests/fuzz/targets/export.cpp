// What an exported site is made of: the Markdown of kits, and the list by which an export knows what it may replace.

#include <array>

#include "proto/error.hpp"
#include "tests/fuzz/target.hpp"
#include "tools/ctl/export/escape.hpp"
#include "tools/ctl/export/markdown.hpp"
#include "tools/ctl/export/site_writer.hpp"

namespace essaimage::fuzz::export_target {
namespace {

using namespace std::string_view_literals;

constexpr std::array tags = {"a"sv,      "blockquote"sv, "br"sv,    "code"sv, "del"sv, "em"sv,    "h3"sv, "h4"sv,
                             "h5"sv,     "h6"sv,         "hr"sv,    "img"sv,  "li"sv,  "ol"sv,    "p"sv,  "pre"sv,
                             "strong"sv, "table"sv,      "tbody"sv, "td"sv,   "th"sv,  "thead"sv, "tr"sv, "ul"sv};
constexpr std::array attributes = {"href"sv, "src"sv, "alt"sv, "title"sv, "class"sv, "align"sv, "start"sv};

/// One tag, without its angle brackets.
void check_tag(std::string_view tag) {
  if (tag == "!-- raw HTML omitted --"sv) return;
  if (tag.starts_with('/')) tag.remove_prefix(1);
  ESSAIMAGE_ASSERT(std::ranges::find(tags, tag.substr(0, tag.find_first_of(" /"))) != tags.end());
  for (auto at = tag.find("=\""); at != std::string_view::npos; at = tag.find("=\"")) {
    const auto name = tag.substr(0, at).substr(tag.substr(0, at).rfind(' ') + 1);
    const auto rest = tag.substr(at + 2);
    const auto end = rest.find('"');
    ESSAIMAGE_ASSERT(end != std::string_view::npos);
    ESSAIMAGE_ASSERT(std::ranges::find(attributes, name) != attributes.end());
    if (name == "src"sv) ESSAIMAGE_ASSERT(rest.starts_with("files/"));
    if (name == "href"sv) ESSAIMAGE_ASSERT(ctl::site::is_web_address(rest.substr(0, end)) || rest.starts_with("files/"));
    tag = rest.substr(end + 1);
  }
}

bool run_markdown(ByteView bytes) {
  const auto all_here = [](const std::string& path, bool /*picture*/) { return std::optional("files/" + ctl::site::url(path)); };
  const auto html = ctl::site::markdown_html(text_of(bytes), "guide", all_here);
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const auto end = html.find('>', at);
    ESSAIMAGE_ASSERT(end != std::string::npos);
    check_tag(std::string_view(html).substr(at + 1, end - at - 1));
  }
  (void)ctl::site::picture_texts(text_of(bytes), "guide");
  (void)ctl::site::markdown_words(text_of(bytes));
  return true;
}

std::vector<Seed> markdown_seeds() {
  return {
      seed("valid-text", "# A\n\n* [b](c.md \"t\") ![d](../e.png)\n* `f`\n\n|a|b|\n|:-|-|\n|~~1~~|2|\n\n```js\n<x>\n```\n"),
      seed("valid-hostile", "<script>x</script>[a](javascript:x)![b](//x)[c](data:text/html,x)<img src=x onerror=y>\n\n<a href=\"x\">\n"),
      seed("valid-nested", "[![a](b.png)](https://c.org)[![d](e.png)](f)![[g](h)](i)![![j](k)](l)"),
      seed("valid-bytes", "\xff\xfe\x01\xe2\x80\xae*a*\xef\xbb\xbf")};
}

bool run_list(ByteView bytes) {
  const auto made = ctl::site::parse_made(text_of(bytes));
  if (!made) return false;
  ESSAIMAGE_ASSERT(ctl::site::encode_made(*made) == text_of(bytes));
  for (const auto& [place, size] : *made) ESSAIMAGE_ASSERT(!place.empty() && !place.starts_with('/') && place.find("..") != 0);
  return true;
}

std::vector<Seed> list_seeds() {
  const auto text = ctl::site::encode_made({{"assets/site.css", 5'000}, {"index.html", 12}, {"kits/a/b/files/c-0123456789ab.pdf", 0}});
  return {seed("valid-list", text), seed("hostile-cut-off", text.substr(0, text.size() - 1)), seed("hostile-outside", text + "1 ../x\n"),
          seed("hostile-order", text + "1 a\n"), seed("hostile-number", text + "01 z\n")};
}

const Registered markdown{{"markdown", run_markdown, markdown_seeds}};
const Registered list{{"export_list", run_list, list_seeds}};

}  // namespace
}  // namespace essaimage::fuzz::export_target
