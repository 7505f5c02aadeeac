#pragma once
// One publish command, kept until it is committed: texts in a pack that is being written, media in
// a batch, and of each kit the list of its files. store/publishing/publication.cpp takes the kits in,
// store/publishing/known_files.cpp those of their files that need not be read, store/publishing/publish.cpp makes commits of them,
// store/publishing/publish_again.cpp knows what is published already.

#include <deque>
#include <set>

#include "store/kit/entry.hpp"
#include "store/kit/manifest.hpp"
#include "store/kit/names.hpp"
#include "store/library/library_impl.hpp"
#include "store/media/media_line.hpp"

namespace essaimage::store {

/// What one publication asks of a receiver, at most.
struct PackTotals {
  std::uint64_t visits = 0;  ///< limits::pack_visits_max
  std::uint64_t bytes = 0, objects = 0;
};
/// Errc::too_large beyond half of what a receiver takes.
Status check_totals(const PackTotals& totals);

class PublicationImpl final : public Publication {
 public:
  static Result<std::unique_ptr<Publication>> begin(LibraryImpl& library, const PublishOptions& options);

  Status begin_kit(const std::string& folder) override;
  void set_place(const std::string& place) override;
  Result<bool> take_known(const std::string& path, bool executable, const std::string& state) override;
  Status begin_file(const std::string& path, bool executable, std::uint64_t bytes_hint) override;
  Status write(Bytes bytes) override;
  Status end_file() override;
  void remember(const std::string& state) override;
  void abort_file() override;
  Status end_kit() override;
  Result<std::vector<PublishedKit>> commit() override;

 private:
  Result<std::vector<PublishedKit>> commit_all();
  struct File {
    std::string stored_path;
    bool executable = false;
    ObjectId blob;  ///< of the text, or of the pointer
    std::optional<Sha256> media;
  };
  struct Kit {
    std::string folder;
    std::string place;  ///< where it lies; empty: nothing of it is known or remembered
    std::string slug;
    std::vector<State::Hint> hints;  ///< of the files that were read
    std::vector<File> files;
    std::map<Sha256, ChunkList> media;
    std::map<std::string, kit::TwinFinder> twins;  ///< by folder
    std::set<std::string> names;                   ///< all stored paths, and folders with a '/' behind
    std::set<std::string> given_up;                ///< paths of files that were aborted and not begun again
    std::optional<std::string> manifest;           ///< text of kit.toml
    std::vector<std::string> themes;
    std::optional<KitId> parent;  ///< that it says it was adapted from
    std::uint64_t bytes = 0, text_bytes = 0;
    std::size_t entries = 0, chunks = 0;  ///< as receivers count them
  };
  struct CurrentFile {
    std::string path, stored_path;
    bool executable = false;
    std::uint64_t hint = 0;
    std::string state;      ///< to be remembered; empty: not
    Bytes pending;          ///< while it may still be a text
    std::uint8_t step = 0;  ///< of its chunks
    bool is_media = false;
    std::uint64_t bytes = 0;
  };
  /// A media file that the line has.
  struct Arriving {
    std::size_t kit, file;  ///< in kits_, where the kit under way will be; in the kit's
    std::optional<State::Hint> hint;
  };
  /// Where a kit goes, and as what.
  struct Plan {
    PublishedKit result;
    ObjectId kit_tree;
    const Kit* kit = nullptr;
  };

  PublicationImpl(LibraryImpl& library, const PublishOptions& options) : library_(library), options_(options) {}

  // --- taking in (publication.cpp)
  // ---------------------------------------------------------------------------------------
  /// The stored path of a file that may be added.
  Result<std::string> new_path(const std::string& path);
  Status check_new_path(const std::string& path, const std::string& stored);
  Status begin_media();
  Status end_text();
  Status end_media();
  /// What media are, as far as the line is done with them; `all`: waits for the rest.
  Status take_arrived(bool all);
  Status arrived(Arriving& file, MediaWriter::Done done);
  Status count_media();
  /// Errc::kit_consent_over, by the time that this node judges by: nobody would give out what such a consent covers.
  Status check_consents(const Kit& kit, const kit::Manifest& manifest) const;
  Result<ObjectId> add_blob(ByteView content);
  Result<ObjectId> add_pointer(const Sha256& media, std::uint64_t bytes);
  void add_file(File file, std::uint64_t bytes);
  /// Of the file under way, if it is to be remembered; without what it holds.
  std::optional<State::Hint> hint() const;

  // --- files that need not be read (known_files.cpp)
  // ---------------------------------------------------------------------------------------
  Result<bool> take_known_text(const State::Hint& hint, const std::string& path, bool executable);
  Result<bool> take_known_media(const State::Hint& hint, const std::string& path, bool executable);
  void remember_files();

  // --- what is published already (publish_again.cpp)
  // ---------------------------------------------------------------------------------------
  Result<bool> is_version(const Kit& kit, const ObjectId& files, const KitRow& version, const Picture& picture);
  Status bring_back_texts(const Picture& picture, bool published);
  Status bring_back_media(const std::vector<Plan>& plans);

  // --- committing (publish.cpp)
  // ------------------------------------------------------------------------------------------
  Result<Plan> plan(const Kit& kit, const Picture& picture, Timestamp now);
  Result<Audience> audience_of(const Kit& kit, const std::vector<KitRow>& rows, const KitId& id, const Picture& picture) const;
  Status add_copies(std::vector<Plan>& plans, const Picture& picture);
  Result<ObjectId> write_files(const Kit& kit);
  Result<ObjectId> write_kit(const Kit& kit, const ObjectId& files, const kit::Entry& entry);
  Result<LibraryImpl::Advance> make_advance(std::vector<Plan>& plans, const Picture& picture);
  Status settle();
  Status check_limits(const std::vector<Plan>& plans) const;
  Status check_withdrawn() const;

  LibraryImpl& library_;
  const PublishOptions options_;
  MirrorRules rules_;  ///< when it is committed
  std::unique_ptr<PackWriter> pack_;
  std::unique_ptr<MediaBatch> batch_;
  std::optional<MediaLine> line_;  ///< of the batch
  bool settled_ = false;           ///< the batch is
  std::deque<Arriving> arriving_;  ///< in the order in which the line tells of them
  std::vector<Kit> kits_;
  std::optional<Kit> kit_;           ///< that is coming in
  std::optional<CurrentFile> file_;  ///< likewise
  std::vector<ObjectId> relied_on_;  ///< texts and pointers that the library had already: they may go until it is committed
  bool committed_ = false;
  bool failed_ = false;  ///< nothing more comes of it
};

}  // namespace essaimage::store
