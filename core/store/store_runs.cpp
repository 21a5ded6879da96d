// Adding runs, and their way through the queue.
#include "core/base/fingerprint.h"
#include "core/base/json.h"
#include "core/store/process_identity.h"
#include "core/store/store_implementation.h"

#include <algorithm>

namespace paretoscope {

namespace {

// What makes two requests of one experiment the same run. The thread count does not; calibration
// text means nothing to the uncompressed model.
std::string identityOf(const RunRequest& request)
{
    Fingerprint fingerprint;
    fingerprint.add(request.model).add(request.recipe).add(request.seed).add(request.backend);
    fingerprint.add(request.recipe == "none" ? std::string() : request.calibrationFile);
    for (const TaskRequest& task : request.tasks)
        fingerprint.add(task.task)
            .add(parseJson(task.settings, "task settings").dump())
            .add(task.textFile);
    return fingerprint.hex();
}

std::string recordOf(const RunRequest& request)
{
    try {
        return toJson(request).dump();
    } catch (const Json::exception&) {
        fail(ErrorCode::BadUsage, "a path of the run '{}' is not valid UTF-8", request.recipe);
    }
}

class RunAdder {
public:
    RunAdder(Database& database, int64_t experiment)
        : database_(database)
        , experiment_(experiment)
        , find_(
              database.prepare("SELECT id, state, error FROM run WHERE experiment = ?1 AND identity = ?2"))
        , insertRun_(
              database.prepare("INSERT INTO run (experiment, place, recipe, state, "
                               "created_at, identity) VALUES (?1, ?2, ?3, 'queued', ?4, ?5)"))
        , insertRecord_(database.prepare(
              "INSERT INTO run_record (run, request, settings) VALUES (?1, ?2, ?3)"))
    {
        nextPlace_ =
            1 + database.integer("SELECT max(place) FROM run WHERE experiment = ?1", experiment);
        nextPlace_ = std::max<int64_t>(1, nextPlace_);
    }

    // The id, and whether the run waits for another try.
    std::pair<int64_t, bool> add(const RunRequest& request, const std::string& settings)
    {
        const std::string identity = identityOf(request);
        if (find_.with(experiment_, identity).step()) {
            const RunState state = runStateFromName(find_.text(1));
            const bool stopped = state == RunState::Cancelled && !find_.text(2).empty();
            const bool again = state == RunState::Failed || state == RunState::Cancelled;
            return {find_.integer(0), again && (!stopped || request.race.empty())};
        }
        const int64_t place = request.recipe == "none" ? 0 : nextPlace_++;
        insertRun_.with(experiment_, place, request.recipe, secondsSince1970(), identity).step();
        const int64_t id = database_.lastInsertedId();
        insertRecord_.with(id, recordOf(request), settings).step();
        return {id, false};
    }

private:
    Database& database_;
    int64_t experiment_;
    int64_t nextPlace_ = 1;
    Statement find_;
    Statement insertRun_;
    Statement insertRecord_;
};

void queueAgain(Database& database, int64_t id)
{
    deleteMeasurements(database, id);
    database.execute("UPDATE run_record SET provenance = '{}' WHERE run = ?1", id);
    database.execute("UPDATE run SET state = 'queued', error = '', error_code = '', owner = '', "
                     "started_at = 0, finished_at = 0 WHERE id = ?1",
                     id);
}

void requireRun(Database& database, int64_t id)
{
    if (database.integer("SELECT count(*) FROM run WHERE id = ?1", id) == 0)
        fail(ErrorCode::NotFound, "there is no run {} in this store", id);
}

// Whether a result may still be written: a run that was cancelled meanwhile stays cancelled, and
// the first of two results stays.
bool awaitsResult(Database& database, int64_t id)
{
    requireRun(database, id);
    return database.integer("SELECT count(*) FROM run WHERE id = ?1 AND state IN "
                            "('queued', 'running')",
                            id) != 0;
}

} // namespace

std::vector<int64_t> Store::addRuns(int64_t experiment, const std::vector<RunRequest>& requests,
                                    const std::vector<std::string>& settings, bool retry)
{
    if (!settings.empty() && settings.size() != requests.size())
        fail(ErrorCode::Internal, "{} runs were given {} lists of settings", requests.size(),
             settings.size());
    Database& database = *implementation_->database;
    StoreChange change(database);
    experimentById(experiment);
    RunAdder adder(database, experiment);
    std::vector<int64_t> ids;
    for (size_t i = 0; i < requests.size(); ++i) {
        const auto [id, again] = adder.add(requests[i], settings.empty() ? "{}" : settings[i]);
        if (again && retry) {
            queueAgain(database, id);
            database.execute("UPDATE run_record SET request = ?2 WHERE run = ?1", id, recordOf(requests[i]));
        }
        ids.push_back(id);
    }
    change.commit();
    return ids;
}

std::optional<Run> Store::takeQueuedRun(const std::vector<int64_t>& experiments)
{
    Database& database = *implementation_->database;
    const SqlLiteral next = R"sql(
SELECT r.id FROM run AS r JOIN experiment AS e ON e.id = r.experiment
WHERE r.state = 'queued' AND iif(?1 = '[]', e.archived = 0,
    r.experiment IN (SELECT value FROM json_each(?1)))
ORDER BY r.id LIMIT 1)sql";
    const std::string list = idListJson(experiments);
    // Idle schedulers poll: look without taking the write lock first.
    if (database.integer(next, list) == 0) return std::nullopt;
    StoreChange change(database);
    const int64_t id = database.integer(next, list);
    if (id == 0) return std::nullopt;
    database.execute("UPDATE run SET state = 'running', owner = ?2, started_at = ?3, "
                     "finished_at = 0, error = '', error_code = '' WHERE id = ?1",
                     id, thisProcessIdentity(), secondsSince1970());
    Run run = RunReader(database, implementation_->metricNames).read(id, false);
    change.commit();
    return run;
}

void Store::finishRun(int64_t id, const Provenance& provenance,
                      const std::vector<Measurement>& measurements)
{
    Database& database = *implementation_->database;
    StoreChange change(database);
    if (!awaitsResult(database, id)) return;
    writeMeasurements(database, id, measurements);
    const std::string record =
        toJson(provenance).dump(-1, ' ', false, Json::error_handler_t::replace);
    database.execute("UPDATE run_record SET provenance = ?2 WHERE run = ?1", id, record);
    database.execute("UPDATE run SET state = 'done', owner = '', finished_at = ?2 WHERE id = ?1",
                     id, secondsSince1970());
    change.commit();
}

void Store::addMeasurements(int64_t id, const std::vector<Measurement>& measurements)
{
    Database& database = *implementation_->database;
    StoreChange change(database);
    requireRun(database, id);
    if (database.integer("SELECT count(*) FROM run WHERE id = ?1 AND state = 'done'", id) == 0) return;
    insertMeasurements(database, id, measurements);
    change.commit();
}

std::vector<int64_t> Store::importRuns(int64_t experiment, const std::vector<Run>& runs)
{
    Database& database = *implementation_->database;
    StoreChange change(database);
    experimentById(experiment);
    RunAdder adder(database, experiment);
    std::vector<int64_t> ids;
    for (const Run& run : runs) {
        const int64_t id = adder.add(run.request, run.settings).first;
        RunReader reader(database, implementation_->metricNames);
        const Run there = reader.read(id, false);
        if (there.state != RunState::Queued && !there.foreign())
            fail(ErrorCode::BadUsage, "run {} of experiment '{}' was measured here and stays as it is", id,
                 there.experiment);
        writeMeasurements(database, id, run.measurements);
        database.execute("UPDATE run_record SET provenance = ?2 WHERE run = ?1", id,
                         toJson(run.provenance).dump(-1, ' ', false, Json::error_handler_t::replace));
        database.execute("UPDATE run SET state = 'done', owner = '', started_at = ?2, "
                         "finished_at = ?2 WHERE id = ?1",
                         id, secondsSince1970());
        ids.push_back(id);
    }
    change.commit();
    return ids;
}

void Store::failRun(int64_t id, ErrorCode code, const std::string& error)
{
    Database& database = *implementation_->database;
    StoreChange change(database);
    if (!awaitsResult(database, id)) return;
    database.execute("UPDATE run SET state = 'failed', owner = '', error = ?2, error_code = ?3, "
                     "finished_at = ?4 WHERE id = ?1",
                     id, error, errorCodeName(code), secondsSince1970());
    change.commit();
}

void Store::cancelRun(int64_t id)
{
    Database& database = *implementation_->database;
    StoreChange change(database);
    if (!awaitsResult(database, id)) return;
    database.execute(
        "UPDATE run SET state = 'cancelled', owner = '', finished_at = ?2 WHERE id = ?1", id,
        secondsSince1970());
    change.commit();
}

void Store::stopRun(int64_t id, const EarlyStop& stop)
{
    Database& database = *implementation_->database;
    StoreChange change(database);
    if (!awaitsResult(database, id)) return;
    Provenance provenance;
    provenance.earlyStop = stop;
    database.execute("UPDATE run_record SET provenance = ?2 WHERE run = ?1", id, toJson(provenance).dump());
    database.execute("UPDATE run SET state = 'cancelled', owner = '', error = ?2, finished_at = ?3 WHERE id = ?1", id,
                     stop.text(), secondsSince1970());
    change.commit();
}

void Store::queueRunAgain(int64_t id)
{
    Database& database = *implementation_->database;
    StoreChange change(database);
    requireRun(database, id);
    queueAgain(database, id);
    change.commit();
}

int64_t Store::requeueAbandonedRuns()
{
    Database& database = *implementation_->database;
    if (database.integer("SELECT count(*) FROM run WHERE state = 'running'") == 0) return 0;
    StoreChange change(database);
    std::vector<int64_t> abandoned;
    Statement rows = database.prepare("SELECT id, owner FROM run WHERE state = 'running'");
    while (rows.step())
        if (!processIsAlive(rows.text(1))) abandoned.push_back(rows.integer(0));
    for (const int64_t id : abandoned)
        queueAgain(database, id);
    if (!abandoned.empty()) change.commit();
    return int64_t(abandoned.size());
}

std::optional<double> Store::typicalRunSeconds(const std::string& model) const
{
    Statement rows = implementation_->database->prepare(R"sql(
SELECT r.finished_at - r.started_at FROM run AS r JOIN experiment AS e ON e.id = r.experiment
WHERE e.model = ?1 AND r.state = 'done' AND r.started_at > 0 ORDER BY r.id DESC LIMIT 51)sql");
    std::vector<double> seconds;
    for (rows.with(model); rows.step();)
        seconds.push_back(rows.number(0));
    if (seconds.empty()) return std::nullopt;
    const auto middle = seconds.begin() + std::ptrdiff_t(seconds.size() / 2);
    std::nth_element(seconds.begin(), middle, seconds.end());
    return std::max(0.0, *middle);
}

} // namespace paretoscope
