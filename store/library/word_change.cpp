#include "store/library/word_change.hpp"

namespace essaimage::store {

Result<WordChange> WordChange::begin(LibraryImpl& library) {
  WordChange change(library);
  TRY(change.pack_, PackWriter::create(library.layout_.scratch()));
  return change;
}

template <class Edit>
Status WordChange::in_feed(const Audience& audience, const Edit& edit) {
  CHECK_OK(library_.may_publish(*picture_, audience));
  const FeedId feed{library_.identity_.slug, audience};
  TRY(auto editor, library_.edit_feed(*picture_, feed, *pack_));
  CHECK_OK(edit(editor));
  TRY(const auto tree, editor.write(*pack_));
  TRY(auto step, library_.sign_step(*picture_, feed, tree, *pack_));
  advance_.steps.push_back(std::move(step));
  return {};
}

Status WordChange::put(const Audience& audience, const std::string& path, const std::string& text) {
  return in_feed(audience, [&](TreeEditor& editor) -> Status {
    TRY(const auto blob, pack_->add(ObjectType::blob, bytes_of(text)));
    return editor.set(path, TreeEntry::Mode::file, blob);
  });
}

Status WordChange::remove(const Audience& audience, const std::string& path) {
  return in_feed(audience, [&](TreeEditor& editor) { return editor.remove(path); });
}

}  // namespace essaimage::store
