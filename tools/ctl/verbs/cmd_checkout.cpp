// checkout: the daemon sends a version's files, this writes them.

#include <fmt/format.h>

#include <ostream>

#include "proto/counted.hpp"
#include "proto/limits.hpp"
#include "store/kit/manifest.hpp"
#include "tools/ctl/folders/checkout.hpp"
#include "tools/ctl/folders/tree_writer.hpp"
#include "tools/ctl/verbs/verbs.hpp"

namespace essaimage::ctl {

namespace {

/// Takes the listing, then the bytes of each file in its order. Nothing that the daemon sends is
/// believed unchecked.
class Reception {
 public:
  Reception(TreeWriter& writer, const EditManifest& edit) : writer_(writer), edit_(edit) {}

  Status list(const Json& page) {
    if (!page.is_array() || begun_) return fail(Errc::control_closed, "a listing out of order");
    for (const auto& entry : page) files_.push_back({text_at(entry, "path"), number_at(entry, "bytes"), flag_at(entry, "executable")});
    if (files_.size() > limits::files_per_kit_max) return fail(Errc::kit_too_many_files);
    return {};
  }

  Status data(const control::Data& data) {
    begun_ = true;
    if (at_ >= files_.size() || data.file != at_) return fail(Errc::control_closed, "data out of order");
    const auto& file = files_[at_];
    if (!open_) CHECK_OK(writer_.begin_file(file.path, file.executable));
    open_ = true;
    written_ += data.bytes.size();
    if (written_ > file.bytes) return fail(Errc::control_closed, file.path + ": longer than announced");
    const bool edited = edit_ && file.path == kit::manifest_name;
    if (edited && written_ > limits::manifest_bytes_max) return fail(Errc::too_large, file.path);
    if (edited) {
      manifest_ += text_of(data.bytes);
    } else {
      CHECK_OK(writer_.write(data.bytes));
    }
    if (!data.end) return {};
    if (written_ != file.bytes) return fail(Errc::control_closed, file.path + ": shorter than announced");
    if (edited) {
      TRY(const auto text, edit_(manifest_));
      CHECK_OK(writer_.write(bytes_of(text)));
    }
    open_ = false;
    written_ = 0;
    ++at_;
    return writer_.end_file();
  }

  Status whole() const {
    if (at_ != files_.size()) return fail(Errc::control_closed, "files are lacking");
    return {};
  }

 private:
  struct File {
    std::string path;
    std::uint64_t bytes;
    bool executable;
  };
  TreeWriter& writer_;
  const EditManifest& edit_;
  std::string manifest_;  ///< if it is edited
  std::vector<File> files_;
  std::size_t at_ = 0;
  std::uint64_t written_ = 0;
  bool open_ = false;
  bool begun_ = false;
};

}  // namespace

Result<Json> check_out(const Context& context, const KitRef& ref, const std::string& destination, const EditManifest& edit) {
  TRY(auto client, Client::connect(context));
  TRY(auto writer, TreeWriter::create(destination));
  Reception reception(writer, edit);
  ProgressBar bar(context, "checkout");
  Client::Handlers handlers;
  handlers.item = [&](const Json& page) { return reception.list(page); };
  handlers.data = [&](const control::Data& data) { return reception.data(data); };
  handlers.progress = &bar;
  auto arguments = ref.arguments();
  if (context.parsed.has("rest")) arguments["rest"] = true;
  auto reply = client.ask("checkout", arguments, handlers);
  bar.wipe();
  if (!reply) return tl::unexpected(with_suggestion(context, ref.id, reply.error()));
  CHECK_OK(reception.whole());
  CHECK_OK(writer.finish());
  (*reply)["destination"] = destination;
  return reply;
}

}  // namespace essaimage::ctl

namespace essaimage::ctl::verb {

Result<ExitCode> checkout(Context& context) {
  TRY(const auto ref, parse_kit_ref(context.parsed.positionals[0]));
  const auto& destination = context.parsed.positionals[1];
  TRY(const auto reply, check_out(context, ref, destination, {}));
  if (context.json) {
    context.out() << pretty(reply) << "\n";
  } else {
    context.out() << fmt::format(fmt::runtime(context.say("{}, version {}: {}, {}, in {}\n", "{}, version {} : {}, {}, dans {}\n")),
                                 ref.id.str(), number_at(reply, "version"),
                                 counted(number_at(reply, "files"), files_counted, context.language),
                                 human_bytes(number_at(reply, "bytes"), context.language), destination);
    for (const auto& path : list_at(reply, "withdrawn"))
      if (path.is_string())
        context.out() << context.say("withdrawn, left out: ", "retiré, laissé de côté : ") << printable(path.get<std::string>()) << "\n";
  }
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb
