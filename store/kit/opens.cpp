#include "store/kit/opens.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace essaimage::kit {
namespace {

struct File {
  std::string_view head, tail;
  std::uint64_t bytes = 0;
};

bool has(std::string_view bytes, std::string_view what) { return bytes.find(what) != std::string_view::npos; }

bool is_pdf(const File& file) { return has(file.head.substr(0, 1'024), "%PDF-") && has(file.tail, "%%EOF"); }
bool is_jpeg(const File& file) { return file.head.starts_with("\xFF\xD8\xFF") && has(file.tail, "\xFF\xD9"); }
bool is_png(const File& file) { return file.head.starts_with("\x89PNG\r\n\x1A\n") && has(file.tail, "IEND\xAE\x42\x60\x82"); }
bool is_gif(const File& file) { return (file.head.starts_with("GIF87a") || file.head.starts_with("GIF89a")) && has(file.tail, ";"); }
bool is_webp(const File& file) { return file.head.starts_with("RIFF") && file.head.substr(0, 12).ends_with("WEBP"); }

/// The end of the central directory is at the end, whole, but for a comment of at most 64 KiB.
bool is_zip(const File& file) {
  constexpr std::size_t end_bytes = 22;
  const std::string_view end("PK\x05\x06", 4);
  const auto at = file.tail.rfind(end);
  if (at == std::string_view::npos || file.tail.size() - at < end_bytes) return false;
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(file.tail[at + i])); };
  const bool whole = file.tail.size() - at >= end_bytes + byte(20) + (byte(21) << 8U);
  return whole && (file.head.starts_with(std::string_view("PK\x03\x04", 4)) || file.head.starts_with(end));
}

/// The type of an OpenDocument stands first in it, not compressed.
bool is_open_document(const File& file) {
  constexpr std::size_t header_bytes = 30;
  return is_zip(file) && file.head.size() > header_bytes &&
         file.head.substr(header_bytes).starts_with("mimetypeapplication/vnd.oasis.opendocument.");
}

bool is_office(const File& file) { return is_zip(file) && has(file.tail, "[Content_Types].xml"); }

bool is_mp4(const File& file) { return file.head.size() >= 12 && file.head.substr(4, 4) == "ftyp"; }
bool is_matroska(const File& file) { return file.head.starts_with(std::string_view("\x1A\x45\xDF\xA3", 4)); }
bool is_ogg(const File& file) { return file.head.starts_with("OggS"); }
bool is_wav(const File& file) { return file.head.starts_with("RIFF") && file.head.substr(0, 12).ends_with("WAVE"); }

bool is_mp3(const File& file) {
  const bool frame = file.head.size() > 1 && file.head[0] == '\xFF' && (static_cast<unsigned char>(file.head[1]) & 0xE0) == 0xE0;
  return file.head.starts_with("ID3") || frame;
}

/// As text, or with the number of its triangles behind 80 bytes of anything.
bool is_stl(const File& file) {
  if (file.bytes >= 84 && file.head.size() >= 84) {
    std::uint64_t triangles = 0;
    for (std::size_t i = 4; i-- > 0;) triangles = triangles << 8 | static_cast<unsigned char>(file.head[80 + i]);
    if (file.bytes == 84 + triangles * 50) return true;
  }
  return file.head.starts_with("solid") && has(file.tail, "endsolid");
}

bool is_svg(const File& file) { return has(file.head, "<svg") && has(file.tail, "</svg>"); }

struct FileKind {
  std::string_view ending, name;
  bool (*fits)(const File& file);
};
constexpr auto kinds = std::to_array<FileKind>({
    {"3mf", "3MF", is_office},
    {"docx", "Word", is_office},
    {"epub", "EPUB", is_zip},
    {"gif", "GIF", is_gif},
    {"jpeg", "JPEG", is_jpeg},
    {"jpg", "JPEG", is_jpeg},
    {"m4a", "MP4", is_mp4},
    {"m4v", "MP4", is_mp4},
    {"mkv", "Matroska", is_matroska},
    {"mov", "QuickTime", is_mp4},
    {"mp3", "MP3", is_mp3},
    {"mp4", "MP4", is_mp4},
    {"odg", "OpenDocument", is_open_document},
    {"odp", "OpenDocument", is_open_document},
    {"ods", "OpenDocument", is_open_document},
    {"odt", "OpenDocument", is_open_document},
    {"ogg", "Ogg", is_ogg},
    {"ogv", "Ogg", is_ogg},
    {"pdf", "PDF", is_pdf},
    {"png", "PNG", is_png},
    {"pptx", "PowerPoint", is_office},
    {"stl", "STL", is_stl},
    {"svg", "SVG", is_svg},
    {"wav", "WAV", is_wav},
    {"webm", "WebM", is_matroska},
    {"webp", "WebP", is_webp},
    {"xlsx", "Excel", is_office},
    {"zip", "ZIP", is_zip},
});

std::string_view text_of_bytes(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace

Opening opening_of(std::string_view path, ByteView head, ByteView tail, std::uint64_t bytes) {
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string ending(name.substr(dot + 1));
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  const auto kind = std::ranges::find(kinds, ending, &FileKind::ending);
  if (kind == kinds.end()) return {};
  const File file{text_of_bytes(head.first(std::min(head.size(), opens_head_bytes))),
                  text_of_bytes(tail.last(std::min(tail.size(), opens_tail_bytes))), bytes};
  return {kind->name, kind->fits(file)};
}

}  // namespace essaimage::kit
