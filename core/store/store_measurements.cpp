// Measurements and item scores, and runs put together from their tables.
#include "core/base/fingerprint.h"
#include "core/base/json.h"
#include "core/store/store_implementation.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace paretoscope {

namespace {

static_assert(std::endian::native == std::endian::little, "scores are stored little endian");

template <class Value> std::vector<double> column(const std::vector<ItemScore>& items, Value value)
{
    std::vector<double> numbers(items.size());
    std::transform(items.begin(), items.end(), numbers.begin(), value);
    return numbers;
}

std::vector<double> numbersOf(std::span<const std::byte> bytes, size_t count, const char* what,
                              int64_t run)
{
    if (bytes.size() != count * sizeof(double))
        fail(ErrorCode::BadFile, "store is damaged: {} of run {} have {} bytes for {} items", what,
             run, bytes.size(), count);
    std::vector<double> numbers(count);
    if (count > 0) std::memcpy(numbers.data(), bytes.data(), bytes.size());
    return numbers;
}

int64_t itemListId(Database& database, const std::vector<ItemScore>& items)
{
    Json names = Json::array();
    for (const ItemScore& item : items)
        names.push_back(item.item);
    const std::string text = names.dump(-1, ' ', false, Json::error_handler_t::replace);
    const std::string fingerprint = fingerprintOf(text);
    database.execute("INSERT OR IGNORE INTO item_list (fingerprint, items) VALUES (?1, ?2)",
                     fingerprint, text);
    return database.integer("SELECT id FROM item_list WHERE fingerprint = ?1", fingerprint);
}

void writeItems(Database& database, int64_t run, int64_t metric,
                const std::vector<ItemScore>& items)
{
    const std::vector<double> scores = column(items, [](const ItemScore& i) { return i.score; });
    const std::vector<double> weights = column(items, [](const ItemScore& i) { return i.weight; });
    const bool plain = std::all_of(weights.begin(), weights.end(), [](double w) { return w == 1; });
    std::optional<std::span<const std::byte>> weightBytes;
    if (!plain) weightBytes = std::as_bytes(std::span(weights));
    database.execute("INSERT INTO item_score (run, metric, list, scores, weights) "
                     "VALUES (?1, ?2, ?3, ?4, ?5)",
                     run, metric, itemListId(database, items),
                     std::span<const std::byte>(std::as_bytes(std::span(scores))), weightBytes);
}

} // namespace

int64_t metricId(Database& database, const std::string& name)
{
    database.execute("INSERT OR IGNORE INTO metric (name) VALUES (?1)", name);
    return database.integer("SELECT id FROM metric WHERE name = ?1", name);
}

void deleteMeasurements(Database& database, int64_t run)
{
    database.execute("DELETE FROM measurement WHERE run = ?1", run); // scores follow
}

void writeMeasurements(Database& database, int64_t run,
                       const std::vector<Measurement>& measurements)
{
    deleteMeasurements(database, run);
    insertMeasurements(database, run, measurements);
}

void insertMeasurements(Database& database, int64_t run,
                        const std::vector<Measurement>& measurements)
{
    for (const Measurement& m : measurements) {
        const int64_t metric = metricId(database, m.metric);
        database.execute("INSERT OR REPLACE INTO measurement (run, metric, value, standard_error, "
                         "low, high, count) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                         run, metric, m.value, m.standardError, m.low, m.high, m.count);
        if (!m.items.empty()) writeItems(database, run, metric, m.items);
    }
}

std::vector<ItemScore> readItems(Database& database, int64_t run, int64_t metric)
{
    Statement row = database.prepare("SELECT l.items, s.scores, s.weights FROM item_score AS s "
                                     "JOIN item_list AS l ON l.id = s.list "
                                     "WHERE s.run = ?1 AND s.metric = ?2");
    if (!row.with(run, metric).step()) return {};
    const Json names = parseJson(row.text(0), fmt::format("item list of run {}", run));
    if (!names.is_array())
        fail(ErrorCode::BadFile, "store is damaged: items of run {} are no list", run);
    const std::vector<double> scores = numbersOf(row.blob(1), names.size(), "scores", run);
    std::vector<double> weights(names.size(), 1.0);
    if (!row.isNull(2)) weights = numbersOf(row.blob(2), names.size(), "weights", run);
    std::vector<ItemScore> items(names.size());
    for (size_t i = 0; i < items.size(); ++i) {
        if (!names[i].is_string())
            fail(ErrorCode::BadFile, "store is damaged: item {} of run {} has no name", i, run);
        items[i] = {names[i].get<std::string>(), scores[i], weights[i]};
    }
    return items;
}

RunReader::RunReader(Database& database, std::map<int64_t, std::string>& metricNames)
    : database_(database)
    , metricNames_(metricNames)
    , run_(database.prepare(
          "SELECT r.experiment, e.name, r.place, r.state, r.error, r.error_code, r.created_at, "
          "r.started_at, r.finished_at, d.request, d.settings, d.provenance FROM run AS r "
          "JOIN experiment AS e ON e.id = r.experiment JOIN run_record AS d ON d.run = r.id "
          "WHERE r.id = ?1"))
    , measurements_(database.prepare("SELECT metric, value, standard_error, low, high, count "
                                     "FROM measurement WHERE run = ?1 ORDER BY metric"))
{
}

Run RunReader::read(int64_t id, bool withItems)
{
    if (!run_.with(id).step()) fail(ErrorCode::NotFound, "there is no run {} in this store", id);
    const std::string where = fmt::format("run {} of store '{}'", id, database_.path().string());
    Run run;
    run.id = id;
    run.experimentId = run_.integer(0);
    run.experiment = run_.text(1);
    run.order = run_.integer(2);
    run.state = runStateFromName(run_.text(3));
    run.error = run_.text(4);
    const std::string code = run_.text(5);
    if (!code.empty()) run.errorCode = errorCodeFromName(code);
    run.createdAt = run_.number(6);
    run.startedAt = run_.number(7);
    run.finishedAt = run_.number(8);
    run.request = runRequestFromJson(parseJson(run_.text(9), where), where);
    run.settings = run_.text(10);
    const Json provenance = parseJson(run_.text(11), where);
    if (!provenance.empty()) run.provenance = provenanceFromJson(provenance, where);
    readMeasurements(run, withItems);
    return run;
}

void RunReader::readMeasurements(Run& run, bool withItems)
{
    for (measurements_.with(run.id); measurements_.step();) {
        const int64_t metric = measurements_.integer(0);
        Measurement m;
        m.metric = metricName(metric);
        m.value = measurements_.number(1);
        m.standardError = measurements_.optionalNumber(2);
        m.low = measurements_.optionalNumber(3);
        m.high = measurements_.optionalNumber(4);
        m.count = measurements_.integer(5);
        if (withItems) m.items = readItems(database_, run.id, metric);
        run.measurements.push_back(std::move(m));
    }
}

const std::string& RunReader::metricName(int64_t id)
{
    std::string& name = metricNames_[id];
    if (name.empty()) {
        Statement row = database_.prepare("SELECT name FROM metric WHERE id = ?1");
        if (row.with(id).step()) name = row.text(0);
    }
    return name;
}

} // namespace paretoscope
