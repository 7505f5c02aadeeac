#pragma once
// This centre's word about kits, in its own feeds: one commit for each feed that changes, all in one step. `changing_` of the
// library is held all the time. For adoptions and outcomes alone; at most one change of each feed.
// Errors: those of publishing; nothing has happened then.

#include "store/library/library_impl.hpp"

namespace essaimage::store {

class WordChange {
 public:
  static Result<WordChange> begin(LibraryImpl& library);

  /// A text file of our feed of that audience.
  Status put(const Audience& audience, const std::string& path, const std::string& text);
  Status remove(const Audience& audience, const std::string& path);

  bool is_empty() const { return advance_.steps.empty(); }
  Status commit() { return library_.publish_pack(*pack_, std::move(advance_)); }

 private:
  explicit WordChange(LibraryImpl& library) : library_(library), picture_(library.picture()) { advance_.published_here = true; }

  template <class Edit>
  Status in_feed(const Audience& audience, const Edit& edit);

  LibraryImpl& library_;
  PicturePtr picture_;
  std::unique_ptr<PackWriter> pack_;
  LibraryImpl::Advance advance_;
};

}  // namespace essaimage::store
