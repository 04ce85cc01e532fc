# Writes OUTPUT, a header with the number of the modules' ABI, which is made of the names and texts of
# all headers under HEADERS: whatever a module sees of the program, a change to it is another number.
# Run with -P.
file(GLOB_RECURSE files RELATIVE "${HEADERS}" "${HEADERS}/*.h" "${HEADERS}/*.h.in")
list(SORT files)
set(digests "")
foreach(file IN LISTS files)
    file(SHA256 "${HEADERS}/${file}" digest)
    string(APPEND digests "${digest} ${file}\n")
endforeach()
string(SHA256 digest "${digests}")
string(SUBSTRING "${digest}" 0 8 number)
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT [[
// Made by cmake/ModuleAbi.cmake from app/include/kubecred.
#pragma once

#include <cstdint>

namespace kubecred {

inline constexpr std::uint32_t moduleAbi = 0x@number@;

} // namespace kubecred
]])
