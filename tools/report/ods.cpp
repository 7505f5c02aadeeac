// An OpenDocument spreadsheet: a zip archive whose first file, `mimetype`, is stored and not compressed; content in one XML file.
// minizip writes archives into files or through functions of ours: here, into memory.

#include <ioapi.h>
#include <zip.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "tools/report/formats.hpp"

namespace essaimage::report {
namespace {

constexpr std::string_view mimetype = "application/vnd.oasis.opendocument.spreadsheet";

/// A file in memory, for minizip. An archive of a report is some megabytes.
struct Memory {
  Bytes bytes;
  std::size_t at = 0;

  static Memory& of(voidpf stream) { return *static_cast<Memory*>(stream); }
  static voidpf open(voidpf opaque, const void*, int) { return opaque; }
  static uLong read(voidpf, voidpf stream, void* to, uLong size) {
    auto& memory = of(stream);
    const auto count = std::min<std::size_t>(size, memory.bytes.size() - std::min(memory.at, memory.bytes.size()));
    std::memcpy(to, memory.bytes.data() + memory.at, count);
    memory.at += count;
    return count;
  }
  static uLong write(voidpf, voidpf stream, const void* from, uLong size) {
    auto& memory = of(stream);
    if (memory.bytes.size() < memory.at + size) memory.bytes.resize(memory.at + size);
    std::memcpy(memory.bytes.data() + memory.at, from, size);
    memory.at += size;
    return size;
  }
  static ZPOS64_T tell(voidpf, voidpf stream) { return of(stream).at; }
  static long seek(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
    auto& memory = of(stream);
    const auto from = origin == ZLIB_FILEFUNC_SEEK_CUR ? memory.at : origin == ZLIB_FILEFUNC_SEEK_END ? memory.bytes.size() : 0;
    memory.at = from + static_cast<std::size_t>(offset);
    return 0;
  }
  static int close(voidpf, voidpf) { return 0; }
  static int error(voidpf, voidpf) { return 0; }
};

Status add(zipFile zip, const char* name, std::string_view content, bool compressed) {
  zip_fileinfo info{};
  info.tmz_date = {0, 0, 0, 1, 0, 1980};  // the same report is the same file
  const bool good = zipOpenNewFileInZip(zip, name, &info, nullptr, 0, nullptr, 0, nullptr, compressed ? Z_DEFLATED : 0,
                                        Z_DEFAULT_COMPRESSION) == ZIP_OK &&
                    zipWriteInFileInZip(zip, content.data(), static_cast<unsigned>(content.size())) == ZIP_OK &&
                    zipCloseFileInZip(zip) == ZIP_OK;
  return good ? Status{} : fail(Errc::internal, std::string("zip: ") + name);
}

std::string decimal(std::int64_t value, std::int64_t unit, int digits) {
  const auto size = std::abs(value);
  auto rest = std::to_string(size % unit);
  rest.insert(0, static_cast<std::size_t>(digits) - rest.size(), '0');
  return (value < 0 ? "-" : "") + std::to_string(size / unit) + "." + rest;
}

std::string cell_xml(const Cell& cell, Language language) {
  const auto text = "<text:p>" + escaped(shown(cell, language)) + "</text:p></table:table-cell>";
  switch (cell.kind) {
    case Cell::Kind::text: return "<table:table-cell office:value-type=\"string\">" + text;
    case Cell::Kind::number:
      return "<table:table-cell office:value-type=\"float\" office:value=\"" + std::to_string(cell.value) + "\">" + text;
    case Cell::Kind::money:
      return "<table:table-cell table:style-name=\"money\" office:value-type=\"currency\" office:currency=\"EUR\" office:value=\"" +
             decimal(cell.value, 100, 2) + "\">" + text;
    case Cell::Kind::rate:
      return "<table:table-cell table:style-name=\"rate\" office:value-type=\"percentage\" office:value=\"" +
             decimal(cell.value, 10'000, 4) + "\">" + text;
    case Cell::Kind::day:
      return "<table:table-cell table:style-name=\"day\" office:value-type=\"date\" office:date-value=\"" + escaped(cell.text) + "\">" +
             text;
  }
  return {};
}

/// Of the name of a sheet spreadsheets refuse some characters, and more than 31.
std::string sheet_name(const Sheet& sheet) { return sheet.id.substr(0, 31); }

std::string row_xml(const std::vector<Cell>& row, Language language, const char* style) {
  std::string xml = "<table:table-row>";
  for (const auto& cell : row) {
    auto one = cell_xml(cell, language);
    if (*style != '\0') one.insert(std::strlen("<table:table-cell"), std::string(" table:style-name=\"") + style + "\"");
    xml += one;
  }
  return xml + "</table:table-row>\n";
}

std::string sheet_xml(const Sheet& sheet, Language language) {
  std::size_t columns = std::max<std::size_t>(sheet.columns.size(), 1);
  for (const auto& row : sheet.rows) columns = std::max(columns, row.size());
  std::string xml = "<table:table table:name=\"" + escaped(sheet_name(sheet)) + "\">";
  xml += "<table:table-column table:style-name=\"column\" table:number-columns-repeated=\"" + std::to_string(columns) + "\"/>";
  xml += row_xml({Cell::of(sheet.title)}, language, "head");
  if (!sheet.columns.empty()) {
    std::vector<Cell> names;
    for (const auto& name : sheet.columns) names.push_back(Cell::of(name));
    xml += row_xml(names, language, "head");
  }
  for (const auto& row : sheet.rows) xml += row_xml(row, language, "");
  for (const auto& note : sheet.notes) xml += row_xml({Cell::of(note)}, language, "");
  return xml + "</table:table>\n";
}

constexpr std::string_view namespaces =
    " xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" "
    "xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\""
    " xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" xmlns:style=\"urn:oasis:names:tc:opendocument:xmlns:style:1.0\""
    " xmlns:number=\"urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0\" "
    "xmlns:fo=\"urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0\""
    " office:version=\"1.3\"";

std::string styles_xml(Language language) {
  const bool french = language == Language::french;
  std::string xml = "<office:automatic-styles>";
  xml +=
      "<style:style style:name=\"column\" style:family=\"table-column\"><style:table-column-properties "
      "style:column-width=\"4.5cm\"/></style:style>";
  xml +=
      "<number:currency-style style:name=\"money-format\"><number:number number:decimal-places=\"2\" "
      "number:min-integer-digits=\"1\" "
      "number:grouping=\"true\"/><number:text> "
      "</number:text><number:currency-symbol>€</number:currency-symbol></number:currency-style>";
  xml +=
      "<number:percentage-style style:name=\"rate-format\"><number:number number:decimal-places=\"2\" "
      "number:min-integer-digits=\"1\"/>"
      "<number:text>%</number:text></number:percentage-style>";
  const std::string day = "<number:day number:style=\"long\"/>", month = "<number:month number:style=\"long\"/>",
                    year = "<number:year number:style=\"long\"/>";
  const std::string slash = "<number:text>/</number:text>", dash = "<number:text>-</number:text>";
  xml += "<number:date-style style:name=\"day-format\">" +
         (french ? day + slash + month + slash + year : year + dash + month + dash + day) + "</number:date-style>";
  xml += "<style:style style:name=\"head\" style:family=\"table-cell\"><style:text-properties fo:font-weight=\"bold\"/></style:style>";
  for (const char* name : {"money", "rate", "day"})
    xml +=
        std::string("<style:style style:name=\"") + name + "\" style:family=\"table-cell\" style:data-style-name=\"" + name + "-format\"/>";
  return xml + "</office:automatic-styles>";
}

std::string content_xml(const Document& document) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-content" + std::string(namespaces) + ">" +
                    styles_xml(document.language);
  xml += "<office:body><office:spreadsheet>\n";
  for (const auto& sheet : document.sheets) xml += sheet_xml(sheet, document.language);
  return xml + "</office:spreadsheet></office:body></office:document-content>\n";
}

std::string meta_xml(const Document& document) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-meta "
         "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" "
         "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" office:version=\"1.3\"><office:meta><dc:title>" +
         escaped(document.title) + "</dc:title></office:meta></office:document-meta>\n";
}

constexpr std::string_view manifest_xml =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<manifest:manifest "
    "xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" "
    "manifest:version=\"1.3\"><manifest:file-entry manifest:full-path=\"/\" manifest:version=\"1.3\" "
    "manifest:media-type=\"application/vnd.oasis.opendocument.spreadsheet\"/><manifest:file-entry "
    "manifest:full-path=\"content.xml\" "
    "manifest:media-type=\"text/xml\"/><manifest:file-entry manifest:full-path=\"meta.xml\" "
    "manifest:media-type=\"text/xml\"/></manifest:manifest>\n";

}  // namespace

Result<Bytes> ods_of(const Document& document) {
  Memory memory;
  zlib_filefunc64_def functions{};
  functions.zopen64_file = &Memory::open;
  functions.zread_file = &Memory::read;
  functions.zwrite_file = &Memory::write;
  functions.ztell64_file = &Memory::tell;
  functions.zseek64_file = &Memory::seek;
  functions.zclose_file = &Memory::close;
  functions.zerror_file = &Memory::error;
  functions.opaque = &memory;
  auto* const zip = zipOpen2_64("report.ods", APPEND_STATUS_CREATE, nullptr, &functions);
  if (zip == nullptr) return fail(Errc::internal, "zip");
  Status written = add(zip, "mimetype", mimetype, false);
  if (written) written = add(zip, "content.xml", content_xml(document), true);
  if (written) written = add(zip, "meta.xml", meta_xml(document), true);
  if (written) written = add(zip, "META-INF/manifest.xml", manifest_xml, true);
  const bool closed = zipClose(zip, nullptr) == ZIP_OK;
  CHECK_OK(written);
  if (!closed) return fail(Errc::internal, "zip");
  return std::move(memory.bytes);
}

}  // namespace essaimage::report
