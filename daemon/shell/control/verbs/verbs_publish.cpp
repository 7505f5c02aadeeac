// publish: the client reads folders and sends them; the store decides. The steps of the upload are
// specified in proto/CONTROL.md, "publish".

#include "daemon/shell/control/verbs.hpp"
#include "proto/limits.hpp"

namespace essaimage::shell::verb {

namespace {

/// A client may be busy with one slow disk; longer, and it holds a half-made publication for
/// nothing.
constexpr std::chrono::seconds upload_stall_max{120};
/// What Linux allows of a path; a folder beyond it is not remembered.
constexpr std::size_t place_bytes_max = 4096;

/// The client's steps, applied to the publication in their order.
class Upload {
 public:
  Upload(Session& session, store::Publication& publication) : session_(session), publication_(publication) {}

  /// Until the client says commit.
  Status run() {
    for (;;) {
      TRY(auto frame, session_.upload(upload_stall_max));
      if (auto* data = std::get_if<control::Data>(&frame)) {
        CHECK_OK(named(write(std::move(*data))));
        continue;
      }
      TRY(auto step, Arguments::parse(std::get<control::Item>(frame).json));
      TRY(const auto name, step.text("step"));
      if (name == "commit") {
        CHECK_OK(step.nothing_else());
        if (in_kit_) return fail(Errc::malformed, "commit inside of a kit");
        return {};
      }
      CHECK_OK(named(apply(name, step)));
    }
  }

 private:
  /// Says which of the folders an error is about.
  Status named(Status status) const {
    if (status || folder_.empty() || status.error().detail.starts_with(folder_)) return status;
    auto error = std::move(status).error();
    error.detail = error.detail.empty() ? folder_ : folder_ + ": " + error.detail;
    return tl::unexpected(std::move(error));
  }

  Status apply(const std::string& name, Arguments& step) {
    if (name == "kit") return begin_kit(step);
    if (name == "file") return begin_file(step);
    if (name == "known") return answer_known(step);
    CHECK_OK(step.nothing_else());
    if (name == "abort-file" && in_file_) {
      in_file_ = false;
      publication_.abort_file();
      return {};
    }
    if (name == "end-kit" && in_kit_ && !in_file_) {
      in_kit_ = false;
      return publication_.end_kit();
    }
    return fail(Errc::malformed, "step out of order: " + name);
  }

  Status begin_kit(Arguments& step) {
    TRY(auto folder, step.text("folder"));
    TRY(const auto place, step.optional_text("path"));
    CHECK_OK(step.nothing_else());
    if (in_kit_) return fail(Errc::malformed, "a kit inside of a kit");
    if (++kits_ > limits::kits_per_publish_max) return fail(Errc::too_large, "kits in one command");
    folder_ = std::move(folder);
    in_kit_ = true;
    CHECK_OK(publication_.begin_kit(folder_));
    if (place && place->starts_with('/') && place->size() <= place_bytes_max) publication_.set_place(*place);
    return {};
  }

  Status answer_known(Arguments& step) {
    TRY(const auto path, step.text("path"));
    TRY(const auto executable, step.flag("executable"));
    TRY(const auto state, step.text("state"));
    CHECK_OK(step.nothing_else());
    if (!in_kit_ || in_file_) return fail(Errc::malformed, "a file outside of a kit");
    TRY(const bool known, publication_.take_known(path, executable, state));
    return session_.item({{"known", known}});
  }

  Status begin_file(Arguments& step) {
    TRY(const auto path, step.text("path"));
    TRY(const auto executable, step.flag("executable"));
    TRY(const auto bytes, step.number("bytes"));
    TRY(const auto state, step.optional_text("state"));
    CHECK_OK(step.nothing_else());
    if (!in_kit_ || in_file_) return fail(Errc::malformed, "a file outside of a kit");
    in_file_ = true;
    ++file_;
    CHECK_OK(publication_.begin_file(path, executable, bytes.value_or(0)));
    if (state) publication_.remember(*state);
    return {};
  }

  Status write(control::Data data) {
    if (!in_file_) return fail(Errc::malformed, "data outside of a file");
    if (data.file + 1 != file_) return fail(Errc::malformed, "data of another file");
    if (!data.bytes.empty()) CHECK_OK(publication_.write(std::move(data.bytes)));
    if (!data.end) return {};
    in_file_ = false;
    return publication_.end_file();
  }

  Session& session_;
  store::Publication& publication_;
  std::string folder_;
  std::size_t kits_ = 0;
  std::uint32_t file_ = 0;  ///< how many were begun, aborted ones too
  bool in_kit_ = false;
  bool in_file_ = false;
};

}  // namespace

Result<Json> publish(Session& session, Arguments& arguments) {
  store::PublishOptions options;
  TRY(const auto audience, arguments.optional_text("audience"));
  TRY(const auto offline, arguments.flag("offline"));
  TRY(options.again, arguments.flag("again"));
  CHECK_OK(arguments.nothing_else());
  if (audience) {
    auto parsed = Audience::parse(*audience);
    if (!parsed) return fail(Errc::audience_unknown, *audience);
    options.audience = *parsed;
  }
  auto& library = session.node().library();
  if (library.roster() == nullptr) return fail(Errc::not_joined);
  if (!offline) CHECK_OK(wait_for_confirmation(session));
  TRY(const auto publication, library.publish(options));
  CHECK_OK(session.item({{"step", "ready"}}));
  CHECK_OK(Upload(session, *publication).run());
  CHECK_OK(session.progress(0, 0, control::Progress::Unit::kits, "commit"));
  TRY(const auto kits, publication->commit());
  CHECK_OK(session.list(kits));
  std::size_t unchanged = 0;
  for (const auto& kit : kits) unchanged += kit.unchanged;
  TRY(const auto status, session.node().status());
  return Json{{"kits", kits.size()},
              {"unchanged", unchanged},
              {"told", is_cut_off(status) ? told_json(status, session.node().now()) : Json(nullptr)}};
}

}  // namespace essaimage::shell::verb
