#include "tools/ctl/export/file_kinds.hpp"

#include <algorithm>
#include <array>

#include "proto/text.hpp"
#include "store/kit/names.hpp"

namespace essaimage::ctl::site {

namespace {

struct Extension {
  std::string_view name, type;
  FileKind kind;
};

// What may keep its extension. None of these is run by a browser or, under its own name, by a server.
constexpr std::array extensions = {
    Extension{"md", "text/markdown", FileKind::text},
    Extension{"markdown", "text/markdown", FileKind::text},
    Extension{"txt", "text/plain", FileKind::text},
    Extension{"csv", "text/csv", FileKind::text},
    Extension{"pdf", "application/pdf", FileKind::document},
    Extension{"epub", "application/epub+zip", FileKind::document},
    Extension{"odt", "application/vnd.oasis.opendocument.text", FileKind::document},
    Extension{"ods", "application/vnd.oasis.opendocument.spreadsheet", FileKind::document},
    Extension{"odp", "application/vnd.oasis.opendocument.presentation", FileKind::document},
    Extension{"odg", "application/vnd.oasis.opendocument.graphics", FileKind::document},
    Extension{"doc", "application/msword", FileKind::document},
    Extension{"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", FileKind::document},
    Extension{"xls", "application/vnd.ms-excel", FileKind::document},
    Extension{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", FileKind::document},
    Extension{"ppt", "application/vnd.ms-powerpoint", FileKind::document},
    Extension{"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", FileKind::document},
    Extension{"rtf", "application/rtf", FileKind::document},
    Extension{"png", "image/png", FileKind::picture},
    Extension{"jpg", "image/jpeg", FileKind::picture},
    Extension{"jpeg", "image/jpeg", FileKind::picture},
    Extension{"gif", "image/gif", FileKind::picture},
    Extension{"webp", "image/webp", FileKind::picture},
    Extension{"mp4", "video/mp4", FileKind::film},
    Extension{"m4v", "video/mp4", FileKind::film},
    Extension{"webm", "video/webm", FileKind::film},
    Extension{"ogv", "video/ogg", FileKind::film},
    Extension{"mov", "video/quicktime", FileKind::film},
    Extension{"mkv", "video/x-matroska", FileKind::film},
    Extension{"avi", "video/x-msvideo", FileKind::film},
    Extension{"mp3", "audio/mpeg", FileKind::sound},
    Extension{"m4a", "audio/mp4", FileKind::sound},
    Extension{"ogg", "audio/ogg", FileKind::sound},
    Extension{"oga", "audio/ogg", FileKind::sound},
    Extension{"opus", "audio/ogg", FileKind::sound},
    Extension{"wav", "audio/wav", FileKind::sound},
    Extension{"flac", "audio/flac", FileKind::sound},
    Extension{"stl", "model/stl", FileKind::other},
    Extension{"3mf", "model/3mf", FileKind::other},
    Extension{"obj", "model/obj", FileKind::other},
    Extension{"step", "model/step", FileKind::other},
    Extension{"stp", "model/step", FileKind::other},
    Extension{"f3d", "application/octet-stream", FileKind::other},
    Extension{"dxf", "image/vnd.dxf", FileKind::other},
    Extension{"scad", "text/plain", FileKind::other},
    Extension{"gcode", "text/plain", FileKind::other},
    Extension{"ino", "text/plain", FileKind::other},
    Extension{"hex", "text/plain", FileKind::other},
    Extension{"sb3", "application/octet-stream", FileKind::other},
    Extension{"zip", "application/zip", FileKind::other},
    Extension{"7z", "application/x-7z-compressed", FileKind::other},
    Extension{"bin", "application/octet-stream", FileKind::other},
};
// Pictures, films and sounds that do not keep their extension, or that no browser shows.
constexpr std::array<std::pair<std::string_view, FileKind>, 18> more_kinds = {{{"svg", FileKind::drawing},
                                                                               {"svgz", FileKind::drawing},
                                                                               {"avif", FileKind::drawing},
                                                                               {"heic", FileKind::drawing},
                                                                               {"heif", FileKind::drawing},
                                                                               {"tif", FileKind::drawing},
                                                                               {"tiff", FileKind::drawing},
                                                                               {"bmp", FileKind::drawing},
                                                                               {"ico", FileKind::drawing},
                                                                               {"raw", FileKind::drawing},
                                                                               {"cr2", FileKind::drawing},
                                                                               {"nef", FileKind::drawing},
                                                                               {"dng", FileKind::drawing},
                                                                               {"wmv", FileKind::film},
                                                                               {"mpg", FileKind::film},
                                                                               {"mpeg", FileKind::film},
                                                                               {"3gp", FileKind::film},
                                                                               {"aac", FileKind::sound}}};
constexpr std::size_t id_digits = 12, stem_bytes_max = 70;

/// Lower-case, without the dot; empty if there is none.
std::string extension_of(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  return fold_to_ascii(name.substr(dot + 1));
}

const Extension* known(std::string_view extension) {
  const auto* const at = std::ranges::find(extensions, extension, &Extension::name);
  return at == extensions.end() ? nullptr : at;
}

/// Letters, digits and single hyphens.
std::string plain_stem(std::string_view text) {
  std::string stem;
  for (const char c : fold_to_ascii(text)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) stem += c;
    if (!plain && !stem.empty() && stem.back() != '-') stem += '-';
  }
  stem = stem.substr(0, stem_bytes_max);
  while (stem.ends_with('-')) stem.pop_back();
  return stem.empty() ? "file" : stem;
}

}  // namespace

std::string_view str(FileKind kind) {
  static constexpr std::array<std::string_view, 7> names = {"text", "document", "picture", "drawing", "film", "sound", "other"};
  return names.at(static_cast<std::size_t>(kind));
}

FileKind kind_of(std::string_view path) {
  const auto extension = extension_of(path);
  for (const auto& [name, kind] : more_kinds) {
    if (name == extension) return kind;
  }
  const auto* const found = known(extension);
  return found == nullptr ? FileKind::other : found->kind;
}

std::string media_type_of(std::string_view stored_name) {
  const auto* const found = known(extension_of(stored_name));
  return std::string(found == nullptr ? "application/octet-stream" : found->type);
}

bool shows_people(FileKind kind) {
  return kind == FileKind::picture || kind == FileKind::drawing || kind == FileKind::film || kind == FileKind::sound;
}

bool is_markdown(std::string_view path) {
  const auto extension = extension_of(path);
  return extension == "md" || extension == "markdown";
}

bool is_plain_text(std::string_view path) {
  const auto extension = extension_of(path);
  const auto name = path.substr(path.rfind('/') + 1);
  return extension == "txt" || (extension.empty() && !name.starts_with('.'));
}

std::string stored_name(std::string_view path, std::string_view id, bool is_text) {
  const auto extension = extension_of(path);
  const bool keeps = known(extension) != nullptr;
  const auto stem = plain_stem(keeps ? path.substr(0, path.rfind('.')) : path);
  return stem + "-" + std::string(id.substr(0, id_digits)) + "." + (keeps ? extension : is_text ? "txt" : "bin");
}

std::string folder_name(std::string_view slug) {
  auto name = std::string(slug);
  return kit::check_name(name) ? name : name + "_";
}

}  // namespace essaimage::ctl::site
