// Listing, counting and filtering runs.
#include "core/base/json.h"
#include "core/store/store_implementation.h"

#include <algorithm>

namespace paretoscope {

namespace {

void addOrder(SqlText& sql, const RunQuery& query)
{
    const bool down = query.descending;
    const auto by = [&](SqlLiteral ascending, SqlLiteral descending) {
        sql.add(down ? descending : ascending);
    };
    if (query.sortBy.empty() || query.sortBy == "id")
        by(" ORDER BY r.id", " ORDER BY r.id DESC");
    else if (query.sortBy == "recipe")
        by(" ORDER BY r.recipe, r.id", " ORDER BY r.recipe DESC, r.id DESC");
    else if (query.sortBy == "state")
        by(" ORDER BY r.state, r.id", " ORDER BY r.state DESC, r.id DESC");
    else if (query.sortBy == "experiment")
        by(" ORDER BY e.name, r.place, r.id", " ORDER BY e.name DESC, r.place DESC, r.id DESC");
    else // runs without the metric come last either way
        by(" ORDER BY m.value IS NULL, m.value, r.id",
           " ORDER BY m.value IS NULL, m.value DESC, r.id DESC");
}

bool sortsByMetric(const RunQuery& query)
{
    constexpr std::string_view columns[] = {"", "id", "recipe", "state", "experiment"};
    return std::find(std::begin(columns), std::end(columns), query.sortBy) == std::end(columns);
}

std::string lowerAscii(std::string text)
{
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
    return text;
}

} // namespace

void addRunConditions(SqlText& sql, const RunQuery& query)
{
    sql.add(query.experiments.empty()
                ? SqlLiteral(" WHERE e.archived = 0")
                : SqlLiteral(" WHERE r.experiment IN (SELECT value FROM json_each(?1))"));
    if (!query.states.empty()) sql.add(" AND r.state IN (SELECT value FROM json_each(?2))");
    if (!query.text.empty())
        sql.add(" AND (instr(lower(r.recipe), ?3) > 0 OR instr(lower(e.name), ?3) > 0 "
                "OR instr(lower(r.error), ?3) > 0)");
}

Statement preparedRunQuery(Database& database, const SqlText& sql, const RunQuery& query)
{
    Statement statement = database.prepare(sql);
    statement.bindAt(1, idListJson(query.experiments));
    statement.bindAt(2, stateListJson(query.states));
    statement.bindAt(3, lowerAscii(query.text));
    statement.bindAt(4, query.sortBy);
    statement.bindAt(5, query.limit);
    statement.bindAt(6, std::max<int64_t>(0, query.offset));
    return statement;
}

std::vector<int64_t> selectedRunIds(Database& database, const RunQuery& query)
{
    SqlText sql("SELECT r.id FROM run AS r JOIN experiment AS e ON e.id = r.experiment");
    if (sortsByMetric(query))
        sql.add(" LEFT JOIN measurement AS m ON m.run = r.id "
                "AND m.metric = (SELECT id FROM metric WHERE name = ?4)");
    addRunConditions(sql, query);
    addOrder(sql, query);
    sql.add(" LIMIT ?5 OFFSET ?6");
    Statement rows = preparedRunQuery(database, sql, query);
    std::vector<int64_t> ids;
    while (rows.step())
        ids.push_back(rows.integer(0));
    return ids;
}

std::vector<std::string> namesOf(Statement rows)
{
    std::vector<std::string> result;
    while (rows.step())
        result.push_back(rows.text(0));
    return result;
}

std::string idListJson(const std::vector<int64_t>& ids)
{
    return Json(ids).dump();
}

std::string stateListJson(const std::vector<RunState>& states)
{
    Json list = Json::array();
    for (const RunState state : states)
        list.push_back(runStateName(state));
    return list.dump();
}

void Store::readConsistently(const std::function<void()>& read) const
{
    const Transaction snapshot(*implementation_->database, Transaction::Kind::Read);
    read();
}

std::vector<Run> Store::runs(const RunQuery& query) const
{
    Database& database = *implementation_->database;
    const Transaction snapshot(database, Transaction::Kind::Read);
    RunReader reader(database, implementation_->metricNames);
    std::vector<Run> runs;
    for (const int64_t id : selectedRunIds(database, query))
        runs.push_back(reader.read(id, false));
    return runs;
}

int64_t Store::countRuns(const RunQuery& query) const
{
    SqlText sql("SELECT count(*) FROM run AS r JOIN experiment AS e ON e.id = r.experiment");
    addRunConditions(sql, query);
    Statement rows = preparedRunQuery(*implementation_->database, sql, query);
    return rows.step() ? rows.integer(0) : 0;
}

Run Store::run(int64_t id) const
{
    Database& database = *implementation_->database;
    const Transaction snapshot(database, Transaction::Kind::Read);
    return RunReader(database, implementation_->metricNames).read(id, true);
}

std::vector<ItemScore> Store::items(int64_t run, const std::string& metric) const
{
    Database& database = *implementation_->database;
    const Transaction snapshot(database, Transaction::Kind::Read);
    return readItems(database, run,
                     database.integer("SELECT id FROM metric WHERE name = ?1", metric));
}

std::vector<std::string> Store::metricNames(const RunQuery& query) const
{
    SqlText sql("SELECT name FROM metric AS k WHERE EXISTS (SELECT 1 FROM measurement AS n "
                "CROSS JOIN run AS r ON r.id = n.run JOIN experiment AS e ON e.id = r.experiment");
    addRunConditions(sql, query);
    sql.add(" AND n.metric = k.id) ORDER BY k.id");
    return namesOf(preparedRunQuery(*implementation_->database, sql, query));
}

std::vector<std::string> Store::settingNames(const RunQuery& query) const
{
    SqlText sql("SELECT DISTINCT s.key FROM run AS r JOIN experiment AS e ON e.id = r.experiment "
                "JOIN run_record AS d ON d.run = r.id JOIN json_each(d.settings) AS s");
    addRunConditions(sql, query);
    sql.add(" ORDER BY s.key");
    return namesOf(preparedRunQuery(*implementation_->database, sql, query));
}

} // namespace paretoscope
