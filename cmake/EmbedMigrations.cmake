# Writes OUTPUT, a C++ source that holds every SQL file under POSTGRESQL and SQLITE. Run with -P.
function(embed directory accessor result)
    file(GLOB files "${directory}/V*.sql") # sorted by name
    set(text "")
    set(entries "")
    foreach(file IN LISTS files)
        get_filename_component(name "${file}" NAME_WE)
        file(READ "${file}" sql)
        string(APPEND entries "    Migration{\"${name}\", R\"kubecred(${sql})kubecred\"},\n")
    endforeach()
    string(APPEND text "std::span<const Migration> ${accessor}() noexcept {\n"
        "    static constexpr Migration migrations[] = {\n${entries}    };\n"
        "    return migrations;\n}\n\n")
    set(${result} "${text}" PARENT_SCOPE)
endfunction()

embed("${POSTGRESQL}" postgresMigrations postgresql)
embed("${SQLITE}" sqliteMigrations sqlite)
file(WRITE "${OUTPUT}" "// Made by cmake/EmbedMigrations.cmake from app/migrations.\n"
    "#include \"storage/migrating/Migration.h\"\n\nnamespace kubecred::storage {\n\n"
    "${postgresql}${sqlite}} // namespace kubecred::storage\n")
