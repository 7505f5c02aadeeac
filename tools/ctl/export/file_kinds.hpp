#pragma once
// What an export does with a file of a kit, by its name: its media type, and under which name it lies in the site. Pure
// functions, any thread.
//
// A site is put on sticks (FAT32) and on web servers, and a kit's files are of strangers: nothing of a kit may run in the site's
// place. So a file keeps its extension only if it is in a table of those that no browser runs and no server interprets; any other
// one (html, svg, js, php ...) is stored as ".txt" if it is a text, ".bin" else, and is offered under its own name by the link.
// All other dots become hyphens: "x.php.txt" is a program to some servers.

#include <cstdint>
#include <string>
#include <string_view>

namespace essaimage::ctl::site {

/// `drawing` is a picture that can hold programs (SVG): it is treated as a picture by consents, and never shown.
enum class FileKind : std::uint8_t { text, document, picture, drawing, film, sound, other };

std::string_view str(FileKind kind);  ///< "text", "document", "picture", "drawing", "film", "sound", "other"
FileKind kind_of(std::string_view path);
/// "application/pdf"; of what the site stores as .txt or .bin, that of those.
std::string media_type_of(std::string_view stored_name);
/// People can be seen or heard in it.
bool shows_people(FileKind kind);
/// The site shows it as Markdown; or as plain text.
bool is_markdown(std::string_view path);
bool is_plain_text(std::string_view path);

/// "guide-d-animation-0123456789ab.pdf": of the path in the kit, and of the first digits of the content's id. So other content has
/// another name, two paths that look alike to FAT32 never meet, and what is there already is right. ASCII, at most 100 bytes, no
/// device of Windows.
std::string stored_name(std::string_view path, std::string_view id, bool is_text);
/// A folder of that slug: one that Windows reserves ("con") gets a '_', which no slug has.
std::string folder_name(std::string_view slug);

}  // namespace essaimage::ctl::site
