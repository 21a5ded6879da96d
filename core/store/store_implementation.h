// What the parts of Store share. Only for core/store/*.cpp.
#pragma once

#include "core/store/database.h"
#include "core/store/store.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace paretoscope {

struct Store::Implementation {
    std::filesystem::path path;
    std::unique_ptr<Database> database;
    mutable std::map<int64_t, std::string> metricNames; // only grows: rows of `metric` stay
};

// A write that other processes notice through changeCounter().
class StoreChange {
public:
    explicit StoreChange(Database& database)
        : database_(database)
        , transaction_(database, Transaction::Kind::Write)
    {
    }
    void commit()
    {
        database_.execute("UPDATE change SET counter = counter + 1");
        transaction_.commit();
    }

private:
    Database& database_;
    Transaction transaction_;
};

double secondsSince1970();

// JSON arrays, for "IN (SELECT value FROM json_each(?))".
std::string idListJson(const std::vector<int64_t>& ids);
std::string stateListJson(const std::vector<RunState>& states);

// The WHERE of a query over `run AS r JOIN experiment AS e`, and a statement with its values:
// ?1 experiments, ?2 states, ?3 text in lower case, ?4 metric to sort by, ?5 limit, ?6 offset.
void addRunConditions(SqlText& sql, const RunQuery& query);
Statement preparedRunQuery(Database& database, const SqlText& sql, const RunQuery& query);
std::vector<int64_t> selectedRunIds(Database& database, const RunQuery& query);
std::vector<std::string> namesOf(Statement rows); // the first column

// Metric ids by name, made on first use. Inside a write transaction.
int64_t metricId(Database& database, const std::string& name);

// Replaces a run's measurements and item scores. Inside a write transaction.
void writeMeasurements(Database& database, int64_t run,
                       const std::vector<Measurement>& measurements);
// Adds to them, replacing those of the same metrics.
void insertMeasurements(Database& database, int64_t run,
                        const std::vector<Measurement>& measurements);
void deleteMeasurements(Database& database, int64_t run);

// Scores of one metric of one run, empty when it has none.
std::vector<ItemScore> readItems(Database& database, int64_t run, int64_t metric);

// Reads whole runs, one after the other, with statements prepared once.
class RunReader {
public:
    RunReader(Database& database, std::map<int64_t, std::string>& metricNames);
    Run read(int64_t id, bool withItems); // Error(NotFound)

private:
    void readMeasurements(Run& run, bool withItems);
    const std::string& metricName(int64_t id);

    Database& database_;
    std::map<int64_t, std::string>& metricNames_;
    Statement run_;
    Statement measurements_;
};

} // namespace paretoscope
