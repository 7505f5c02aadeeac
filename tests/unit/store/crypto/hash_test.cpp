#include "store/crypto/hash.hpp"

#include "tests/support/catch.hpp"

namespace hash_test {
using namespace essaimage;
using namespace essaimage::store;

TEST_CASE("SHA-256 gives the values of FIPS 180-4, in one piece and in many") {
  const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(sha256(bytes_of("abc")).hex() == abc);
  CHECK(sha256({}).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256Stream stream;
  stream.update(bytes_of("a"));
  stream.update(bytes_of("bc"));
  CHECK(stream.finish().hex() == abc);
  stream.update(bytes_of("abc"));  // starts anew
  CHECK(stream.finish().hex() == abc);
}

TEST_CASE("object ids are those of git") {
  CHECK(object_id(ObjectType::blob, {}).hex() == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  CHECK(object_id(ObjectType::tree, {}).hex() == "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  CHECK(object_id(ObjectType::blob, bytes_of("hello\n")).hex() == "ce013625030ba8dba906f756967f9e9ca394464a");
}

}  // namespace hash_test
