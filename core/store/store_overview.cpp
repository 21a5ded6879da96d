// Reading many runs at once, without parsing what is not asked for.
#include "core/base/json.h"
#include "core/store/store_implementation.h"

namespace paretoscope {

std::vector<int64_t> Store::runIds(const RunQuery& query) const
{
    return selectedRunIds(*implementation_->database, query);
}

std::vector<Run> Store::runsById(const std::vector<int64_t>& ids) const
{
    Database& database = *implementation_->database;
    const Transaction snapshot(database, Transaction::Kind::Read);
    RunReader reader(database, implementation_->metricNames);
    std::vector<Run> runs;
    for (const int64_t id : ids)
        if (database.integer("SELECT count(*) FROM run WHERE id = ?1", id) > 0)
            runs.push_back(reader.read(id, false));
    return runs;
}

std::vector<Run> Store::runPoints(const RunQuery& query,
                                  const std::vector<std::string>& metrics) const
{
    SqlText sql("SELECT r.id, r.experiment, e.name, r.place, r.recipe, r.state, k.name, n.value, "
                "n.standard_error, n.low, n.high, n.count FROM run AS r "
                "JOIN experiment AS e ON e.id = r.experiment "
                "LEFT JOIN measurement AS n ON n.run = r.id AND n.metric IN "
                "(SELECT id FROM metric WHERE name IN (SELECT value FROM json_each(?7))) "
                "LEFT JOIN metric AS k ON k.id = n.metric");
    addRunConditions(sql, query);
    sql.add(" ORDER BY r.id");
    Statement rows = preparedRunQuery(*implementation_->database, sql, query);
    rows.bindAt(7, Json(metrics).dump());
    std::vector<Run> runs;
    while (rows.step()) {
        const int64_t id = rows.integer(0);
        if (runs.empty() || runs.back().id != id) {
            Run& run = runs.emplace_back();
            run.id = id;
            run.experimentId = rows.integer(1);
            run.experiment = rows.text(2);
            run.order = rows.integer(3);
            run.request.recipe = rows.text(4);
            run.state = runStateFromName(rows.text(5));
        }
        if (rows.isNull(6)) continue;
        Measurement m;
        m.metric = rows.text(6);
        m.value = rows.number(7);
        m.standardError = rows.optionalNumber(8);
        m.low = rows.optionalNumber(9);
        m.high = rows.optionalNumber(10);
        m.count = rows.integer(11);
        runs.back().measurements.push_back(std::move(m));
    }
    return runs;
}

// A setting that some run lacks differs as well.
std::vector<std::string> Store::differingSettings(const RunQuery& query) const
{
    SqlText sql("WITH chosen AS (SELECT r.id AS id FROM run AS r "
                "JOIN experiment AS e ON e.id = r.experiment");
    addRunConditions(sql, query);
    sql.add(" AND r.recipe <> 'none') SELECT s.key FROM chosen AS c "
            "JOIN run_record AS d ON d.run = c.id JOIN json_each(d.settings) AS s "
            "GROUP BY s.key HAVING count(DISTINCT s.value) > 1 "
            "OR count(*) < (SELECT count(*) FROM chosen) ORDER BY s.key");
    return namesOf(preparedRunQuery(*implementation_->database, sql, query));
}

std::vector<std::string> Store::differingMetrics(const RunQuery& query) const
{
    SqlText sql("SELECT k.name FROM run AS r JOIN experiment AS e ON e.id = r.experiment "
                "JOIN measurement AS n ON n.run = r.id JOIN metric AS k ON k.id = n.metric");
    addRunConditions(sql, query);
    sql.add(" GROUP BY k.id HAVING min(n.value) <> max(n.value) ORDER BY k.id");
    return namesOf(preparedRunQuery(*implementation_->database, sql, query));
}

std::map<RunState, int64_t> Store::countByState(const RunQuery& query) const
{
    SqlText sql("SELECT r.state, count(*) FROM run AS r "
                "JOIN experiment AS e ON e.id = r.experiment");
    addRunConditions(sql, query);
    sql.add(" GROUP BY r.state");
    Statement rows = preparedRunQuery(*implementation_->database, sql, query);
    std::map<RunState, int64_t> counts;
    while (rows.step()) counts[runStateFromName(rows.text(0))] = rows.integer(1);
    return counts;
}

} // namespace paretoscope
