// Reading a kit whole: is it here, is it right, does it open.

#include <fmt/format.h>

#include "daemon/shell/control/readiness.hpp"
#include "daemon/shell/control/session.hpp"
#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/kit/manifest.hpp"
#include "store/kit/opens.hpp"

namespace essaimage::shell {

namespace {

Json words_json(const std::string& en, const std::string& fr) { return to_json(Words{en, fr}); }

Json damage(const store::KitFile& file, const Error& error) {
  return {{"path", file.path},
          {"code", std::string(describe(error.code, Language::english).code)},
          {"text", words_json(to_line(error, Language::english), to_line(error, Language::french))}};
}

/// Reads one file through; what it needs of it to say whether it opens stays in memory.
class FileCheck {
 public:
  FileCheck(Session& session, const store::KitFile& file) : session_(session), file_(file) {}

  /// What is wrong with the file; `gone`: with the client, which ends the reading.
  Status read(std::uint64_t& done, std::uint64_t total, Status& gone) {
    auto& library = session_.node().library();
    std::uint64_t offset = 0;
    while (offset < file_.bytes) {
      TRY(const auto bytes, library.read_file(file_, offset, limits::control_data_bytes_max));
      if (bytes.empty()) return fail(Errc::corrupt, file_.path);
      keep(bytes);
      hash_.update(bytes);
      offset += bytes.size();
      done += bytes.size();
      gone = session_.progress(done, total, control::Progress::Unit::bytes, file_.path);
      if (gone) gone = session_.pause(std::chrono::milliseconds(0));
      if (!gone) return {};
    }
    if (file_.is_media && hash_.finish() != file_.media) {
      (void)library.recheck(file_.media);  // what peers have of it comes again
      return fail(Errc::media_bad, file_.path);
    }
    if (file_.path != kit::manifest_name) return {};
    TRY([[maybe_unused]] const auto manifest, kit::parse_manifest(text_of(head_)));
    return {};
  }

  const Bytes& head() const { return head_; }
  const Bytes& tail() const { return tail_; }

 private:
  void keep(const Bytes& bytes) {
    const auto head_max = file_.path == kit::manifest_name ? limits::manifest_bytes_max : kit::opens_head_bytes;
    const auto more = std::min(bytes.size(), head_max - std::min(head_max, head_.size()));
    head_.insert(head_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(more));
    tail_.insert(tail_.end(), bytes.begin(), bytes.end());
    if (tail_.size() > kit::opens_tail_bytes) tail_.erase(tail_.begin(), tail_.end() - static_cast<std::ptrdiff_t>(kit::opens_tail_bytes));
  }

  Session& session_;
  const store::KitFile& file_;
  store::Sha256Stream hash_;
  Bytes head_, tail_;
};

}  // namespace

Result<KitCheck> check_kit(Session& session, const store::KitSummary& kit) {
  TRY(const auto files, session.node().library().files(kit.row.id, kit.row.version));
  KitCheck check;
  check.files = files.size();
  std::uint64_t total = 0;
  for (const auto& file : files) total += file.here ? file.bytes : 0;
  for (const auto& file : files) {
    if (!file.here) {
      check.lacking.push_back({{"path", file.path}, {"bytes", file.bytes}});
      continue;
    }
    FileCheck one(session, file);
    Status gone;
    const auto read = one.read(check.bytes, total, gone);
    CHECK_OK(gone);
    if (!read) {
      check.damaged.push_back(damage(file, read.error()));
      continue;
    }
    const auto opening = kit::opening_of(file.path, one.head(), one.tail(), file.bytes);
    if (opening.fits) continue;
    check.doubtful.push_back({{"path", file.path}, {"expected", opening.expected}});
    check.doubtful.back()["text"] = words_json(fmt::format("it does not begin and end as a file of the type {} does", opening.expected),
                                               fmt::format("il ne commence et ne finit pas comme un fichier de type {}", opening.expected));
  }
  return check;
}

}  // namespace essaimage::shell
