# Compiler options shared by all of our targets: link `essaimage_options` privately.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(essaimage_options INTERFACE)
target_include_directories(essaimage_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(essaimage_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -fno-omit-frame-pointer)
if(ESSAIMAGE_WERROR)
  target_compile_options(essaimage_options INTERFACE -Werror)
endif()
if(ESSAIMAGE_SANITIZE STREQUAL "address" OR ESSAIMAGE_SANITIZE STREQUAL "fuzzer")
  # Without the checks that are made at each use of a pointer: they double the time of compilation, and what they find
  # AddressSanitizer or the machine finds too.
  target_compile_options(essaimage_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
    -fno-sanitize=null,alignment,object-size,pointer-overflow,vptr,return)
  target_link_options(essaimage_options INTERFACE -fsanitize=address,undefined)
  if(ESSAIMAGE_SANITIZE STREQUAL "fuzzer")
    # Counts the branches that are taken; the program that fuzzes is tests/fuzz's.
    target_compile_options(essaimage_options INTERFACE -fsanitize=fuzzer-no-link)
  endif()
elseif(ESSAIMAGE_SANITIZE STREQUAL "thread")
  target_compile_options(essaimage_options INTERFACE -fsanitize=thread)
  target_link_options(essaimage_options INTERFACE -fsanitize=thread)
endif()

# With CMAKE_UNITY_BUILD (the scripts of tools/ set it) the files of one folder are compiled as one, which takes a quarter of the
# time: the templates that they all use are instantiated once. So within a folder a name is used once, also in unnamed
# namespaces; and a folder is the group, since then a new file elsewhere cannot bring two of one name together.
# Call it after the last target_sources, in the target's own directory.
function(essaimage_group_by_folder target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  foreach(source ${sources})
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE OUTPUT_VARIABLE path)
    cmake_path(GET path PARENT_PATH folder)
    cmake_path(IS_PREFIX PROJECT_SOURCE_DIR ${folder} is_ours)
    cmake_path(RELATIVE_PATH folder BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    string(MAKE_C_IDENTIFIER ${folder} group)
    if(is_ours)
      set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${group})
    endif()
  endforeach()
endfunction()

if(CMAKE_UNITY_BUILD)
  # An unnamed namespace's type in a class that a .cpp file keeps to itself, which gcc takes for a header's there.
  target_compile_options(essaimage_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# One static library per folder, of all its *.cpp; a folder of headers alone becomes an interface.
# essaimage_folder(name FOLDERS f... USES_PUBLIC l... USES l... PRECOMPILE h...)
# PRECOMPILE: what most of its files include. Reading headers is two thirds of the time of a file; each file includes
# what it needs all the same (clang-tidy reads them without). Named as in "#include <...>": a path of this machine in them
# would keep a cache of compiled files from serving another checkout.
function(essaimage_folder name)
  cmake_parse_arguments(ARG "" "" "FOLDERS;USES_PUBLIC;USES;PRECOMPILE" ${ARGN})
  set(sources)
  foreach(folder ${ARG_FOLDERS})
    file(GLOB found CONFIGURE_DEPENDS ${folder}/*.cpp)
    list(APPEND sources ${found})
  endforeach()
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC essaimage_options ${ARG_USES_PUBLIC} PRIVATE ${ARG_USES})
    target_precompile_headers(${name} PRIVATE ${ARG_PRECOMPILE})
    essaimage_group_by_folder(${name})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE essaimage_options ${ARG_USES_PUBLIC} ${ARG_USES})
  endif()
endfunction()
