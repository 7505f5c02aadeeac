#include "store/git/text_merge.hpp"

#include <git2/merge.h>
#include <git2/patch.h>

#include "proto/limits.hpp"
#include "store/git/handle.hpp"

namespace essaimage::store {
namespace {

using Patch = git::Handle<git_patch, git_patch_free>;

struct Buffer {
  git_buf raw{};
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { git_buf_dispose(&raw); }
};
struct MergeResult {
  git_merge_file_result raw{};
  MergeResult() = default;
  MergeResult(const MergeResult&) = delete;
  MergeResult& operator=(const MergeResult&) = delete;
  ~MergeResult() { git_merge_file_result_free(&raw); }
};

Status bounded(std::initializer_list<std::string_view> texts) {
  for (const auto text : texts) {
    if (text.size() > limits::text_file_bytes_max) return fail(Errc::too_large, "a text to compare");
  }
  return {};
}

/// libgit2 takes a null pointer for a file that is missing.
const char* begin_of(std::string_view text) { return text.data() == nullptr ? "" : text.data(); }
const char* begin_of(const std::optional<std::string_view>& text) { return text ? begin_of(*text) : nullptr; }

git_merge_file_input input_of(std::string_view text) {
  git_merge_file_input input{};
  git_merge_file_input_init(&input, GIT_MERGE_FILE_INPUT_VERSION);
  input.ptr = begin_of(text);
  input.size = text.size();
  return input;
}

}  // namespace

Result<MergedText> merge_texts(std::string_view base, std::string_view ours, std::string_view theirs, const MergeNames& names) {
  CHECK_OK(bounded({base, ours, theirs}));
  git::runtime();
  const auto ancestor = input_of(base), mine = input_of(ours), other = input_of(theirs);
  git_merge_file_options options{};
  git_merge_file_options_init(&options, GIT_MERGE_FILE_OPTIONS_VERSION);
  options.our_label = names.ours.c_str();
  options.their_label = names.theirs.c_str();
  MergeResult merged;
  CHECK_OK(git::check(git_merge_file(&merged.raw, &ancestor, &mine, &other, &options), "merging texts", Errc::internal));
  return MergedText{{merged.raw.ptr, merged.raw.len}, merged.raw.automergeable == 0};
}

Result<std::string> diff_texts(std::optional<std::string_view> before, std::optional<std::string_view> after, const std::string& path) {
  const auto was = before.value_or(std::string_view()), is = after.value_or(std::string_view());
  CHECK_OK(bounded({was, is}));
  git::runtime();
  git_diff_options options{};
  git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
  options.flags = GIT_DIFF_FORCE_TEXT;
  const char* const name = path.c_str();
  git_patch* raw = nullptr;
  const int code = git_patch_from_buffers(&raw, begin_of(before), was.size(), name, begin_of(after), is.size(), name, &options);
  CHECK_OK(git::check(code, "comparing texts", Errc::internal));
  const Patch patch(raw);
  if (git_patch_num_hunks(patch.get()) == 0) return std::string();
  Buffer text;
  CHECK_OK(git::check(git_patch_to_buf(&text.raw, patch.get()), "comparing texts", Errc::internal));
  return std::string(text.raw.ptr, text.raw.size);
}

}  // namespace essaimage::store
