#include "core/store/schema.h"

#include "core/store/store.h"

#include <array>
#include <chrono>
#include <thread>

namespace paretoscope {

namespace {

// Steps are never edited once released: a change is a new step at the end.
//
// Long texts and scores lie apart from `run`, so that listing, sorting and filtering read little.
// A run's scores are one blob of float64 (little endian) in the order of `item_list.items`, a JSON
// array of item ids that runs on the same data share. NULL in `measurement.value` is "not a
// number".
constexpr std::array<SqlLiteral, Store::schemaVersion> steps{{
    R"sql(
CREATE TABLE experiment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    model TEXT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '[]',
    archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    created_at REAL NOT NULL
) STRICT;
CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    experiment INTEGER NOT NULL REFERENCES experiment (id),
    place INTEGER NOT NULL,
    recipe TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    error TEXT NOT NULL DEFAULT '',
    error_code TEXT NOT NULL DEFAULT '',
    owner TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL,
    started_at REAL NOT NULL DEFAULT 0,
    finished_at REAL NOT NULL DEFAULT 0,
    identity TEXT NOT NULL,
    UNIQUE (experiment, identity)
) STRICT;
CREATE INDEX run_by_experiment ON run (experiment, place);
CREATE INDEX run_by_recipe ON run (recipe);
CREATE INDEX run_by_state ON run (state, experiment);
CREATE TABLE run_record (
    run INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
    request TEXT NOT NULL,
    settings TEXT NOT NULL DEFAULT '{}',
    provenance TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE TABLE metric (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE measurement (
    run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    metric INTEGER NOT NULL REFERENCES metric (id),
    value REAL,
    standard_error REAL,
    low REAL,
    high REAL,
    count INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, metric)
) STRICT, WITHOUT ROWID;
CREATE INDEX measurement_by_metric ON measurement (metric, run);
CREATE TABLE item_list (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,
    items TEXT NOT NULL
) STRICT;
CREATE TABLE item_score (
    run INTEGER NOT NULL,
    metric INTEGER NOT NULL,
    list INTEGER NOT NULL REFERENCES item_list (id),
    scores BLOB NOT NULL,
    weights BLOB,
    PRIMARY KEY (run, metric),
    FOREIGN KEY (run, metric) REFERENCES measurement (run, metric) ON DELETE CASCADE
) STRICT;
CREATE TABLE view_setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE change (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    counter INTEGER NOT NULL
) STRICT;
INSERT INTO change (id, counter) VALUES (1, 0);
PRAGMA application_id = 0x50415245;
PRAGMA user_version = 1;
)sql",
}};

struct FileKind {
    bool empty = false;
    int64_t version = 0;
};

FileKind identify(Database& database)
{
    const Transaction snapshot(database, Transaction::Kind::Read);
    const int64_t application = database.integer("PRAGMA application_id");
    FileKind kind;
    kind.version = database.integer("PRAGMA user_version");
    const bool bare = database.integer("SELECT count(*) FROM sqlite_schema") == 0;
    kind.empty = application == 0 && kind.version == 0 && bare;
    if (kind.empty) return kind;
    const std::string file = database.path().string();
    if (application != storeApplicationId || kind.version < 1)
        fail(ErrorCode::BadFile, "'{}' is not a Paretoscope store but another program's database",
             file);
    if (kind.version > Store::schemaVersion)
        fail(ErrorCode::BadFile,
             "store '{}' was written by a newer version of this program (format {}, this version "
             "reads up to {})",
             file, kind.version, Store::schemaVersion);
    return kind;
}

// Switching needs the file for itself for a moment and does not wait by itself.
void enableWriteAheadLog(Database& database)
{
    for (int attempt = 0;; ++attempt) {
        try {
            database.execute("PRAGMA journal_mode = WAL");
            return;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Io || attempt == 100) throw;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }
}

} // namespace

void prepareSchema(Database& database)
{
    identify(database); // before anything is written
    if (!database.writable())
        fail(ErrorCode::Io, "store '{}' cannot be written", database.path().string());
    enableWriteAheadLog(database);
    database.execute("PRAGMA synchronous = NORMAL");
    if (identify(database).version == Store::schemaVersion) return;
    for (;;) {
        Transaction transaction(database, Transaction::Kind::Write);
        const int64_t version = identify(database).version;
        if (version == Store::schemaVersion) return;
        database.executeScript(steps[size_t(version)]);
        transaction.commit();
    }
}

void checkSchema(Database& database)
{
    const FileKind kind = identify(database);
    const std::string file = database.path().string();
    if (kind.empty) fail(ErrorCode::BadFile, "'{}' is not a Paretoscope store: it is empty", file);
    if (kind.version < Store::schemaVersion)
        fail(ErrorCode::BadFile,
             "store '{}' was written by an older version; open it for writing once to upgrade it",
             file);
}

} // namespace paretoscope
