// The SQLite C API behind one thin wrapper; nothing else in the program includes sqlite3.h.
//
// SQL can only be made of literals (SqlLiteral's constructor runs at compile time), so that what a
// person types can never become part of a statement: it is always bound.
//
// Errors carry one sentence that names the file: BadFile (not a database, damaged, not our
// tables), DiskFull, Io (locked, read-only, unreadable), OutOfMemory.
#pragma once

#include "core/base/error.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace paretoscope {

class SqlLiteral {
public:
    template <size_t N>
    consteval SqlLiteral(const char (&text)[N])
        : text_(text, N - 1)
    {
    }
    constexpr std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

// A statement put together from literals.
class SqlText {
public:
    SqlText(SqlLiteral first)
        : text_(first.text())
    {
    }
    SqlText& add(SqlLiteral piece)
    {
        text_ += piece.text();
        return *this;
    }
    std::string_view text() const { return text_; }

private:
    std::string text_;
};

class Database;

// A prepared statement. Movable; must not outlive its database.
class Statement {
public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    // Starts over with new values for ?1, ?2, ...
    template <class... Values> Statement& with(const Values&... values)
    {
        restart();
        int index = 0;
        (bindAt(++index, values), ...);
        return *this;
    }
    // Binds ?index; nothing happens when the statement has no such parameter.
    void bindAt(int index, int64_t value);
    void bindAt(int index, int value) { bindAt(index, int64_t(value)); }
    void bindAt(int index, bool value) { bindAt(index, int64_t(value)); }
    void bindAt(int index, double value); // NaN becomes NULL
    void bindAt(int index, std::string_view value);
    void bindAt(int index, const std::string& value) { bindAt(index, std::string_view(value)); }
    void bindAt(int index, const char* value) { bindAt(index, std::string_view(value)); }
    void bindAt(int index, std::span<const std::byte> value);
    void bindNull(int index);
    template <class T> void bindAt(int index, const std::optional<T>& value)
    {
        value ? bindAt(index, *value) : bindNull(index);
    }

    bool step(); // whether there is a row
    void restart();

    bool isNull(int column) const;
    int64_t integer(int column) const;
    double number(int column) const; // NULL reads as NaN
    std::optional<double> optionalNumber(int column) const;
    std::string text(int column) const;
    std::span<const std::byte> blob(int column) const; // valid until the next step

private:
    friend class Database;
    Statement(Database& database, sqlite3_stmt* statement)
        : database_(&database)
        , statement_(statement)
    {
    }
    void check(int code) const;

    Database* database_;
    sqlite3_stmt* statement_;
};

// One connection. Not thread-safe. foreign_keys on, busy timeout 10 s, nothing in the file trusted.
class Database {
public:
    enum class Access { ReadWrite, ReadOnly, ReadOnlyImmutable };

    Database(const std::filesystem::path& path, Access access);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Statement prepare(SqlLiteral sql) { return prepareText(sql.text()); }
    Statement prepare(const SqlText& sql) { return prepareText(sql.text()); }
    // Runs to the end; returns how many rows changed.
    template <class... Values> int64_t execute(SqlLiteral sql, const Values&... values)
    {
        Statement statement = prepare(sql);
        statement.with(values...);
        while (statement.step()) {
        }
        return changes();
    }
    void executeScript(SqlLiteral sql); // several statements
    // First column of the first row.
    template <class... Values> int64_t integer(SqlLiteral sql, const Values&... values)
    {
        Statement statement = prepare(sql);
        return statement.with(values...).step() ? statement.integer(0) : 0;
    }

    int64_t lastInsertedId() const;
    int64_t changes() const;
    bool inTransaction() const;
    bool writable() const;
    const std::filesystem::path& path() const { return path_; }

    [[noreturn]] void failWith(int code) const;

private:
    Statement prepareText(std::string_view sql);

    std::filesystem::path path_;
    sqlite3* handle_ = nullptr;
};

// Rolled back unless committed. Write takes the write lock at once, so that what is read inside
// is still true when it is written. A Read inside another transaction is part of that one.
class Transaction {
public:
    enum class Kind { Read, Write };

    Transaction(Database& database, Kind kind);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit();

private:
    Database& database_;
    bool open_;
};

} // namespace paretoscope
