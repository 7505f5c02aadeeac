#pragma once
// Parcels made by hand, for what no honest writer would send.

#include <string>

#include "store/git/object_db.hpp"
#include "store/git/pack_writer.hpp"
#include "store/transfer/parcel_format.hpp"

namespace essaimage::test {

/// A parcel by hand, that builds on nothing or on a commit.
class RawParcel {
 public:
  explicit RawParcel(const ObjectId& have = {}) : bytes_(store::parcel::magic.begin(), store::parcel::magic.end()) {
    append_bytes(bytes_, have.view());
  }
  RawParcel& frame(std::size_t content, ByteView packed, ByteView places = {}) {
    store::parcel::put_u32(bytes_, content);
    store::parcel::put_u32(bytes_, packed.size());
    store::parcel::put_u32(bytes_, places.size());
    append_bytes(bytes_, places);
    append_bytes(bytes_, packed);
    return *this;
  }
  RawParcel& object(store::ObjectType type, ByteView content) {
    Bytes object;
    store::pack::put_object_header(object, type, content.size());
    append_bytes(object, content);
    return frame(object.size(), object);
  }
  std::string str() const { return std::string(text_of(bytes_)); }

 private:
  Bytes bytes_;
};

/// All that was written, as a parcel that builds on nothing.
inline std::string parcel_of(store::PackWriter& writer) {
  if (!writer.index()) return {};
  const auto objects = store::ObjectDb::open(writer.folder()).value();
  RawParcel parcel;
  for (const ObjectId& id : writer.ids()) {
    const auto object = objects->read(id).value();
    parcel.object(object.type, object.content);
  }
  return parcel.str();
}

}  // namespace essaimage::test
