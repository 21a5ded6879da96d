// Opening, experiments and view settings.
#include "core/store/store.h"

#include "core/base/json.h"
#include "core/base/log.h"
#include "core/store/schema.h"
#include "core/store/store_implementation.h"

#include <chrono>
#include <unistd.h>

namespace paretoscope {

namespace {

// A folder that cannot be written holds no place for the files WAL shares between processes.
Database::Access readOnlyAccess(const std::filesystem::path& path)
{
    std::error_code ignored;
    std::filesystem::path wal = path;
    wal += "-wal";
    const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
    const bool unsaved = std::filesystem::exists(wal, ignored);
    if (unsaved || ::access(folder.c_str(), W_OK) == 0) return Database::Access::ReadOnly;
    return Database::Access::ReadOnlyImmutable;
}

Experiment readExperiment(const Statement& row)
{
    Experiment experiment;
    experiment.id = row.integer(0);
    experiment.name = row.text(1);
    experiment.model = row.text(2);
    experiment.note = row.text(3);
    const Json tags = parseJson(row.text(4), fmt::format("tags of experiment {}", experiment.id));
    if (tags.is_array())
        for (const Json& tag : tags)
            if (tag.is_string()) experiment.tags.push_back(tag.get<std::string>());
    experiment.archived = row.integer(5) != 0;
    experiment.createdAt = row.number(6);
    experiment.runs = row.integer(7);
    experiment.done = row.integer(8);
    experiment.failed = row.integer(9);
    experiment.queued = row.integer(10);
    experiment.cancelled = row.integer(11);
    return experiment;
}

// The columns of readExperiment; ends where a condition or an order goes.
constexpr SqlLiteral experimentColumns = R"sql(
SELECT e.id, e.name, e.model, e.note, e.tags, e.archived, e.created_at,
    coalesce(c.runs, 0), coalesce(c.done, 0), coalesce(c.failed, 0), coalesce(c.queued, 0),
    coalesce(c.cancelled, 0)
FROM experiment AS e LEFT JOIN (
    SELECT experiment, sum(n) AS runs, sum(iif(state = 'done', n, 0)) AS done,
        sum(iif(state = 'failed', n, 0)) AS failed, sum(iif(state = 'queued', n, 0)) AS queued,
        sum(iif(state = 'cancelled', n, 0)) AS cancelled
    FROM (SELECT state, experiment, count(*) AS n FROM run GROUP BY state, experiment)
    GROUP BY experiment) AS c ON c.experiment = e.id
)sql";

void checkName(const std::string& name)
{
    if (name.empty()) fail(ErrorCode::BadUsage, "an experiment needs a name");
    if (name.size() > 200)
        fail(ErrorCode::BadUsage, "the experiment's name is longer than 200 bytes");
}

void requireChanged(int64_t changed, int64_t id)
{
    if (changed == 0) fail(ErrorCode::NotFound, "there is no experiment {} in this store", id);
}

} // namespace

double secondsSince1970()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

Store::Store(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation))
{
}

Store::~Store() = default;

std::unique_ptr<Store> Store::open(const std::filesystem::path& path, StoreAccess access)
{
    std::error_code ignored;
    if (access == StoreAccess::ReadOnly && !std::filesystem::exists(path, ignored))
        fail(ErrorCode::NotFound, "there is no store '{}'", path.string());
    if (std::filesystem::is_directory(path, ignored))
        fail(ErrorCode::Io, "cannot open store '{}': it is a folder", path.string());
    auto implementation = std::make_unique<Implementation>();
    implementation->path = path;
    const bool writing = access == StoreAccess::ReadWrite;
    implementation->database = std::make_unique<Database>(
        path, writing ? Database::Access::ReadWrite : readOnlyAccess(path));
    if (writing)
        prepareSchema(*implementation->database);
    else
        checkSchema(*implementation->database);
    return std::unique_ptr<Store>(new Store(std::move(implementation)));
}

const std::filesystem::path& Store::path() const
{
    return implementation_->path;
}

Experiment Store::openExperiment(const std::string& name, const std::string& model)
{
    checkName(name);
    if (!experimentByName(name)) {
        StoreChange change(*implementation_->database);
        // Another process may have made it in between.
        implementation_->database->execute(
            "INSERT OR IGNORE INTO experiment (name, model, created_at) VALUES (?1, ?2, ?3)", name,
            model, secondsSince1970());
        change.commit();
    }
    const std::optional<Experiment> experiment = experimentByName(name);
    if (!experiment) fail(ErrorCode::Internal, "experiment '{}' was not kept", name);
    if (experiment->model != model)
        fail(ErrorCode::BadUsage,
             "experiment '{}' is about model '{}', not '{}'; choose another name", name,
             experiment->model, model);
    return *experiment;
}

std::vector<Experiment> Store::experiments(bool withArchived) const
{
    SqlText sql(experimentColumns);
    sql.add(" WHERE ?1 OR e.archived = 0 ORDER BY e.id DESC");
    Statement rows = implementation_->database->prepare(sql);
    std::vector<Experiment> experiments;
    for (rows.with(withArchived); rows.step();)
        experiments.push_back(readExperiment(rows));
    return experiments;
}

std::optional<Experiment> Store::experimentByName(const std::string& name) const
{
    SqlText sql(experimentColumns);
    sql.add(" WHERE e.name = ?1");
    Statement rows = implementation_->database->prepare(sql);
    if (!rows.with(name).step()) return std::nullopt;
    return readExperiment(rows);
}

Experiment Store::experimentById(int64_t id) const
{
    SqlText sql(experimentColumns);
    sql.add(" WHERE e.id = ?1");
    Statement rows = implementation_->database->prepare(sql);
    if (!rows.with(id).step())
        fail(ErrorCode::NotFound, "there is no experiment {} in this store", id);
    return readExperiment(rows);
}

void Store::renameExperiment(int64_t id, const std::string& name)
{
    checkName(name);
    Database& database = *implementation_->database;
    StoreChange change(database);
    if (database.integer("SELECT count(*) FROM experiment WHERE name = ?1 AND id <> ?2", name,
                         id) != 0)
        fail(ErrorCode::BadUsage, "there is already an experiment '{}'", name);
    requireChanged(database.execute("UPDATE experiment SET name = ?1 WHERE id = ?2", name, id), id);
    change.commit();
}

void Store::setExperimentNote(int64_t id, const std::string& note)
{
    Database& database = *implementation_->database;
    StoreChange change(database);
    requireChanged(database.execute("UPDATE experiment SET note = ?1 WHERE id = ?2", note, id), id);
    change.commit();
}

void Store::setExperimentTags(int64_t id, const std::vector<std::string>& tags)
{
    Database& database = *implementation_->database;
    const std::string text = Json(tags).dump(-1, ' ', false, Json::error_handler_t::replace);
    StoreChange change(database);
    requireChanged(database.execute("UPDATE experiment SET tags = ?1 WHERE id = ?2", text, id), id);
    change.commit();
}

void Store::setExperimentArchived(int64_t id, bool archived)
{
    Database& database = *implementation_->database;
    StoreChange change(database);
    requireChanged(
        database.execute("UPDATE experiment SET archived = ?1 WHERE id = ?2", archived, id), id);
    change.commit();
}

int64_t Store::changeCounter() const
{
    return implementation_->database->integer("SELECT counter FROM change");
}

void Store::setSetting(const std::string& name, const std::string& value)
{
    Transaction transaction(*implementation_->database, Transaction::Kind::Write);
    implementation_->database->execute("INSERT INTO view_setting (name, value) VALUES (?1, ?2) "
                                       "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                                       name, value);
    transaction.commit();
}

std::optional<std::string> Store::setting(const std::string& name) const
{
    Statement row =
        implementation_->database->prepare("SELECT value FROM view_setting WHERE name = ?1");
    if (!row.with(name).step()) return std::nullopt;
    return row.text(0);
}

} // namespace paretoscope
