#include "core/store/database.h"

#include <cerrno>
#include <limits>
#include <sqlite3.h>
#include <utility>

namespace paretoscope {

namespace {

constexpr int busyTimeoutMs = 10000;
constexpr int maxValueBytes = 1 << 28; // of one text or blob

// SQLite's own file name syntax, needed only to say "immutable".
std::string immutableUri(const std::filesystem::path& path)
{
    constexpr std::string_view plain =
        "/-_.~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::string uri = "file:";
    for (const char c : std::filesystem::absolute(path).string()) {
        if (plain.find(c) != plain.npos)
            uri += c;
        else
            uri += fmt::format("%{:02X}", unsigned(uint8_t(c)));
    }
    return uri.append("?immutable=1");
}

bool noSpace(int code, int systemErrno)
{
    if ((code & 0xff) == SQLITE_FULL) return true;
    // Quotas and file-size limits arrive as input/output errors, often without their errno.
    const bool writing = code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE;
    return writing && (systemErrno == 0 || systemErrno == ENOSPC || systemErrno == EDQUOT ||
                       systemErrno == EFBIG);
}

} // namespace

Database::Database(const std::filesystem::path& path, Access access)
    : path_(path)
{
    const bool immutable = access == Access::ReadOnlyImmutable;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= access == Access::ReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                         : SQLITE_OPEN_READONLY;
    if (immutable) flags |= SQLITE_OPEN_URI;
    // Absolute, because SQLite gives names such as ":memory:" a meaning of its own.
    const std::string name = immutable ? immutableUri(path) : std::filesystem::absolute(path).string();
    const int code = sqlite3_open_v2(name.c_str(), &handle_, flags, nullptr);
    try {
        if (code != SQLITE_OK) failWith(code);
        sqlite3_busy_timeout(handle_, busyTimeoutMs);
        sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, maxValueBytes);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
        sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    } catch (...) {
        sqlite3_close_v2(handle_);
        throw;
    }
}

Database::~Database()
{
    sqlite3_close_v2(handle_);
}

Statement Database::prepareText(std::string_view sql)
{
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(handle_, sql.data(), int(sql.size()), &statement, nullptr);
    if (code != SQLITE_OK) failWith(code);
    return Statement(*this, statement);
}

void Database::executeScript(SqlLiteral sql)
{
    const char* next = sql.text().data();
    const char* const end = next + sql.text().size();
    while (next < end) {
        sqlite3_stmt* handle = nullptr;
        const int code = sqlite3_prepare_v2(handle_, next, int(end - next), &handle, &next);
        if (code != SQLITE_OK) failWith(code);
        if (!handle) continue; // blanks or a comment
        Statement statement(*this, handle);
        while (statement.step()) {
        }
    }
}

int64_t Database::lastInsertedId() const
{
    return sqlite3_last_insert_rowid(handle_);
}

int64_t Database::changes() const
{
    return sqlite3_changes64(handle_);
}

bool Database::inTransaction() const
{
    return sqlite3_get_autocommit(handle_) == 0;
}

bool Database::writable() const
{
    return sqlite3_db_readonly(handle_, "main") == 0;
}

void Database::failWith(int code) const
{
    const std::string file = path_.string();
    const char* reason = handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
    const int systemErrno = handle_ ? sqlite3_system_errno(handle_) : 0;
    if (noSpace(code, systemErrno))
        fail(ErrorCode::DiskFull, "cannot write store '{}': no space left, or a quota is reached",
             file);
    switch (code & 0xff) {
    case SQLITE_NOTADB:
        fail(ErrorCode::BadFile, "'{}' is not a Paretoscope store: it is not an SQLite file", file);
    case SQLITE_CORRUPT:
        fail(ErrorCode::BadFile, "store '{}' is damaged: {}", file, reason);
    case SQLITE_ERROR: // our statements are fixed, so the file's tables are not ours
        fail(ErrorCode::BadFile, "store '{}' does not have the tables it should: {}", file, reason);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        fail(ErrorCode::Io, "store '{}' is locked by another program", file);
    case SQLITE_CANTOPEN:
        if (systemErrno != 0) failErrno(systemErrno, fmt::format("cannot open store '{}'", file));
        fail(ErrorCode::Io, "cannot open store '{}'", file);
    case SQLITE_READONLY:
        fail(ErrorCode::Io, "store '{}' is read-only", file);
    case SQLITE_NOMEM:
        fail(ErrorCode::OutOfMemory, "store '{}': out of memory", file);
    case SQLITE_TOOBIG:
        fail(ErrorCode::BadUsage, "store '{}': a text or list of scores is too long", file);
    case SQLITE_IOERR:
        fail(ErrorCode::Io, "store '{}' cannot be read or written: {}", file, reason);
    default:
        fail(ErrorCode::Internal, "store '{}': {}", file, reason);
    }
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_)
    , statement_(std::exchange(other.statement_, nullptr))
{
}

Statement::~Statement()
{
    sqlite3_finalize(statement_);
}

void Statement::check(int code) const
{
    if (code != SQLITE_OK && code != SQLITE_RANGE) database_->failWith(code);
}

void Statement::bindAt(int index, int64_t value)
{
    check(sqlite3_bind_int64(statement_, index, value));
}

void Statement::bindAt(int index, double value)
{
    check(sqlite3_bind_double(statement_, index, value));
}

void Statement::bindAt(int index, std::string_view value)
{
    // A null pointer would bind NULL.
    const char* text = value.data() ? value.data() : "";
    check(
        sqlite3_bind_text64(statement_, index, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bindAt(int index, std::span<const std::byte> value)
{
    const void* bytes = value.data() ? static_cast<const void*>(value.data()) : "";
    check(sqlite3_bind_blob64(statement_, index, bytes, value.size(), SQLITE_TRANSIENT));
}

void Statement::bindNull(int index)
{
    check(sqlite3_bind_null(statement_, index));
}

bool Statement::step()
{
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) database_->failWith(code);
    return false;
}

void Statement::restart()
{
    sqlite3_reset(statement_); // repeats the error of the last step, which was already thrown
    sqlite3_clear_bindings(statement_);
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(statement_, column);
}

double Statement::number(int column) const
{
    return isNull(column) ? std::numeric_limits<double>::quiet_NaN()
                          : sqlite3_column_double(statement_, column);
}

std::optional<double> Statement::optionalNumber(int column) const
{
    if (isNull(column)) return std::nullopt;
    return sqlite3_column_double(statement_, column);
}

std::string Statement::text(int column) const
{
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text ? std::string(text, size_t(sqlite3_column_bytes(statement_, column)))
                : std::string();
}

std::span<const std::byte> Statement::blob(int column) const
{
    const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
    return {bytes, bytes ? size_t(sqlite3_column_bytes(statement_, column)) : 0};
}

Transaction::Transaction(Database& database, Kind kind)
    : database_(database)
    , open_(kind == Kind::Write || !database.inTransaction())
{
    if (!open_) return;
    if (kind == Kind::Write)
        database_.execute("BEGIN IMMEDIATE");
    else
        database_.execute("BEGIN");
}

Transaction::~Transaction()
{
    // SQLite has already rolled back after some errors.
    if (!open_ || !database_.inTransaction()) return;
    try {
        database_.execute("ROLLBACK");
    } catch (const Error&) {
        // The connection's end rolls back as well.
    }
}

void Transaction::commit()
{
    if (open_) database_.execute("COMMIT");
    open_ = false;
}

} // namespace paretoscope
