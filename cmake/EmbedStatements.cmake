# Writes HEADER and SOURCE, which hold every SQL file under SQL/postgresql and SQL/sqlite as a
# Statement: reading/find_credentials.sql becomes sql::reading::findCredentials. Run with -P.
function(camel_case text result)
    string(REPLACE "_" ";" words "${text}")
    list(POP_FRONT words camel)
    foreach(word IN LISTS words)
        string(SUBSTRING "${word}" 0 1 first)
        string(SUBSTRING "${word}" 1 -1 rest)
        string(TOUPPER "${first}" first)
        string(APPEND camel "${first}${rest}")
    endforeach()
    set(${result} "${camel}" PARENT_SCOPE)
endfunction()

# What a database has no file for is empty.
function(sql_of path result)
    set(sql "")
    if(EXISTS "${path}")
        file(READ "${path}" sql)
    endif()
    set(${result} "R\"kubecred(${sql})kubecred\"" PARENT_SCOPE)
endfunction()

set(declarations "")
set(definitions "")
foreach(purpose IN ITEMS reading writing opening)
    file(GLOB files RELATIVE "${SQL}/postgresql/${purpose}" "${SQL}/postgresql/${purpose}/*.sql")
    string(APPEND declarations "namespace ${purpose} {\n")
    string(APPEND definitions "namespace ${purpose} {\n")
    set(all "")
    foreach(file IN LISTS files)
        get_filename_component(name "${file}" NAME_WE)
        camel_case("${name}" identifier)
        sql_of("${SQL}/postgresql/${purpose}/${file}" postgresql)
        sql_of("${SQL}/sqlite/${purpose}/${file}" sqlite)
        string(APPEND declarations "extern const Statement ${identifier};\n")
        string(APPEND definitions
            "const Statement ${identifier}{\"${name}\", ${postgresql}, ${sqlite}};\n")
        string(APPEND all "&${identifier}, ")
    endforeach()
    string(APPEND declarations "std::span<const Statement* const> all() noexcept;\n}\n\n")
    string(APPEND definitions "std::span<const Statement* const> all() noexcept {\n"
        "    static constexpr const Statement* statements[] = {${all}};\n"
        "    return statements;\n}\n}\n\n")
endforeach()

set(origin "// Made by cmake/EmbedStatements.cmake from app/src/storage/sql.\n")
file(WRITE "${HEADER}" "${origin}#pragma once\n\n#include \"storage/sessions/Statement.h\"\n\n"
    "#include <span>\n\nnamespace kubecred::storage::sql {\n\n${declarations}"
    "} // namespace kubecred::storage::sql\n")
file(WRITE "${SOURCE}" "${origin}#include \"storage/Statements.h\"\n\n"
    "namespace kubecred::storage::sql {\n\n${definitions}} // namespace kubecred::storage::sql\n")
